"""Shows the latest checkpoint of a trail, or signs one."""

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.errors import NotFoundError
from ami_audit.domain.note import NoteKey
from ami_audit.domain.proven import CheckpointAnswer
from ami_audit.services.portal import Portal, portal
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore


async def latest_checkpoint(store: AuditStore, *, on: Portal = portal) -> CheckpointAnswer:
    """Return the latest checkpoint that the store keeps; it is not verified for this answer.

    Raises:
        NotFoundError: None was signed yet.
    """

    async def work() -> CheckpointAnswer:
        session = await store.session()
        kept = await session.store.checkpoint()
        if kept is None:
            raise NotFoundError("checkpoint", await session.origin(), hint="Sign one with `ami-audit checkpoint sign`.")
        return await _described(session, kept.note)

    return await on.call(work())


async def sign_checkpoint(store: AuditStore, *, on: Portal = portal) -> CheckpointAnswer:
    """Sign where the trail stands now, unless it is signed already, and return that checkpoint.

    Raises:
        RolledBackError: The store is not a continuation of what this machine signed before.
        KeyStoreError: No key here may sign the trail.
    """

    async def work() -> CheckpointAnswer:
        session = await store.session()
        await session.trail()
        await session.checkpoint()
        return await latest_checkpoint(store, on=on)  # with the lines of witnesses that are kept

    return await on.call(work())


async def _described(session: Session, note: str) -> CheckpointAnswer:
    signed = SignedCheckpoint.parse(note)
    value = signed.checkpoint
    guard = session.guard_of(value.origin)
    ring = await session.ring()
    return CheckpointAnswer(
        origin=value.origin,
        size=value.size,
        root=value.root.hex(),
        newer=max(0, (await session.store.head()).size - value.size),
        signers=tuple(signature.name for signature in signed.signatures),
        keys=tuple(str(NoteKey.of(value.origin, entry.public_key)) for entry in ring.entries()),
        guard=guard.location if guard.last() else None,
        note=note,
    )
