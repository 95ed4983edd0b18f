"""Records in a trail what happens to its keys."""

from typing import NamedTuple

from ami_audit.domain.errors import NotFoundError, UsageError
from ami_audit.domain.keyring import KeyRing, Validity
from ami_audit.ports.caller import Caller
from ami_audit.ports.signer import Signer
from ami_audit.services.portal import Portal, portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.key_records import added, revocation, rotation


class Rotated(NamedTuple):
    """The trail whose key was rotated, and the id of the key that was retired."""

    origin: str
    retired: bytes


async def add_to_trail(
    store: AuditStore, new: Signer, *, by: Caller, root: str, reason: str | None = None, on: Portal = portal
) -> str:
    """Let one more key sign the trail, from the record on that says so; return the trail's name.

    The record is signed by the trail's key and by the new one.

    Raises:
        UsageError: The trail names the key already.
    """

    async def work() -> str:
        trail = await (await store.session()).trail()
        draft = added(new, ring=trail.ring, by=by, root=root, reason=reason)
        await trail.append([draft], also_signed_by=(new,))
        return trail.origin

    return await on.call(work())


async def rotate_in_trail(
    store: AuditStore, new: Signer, *, by: Caller, root: str, reason: str | None = None, on: Portal = portal
) -> Rotated:
    """Retire the key that signs here and let `new` take over.

    The record is signed by both, as the old key's last.

    Raises:
        UsageError: The old key may not sign any more, or the trail names the new one already.
    """

    async def work() -> Rotated:
        trail = await (await store.session()).trail()
        old = trail.signers[0]
        draft = rotation(old, new, ring=trail.ring, by=by, root=root, reason=reason)
        await trail.append([draft], also_signed_by=(new,))
        return Rotated(trail.origin, old.key_id)

    return await on.call(work())


async def revoke_in_trail(
    store: AuditStore, name: str, *, by: Caller, root: str, reason: str, on: Portal = portal
) -> Validity:
    """Say that one of the trail's keys signs nothing more; return it.

    Args:
        store: The trail; it is signed with another of its keys.
        name: 8 or more digits of the key's id, or its name on this machine, which ends in them.
        by: Who revokes it.
        root: The audited folder, for the provenance.
        reason: Why.
        on: Where the store lives.

    Raises:
        NotFoundError: The trail names no such key.
        UsageError: The key may not sign any more as it is, is the last, or is the one that would sign this record.
    """

    async def work() -> Validity:
        trail = await (await store.session()).trail()
        entry = _named(trail.ring, name)
        draft = revocation(entry, ring=trail.ring, by=by, root=root, reason=reason)
        if any(signer.key_id == entry.key_id for signer in trail.signers):
            raise UsageError(
                f"The key {entry.key_id.hex()[:16]} would sign its own revocation; name another of the trail's keys "
                "with `--key`."
            )
        await trail.append([draft])
        return entry

    return await on.call(work())


def _named(ring: KeyRing, name: str) -> Validity:
    digits = name.rpartition("-")[2].lower()
    if len(digits) >= 8:
        found = {entry.key_id: entry for entry in ring.entries() if entry.key_id.hex().startswith(digits)}
        if len(found) == 1:
            return next(iter(found.values()))
    raise NotFoundError("key in this trail", name, hint="`ami-audit key list` shows its keys.")
