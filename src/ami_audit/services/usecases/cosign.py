"""Collects the cosignatures of witnesses over a trail's latest checkpoint: over the network, or by files."""

from contextlib import suppress

from ami_audit.domain.cosigning import CosigningAnswer
from ami_audit.domain.errors import FormatError, NotFoundError
from ami_audit.domain.note import NoteSignature, SignedNote, signature_lines
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.witnessing import CosignRequest
from ami_audit.ports.witness import WitnessCaller
from ami_audit.services.cosigning import Asking, asked_policies, last_known, latest_note, request_for
from ami_audit.services.portal import Portal, portal
from ami_audit.services.store import AuditStore


async def cosign(
    store: AuditStore,
    caller: WitnessCaller,
    *,
    policy: QuorumPolicy | None,
    timeout_s: float,
    on: Portal = portal,
) -> CosigningAnswer:
    """Sign where the trail stands unless that is done, ask every witness at once, and keep what they cosign.

    Args:
        store: The trail.
        caller: Reaches the witnesses.
        policy: Which to ask; None for the trail's own policy, and the one that is to follow it.
        timeout_s: For each witness, whatever it takes to ask it.

    Raises:
        UsageError: No policy says which witnesses to ask, or it is about another trail.
        RolledBackError: The store is not a continuation of what this machine signed before.
    """

    async def work() -> CosigningAnswer:
        asking = await Asking.begun(store, policy)
        await asking.ask(caller, timeout_s=timeout_s)
        return await asking.answer()

    return await on.call(work())


async def cosign_request(
    store: AuditStore, *, policy: QuorumPolicy | None, witness: str | None, old_size: int | None, on: Portal = portal
) -> CosignRequest:
    """Return the request for a witness that is reached by files only.

    Args:
        store: The trail.
        policy: Where `witness` is named.
        witness: The witness; what it cosigned last is then known from what is kept.
        old_size: The size it cosigned last; None for what is kept of `witness`, else 0.
    """

    async def work() -> CosignRequest:
        session = await store.session()
        signed = await latest_note(session)
        old = old_size
        if old is None and witness is not None:
            asked = await asked_policies(session, policy, [signed])
            found = [each for part in asked for each in part.witnesses if witness in {each.name, each.key.name}]
            if not found:
                raise NotFoundError("witness in the policy", witness)
            old = await last_known(session, found[0], signed.checkpoint.size)
        return await request_for(session, signed, old or 0)

    return await on.call(work())


async def add_cosignatures(
    store: AuditStore, text: str, *, policy: QuorumPolicy | None, on: Portal = portal
) -> CosigningAnswer:
    """Keep the cosignature lines that a witness gave out as a file: lines alone, or a whole note.

    Raises:
        FormatError: It is neither.
        UsageError: None of them is a policy's witness's over a checkpoint of this trail.
    """

    async def work() -> CosigningAnswer:
        asking = await Asking.begun(store, policy, is_latest=False)
        await asking.take(_lines(text))
        return await asking.answer()

    return await on.call(work())


def _lines(text: str) -> tuple[NoteSignature, ...]:
    with suppress(FormatError):
        return SignedNote.parse(text).signatures
    return signature_lines(text, what="cosignature file")
