"""Words for what happens to a trail's keys: records that the trail itself keeps.

A record is signed by the key that signs the trail; one that brings in a new key is signed by the new key as well, which
shows that its owner holds it: append it with `also_signed_by=(new,)`.
"""

import base64
from typing import Any

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import UsageError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType
from ami_audit.domain.stored_key import PublicHalf
from ami_audit.ports.caller import Caller

_SOURCE = "keys/1"


def added(key: PublicHalf, *, ring: KeyRing, by: Caller, root: str, reason: str | None = None) -> AuditDraft:
    """Return the record that lets one more key sign the trail, from that record on.

    Args:
        key: The new key.
        ring: The trail's keys.
        by: Who adds it.
        root: The audited folder, for the provenance.
        reason: Why.

    Raises:
        UsageError: The trail names the key already.
    """
    _refuse_known(key, ring)
    return _draft("key.added", key, facts=_facts(key), by=by, root=root, reason=reason)


def rotation(
    old: PublicHalf, new: PublicHalf, *, ring: KeyRing, by: Caller, root: str, reason: str | None = None
) -> AuditDraft:
    """Return the record that retires one key and lets another take over; the old key signs it as its last.

    Raises:
        UsageError: The old key may not sign any more, or the trail names the new one already.
    """
    _require_open(old, ring)
    _refuse_known(new, ring)
    facts = _facts(old) | {f"new_{name}": value for name, value in _facts(new).items()}
    return _draft("key.rotated", old, facts=facts, by=by, root=root, reason=reason)


def revocation(key: PublicHalf, *, ring: KeyRing, by: Caller, root: str, reason: str) -> AuditDraft:
    """Return the record after which a key signs nothing more.

    Raises:
        UsageError: The key may not sign any more as it is, or it is the last that may: nobody could sign what follows.
    """
    _require_open(key, ring)
    if all(entry.key_id == key.key_id for entry in ring.entries() if entry.is_open):
        raise UsageError(
            f"The key {_short(key)} is the only one that may sign this trail, and nobody could sign what follows; "
            "let a new one take over instead: `ami-audit key rotate --reason …`."
        )
    draft = _draft("key.revoked", key, facts=_facts(key), by=by, root=root, reason=reason)
    return draft._replace(severity=AuditSeverity.WARNING)


def _draft(
    action: str, key: PublicHalf, *, facts: dict[str, Any], by: Caller, root: str, reason: str | None
) -> AuditDraft:
    return AuditDraft(
        action=action,
        target=key.key_id.hex(),
        target_type=AuditTargetType.KEY,
        source=_SOURCE,
        actor=by.name,
        actor_type=by.actor_type,
        reason=reason,
        context=facts,
        metadata=by.provenance(root),
    )


def _facts(key: PublicHalf) -> dict[str, Any]:
    return {
        "key_id": key.key_id.hex(),
        "public_key": base64.b64encode(key.public_key).decode(),
        "signer": key.signer,
    }


def _require_open(key: PublicHalf, ring: KeyRing) -> None:
    entry = ring.named(key.key_id)
    if entry is None:
        raise UsageError(f"The key {_short(key)} is not one of this trail's keys; `ami-audit key list` shows them.")
    if not entry.is_open:
        raise UsageError(f"The key {_short(key)} was retired or revoked already, at record {entry.valid_to - 1}.")


def _refuse_known(key: PublicHalf, ring: KeyRing) -> None:
    entry = ring.named(key.key_id)
    if entry is not None:
        state = "may sign this trail already" if entry.is_open else "was retired or revoked and does not return"
        raise UsageError(f"The key {_short(key)} {state}.")


def _short(key: PublicHalf) -> str:
    return f"{key.key_id.hex()[:16]} of {key.signer}"
