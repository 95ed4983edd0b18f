"""Asks witnesses about one checkpoint, all at once, and keeps what they cosign."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.cosignature import cosigned_at
from ami_audit.domain.cosigning import CosigningAnswer, Outcome, WitnessOutcome
from ami_audit.domain.errors import FormatError, NotFoundError, UsageError, WitnessError
from ami_audit.domain.linkage import StoredCosignature
from ami_audit.domain.note import KeyKind, NoteSignature, signature_lines
from ami_audit.domain.quorum import QuorumPolicy, Witness
from ami_audit.domain.witnessed import witnessed
from ami_audit.domain.witnessing import CosignRequest, WitnessAnswer, last_size_in
from ami_audit.ports.witness import WitnessCaller
from ami_audit.services.proving import consistency_proof
from ami_audit.services.session import Session
from ami_audit.services.stated_rules import quorums
from ami_audit.services.store import AuditStore

# A witness that is asked by others, too, may move between its answer and our next request.
_TRIES = 4
_NO_POLICY = (
    "No policy says which witnesses to ask: name one with `--policy FILE`, or the setting `quorum_policy`; "
    "`ami-audit policy quorum` writes one."
)


class Asking:
    """One checkpoint, the policies that are asked about it, and what came of it."""

    def __init__(self, session: Session, notes: Sequence[SignedCheckpoint], policies: Sequence[QuorumPolicy]) -> None:
        self._session = session
        self._notes = notes
        self._signed = notes[-1]
        self._policies = policies
        self._outcomes: dict[str, WitnessOutcome] = {}

    @classmethod
    async def begun(cls, store: AuditStore, policy: QuorumPolicy | None, *, is_latest: bool = True) -> "Asking":
        """Return what asks about the latest checkpoint, which is signed first when `is_latest` and it is not yet.

        Raises:
            UsageError: No policy says which witnesses to ask, or it is about another trail.
            NotFoundError: There is no checkpoint.
        """
        session = await store.session()
        if is_latest:
            await latest_note(session)
        notes = await kept_notes(session)
        if not notes:
            raise NotFoundError("checkpoint", await session.origin(), hint="Sign one: `ami-audit checkpoint sign`.")
        return cls(session, notes, await asked_policies(session, policy, notes))

    async def ask(self, caller: WitnessCaller, *, timeout_s: float) -> None:
        """Ask every witness at once; none holds another up."""
        witnesses = {str(each.key): each for part in self._policies for each in part.witnesses}
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._asked(each, caller, timeout_s)) for each in witnesses.values()]
        found = [task.result() for task in tasks]
        await self._keep([kept for _, kept in found if kept is not None])
        self._outcomes = {outcome.name: outcome for outcome, _ in found}

    async def take(self, lines: Sequence[NoteSignature]) -> None:
        """Keep the lines that are cosignatures of ours; say which witnesses they are of."""
        kept = [found for line in lines if (found := self._recognised(line)) is not None]
        if not kept:
            raise UsageError(
                "No line of it is a cosignature by one of the policy's witnesses over a checkpoint that is kept here."
            )
        await self._keep(kept)
        self._signed = next(note for note in self._notes if note.checkpoint.size == max(row.size for row in kept))

    async def answer(self) -> CosigningAnswer:
        """Return how the checkpoint stands under the first policy."""
        size = self._signed.checkpoint.size
        signed = next(note for note in await kept_notes(self._session) if note.checkpoint.size == size)
        found = witnessed(signed, self._policies[0], check=self._session.core.verify_signature)
        return CosigningAnswer(
            origin=signed.checkpoint.origin,
            size=size,
            root=signed.checkpoint.root.hex(),
            outcomes=tuple(self._outcomes.values()) or _standing(self._policies[0], found.times),
            cosigned=found.verdict.cosigned,
            witnesses=found.verdict.witnesses,
            required=self._policies[0].fewest,
            is_reached=found.verdict.is_reached,
            note=signed.note(),
        )

    async def _asked(
        self, witness: Witness, caller: WitnessCaller, timeout_s: float
    ) -> tuple[WitnessOutcome, StoredCosignature | None]:
        before = self._cosigned_at(witness, self._signed.signatures)
        if before is not None:
            return _outcome(witness, Outcome.KEPT, time=before), None
        if not witness.url or witness.key.kind != KeyKind.COSIGNATURE:
            detail = "the policy does not say where it is reached" if not witness.url else "its kind of key is unknown"
            return _outcome(witness, Outcome.UNASKED, detail=detail), None
        try:
            async with asyncio.timeout(timeout_s):
                return await self._exchange(witness, caller, timeout_s)
        except TimeoutError:
            return _outcome(witness, Outcome.UNREACHABLE, detail=f"no answer within {timeout_s:g} s"), None
        except WitnessError as error:
            return _outcome(witness, Outcome.UNREACHABLE, detail=str(error)), None
        except FormatError as error:
            return _outcome(witness, Outcome.REFUSED, detail=f"its answer cannot be read: {error}"), None

    async def _exchange(
        self, witness: Witness, caller: WitnessCaller, timeout_s: float
    ) -> tuple[WitnessOutcome, StoredCosignature | None]:
        size = self._signed.checkpoint.size
        old = await last_known(self._session, witness, size)
        for _ in range(_TRIES):
            request = str(await request_for(self._session, self._signed, old)).encode()
            answer = await caller.add_checkpoint(witness.url, request, timeout_s=timeout_s)
            if answer.status == 200:
                return self._taken(witness, answer)
            last = last_size_in(answer)
            if last is None or last == old:
                return _outcome(witness, Outcome.REFUSED, detail=_said(answer)), None
            if last > size:
                detail = f"it has cosigned {last} records already: this trail was cut, set back or forked"
                return _outcome(witness, Outcome.REFUSED, detail=detail), None
            old = last
        return _outcome(witness, Outcome.REFUSED, detail="it is asked by others as fast as by us; try again"), None

    def _taken(self, witness: Witness, answer: WitnessAnswer) -> tuple[WitnessOutcome, StoredCosignature | None]:
        for line in signature_lines(answer.body, what="answer"):
            time = self._cosigned_at(witness, [line])
            if time is not None:
                kept = StoredCosignature(self._signed.checkpoint.size, str(witness.key), line.signature)
                return _outcome(witness, Outcome.COSIGNED, time=time), kept
        detail = "it answered without a cosignature by the key that the policy names"
        return _outcome(witness, Outcome.REFUSED, detail=detail), None

    def _recognised(self, line: NoteSignature) -> StoredCosignature | None:
        check = self._session.core.verify_signature
        for note in reversed(self._notes):
            for witness in (each for part in self._policies for each in part.witnesses):
                if cosigned_at(line, witness.key, checkpoint=note.checkpoint, check=check) is not None:
                    return StoredCosignature(note.checkpoint.size, str(witness.key), line.signature)
        return None

    def _cosigned_at(self, witness: Witness, lines: Sequence[NoteSignature]) -> int | None:
        check, checkpoint = self._session.core.verify_signature, self._signed.checkpoint
        times = (cosigned_at(line, witness.key, checkpoint=checkpoint, check=check) for line in lines)
        return next((time for time in times if time is not None), None)

    async def _keep(self, cosignatures: Sequence[StoredCosignature]) -> None:
        if cosignatures:
            await self._session.store.add_cosignatures(cosignatures)


async def latest_note(session: Session) -> SignedCheckpoint:
    """Return the checkpoint over all records, signed now when it is not there yet."""
    notes, head = await kept_notes(session), await session.store.head()
    if not notes or notes[-1].checkpoint.size < head.size:
        await session.trail()
        await session.checkpoint()
        notes = await kept_notes(session)
    if not notes:
        raise NotFoundError("checkpoint", await session.origin(), hint="The trail is empty.")
    return notes[-1]


async def kept_notes(session: Session) -> list[SignedCheckpoint]:
    """Return the checkpoints that the store keeps, smallest first, with the cosignatures that it keeps."""
    return [SignedCheckpoint.parse(stored.note) for stored in await session.store.checkpoints()]


async def asked_policies(
    session: Session, given: QuorumPolicy | None, notes: Sequence[SignedCheckpoint]
) -> list[QuorumPolicy]:
    """Return the policy that counts, then those that are to follow it."""
    history = [] if given else await quorums(session.store, session.core, notes)
    stated = [history[-1].policy, history[-1].pending.quorum if history[-1].pending else None] if history else [given]
    policies = [policy for policy in stated if policy is not None]
    origin = await session.origin()
    if not policies:
        raise UsageError(_NO_POLICY)
    if not policies[0].knows_log(origin):
        raise UsageError(f"The policy is not about this trail: none of its logs is called `{origin}`.")
    return policies


async def last_known(session: Session, witness: Witness, size: int) -> int:
    """Return the largest size, at most `size`, of which a cosignature of that witness is kept; 0 for none."""
    kept = await session.store.cosignatures()
    return max((row.size for row in kept if row.witness == str(witness.key) and row.size <= size), default=0)


async def request_for(session: Session, signed: SignedCheckpoint, old: int) -> CosignRequest:
    """Return the request to cosign that checkpoint after the size that the witness saw last.

    Raises:
        UsageError: The checkpoint is smaller than that.
    """
    size = signed.checkpoint.size
    if old > size:
        raise UsageError(f"The checkpoint is of {size} records; a request cannot begin at {old}.")
    proof = await consistency_proof(session.store, session.core, old_size=old, new_size=size) if old else b""
    # Only the trail's own lines: a witness checks those of the log's keys and would read the others for nothing.
    own = tuple(line for line in signed.signatures if line.name == signed.checkpoint.origin)
    return CosignRequest(old, proof, SignedCheckpoint(signed.checkpoint, own))


def _standing(policy: QuorumPolicy, times: dict[str, int]) -> tuple[WitnessOutcome, ...]:
    held = {witness.name: times.get(witness.name) for witness in policy.witnesses}
    return tuple(
        _outcome(witness, Outcome.UNASKED if held[witness.name] is None else Outcome.KEPT, time=held[witness.name])
        for witness in policy.witnesses
    )


def _outcome(witness: Witness, outcome: Outcome, *, time: int | None = None, detail: str = "") -> WitnessOutcome:
    moment = None
    with suppress(OverflowError, ValueError, OSError):  # a witness's clock may be out of all bounds
        moment = None if time is None else datetime.fromtimestamp(time, UTC)
    return WitnessOutcome(
        name=witness.name,
        witness=witness.key.name,
        url=witness.url,
        outcome=outcome,
        cosigned_at=moment,
        detail=detail,
    )


def _said(answer: WitnessAnswer) -> str:
    first = answer.body.strip().partition("\n")[0]
    return f"{answer.status} {first[:200]}".strip()
