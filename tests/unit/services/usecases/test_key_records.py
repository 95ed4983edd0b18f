"""What a trail's records say about its keys is what the key ring reads."""

import base64

import pytest

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import UsageError
from ami_audit.domain.keyring import KeyRing, Validity, events_of
from ami_audit.domain.kinds import ActorType, AuditSeverity, AuditTargetType
from ami_audit.domain.linkage import KeyEvent
from ami_audit.services.usecases.key_records import added, revocation, rotation
from support.keys import CORE, TestCaller

BY = TestCaller()


def key(number: int, signer: str = "ann@desk") -> Validity:
    """Return the public half of a key."""
    public_key = CORE.public_key(bytes([number]) * 32)
    return Validity(CORE.key_id(public_key), public_key, signer, 0)


def ring_of(*keys: Validity) -> KeyRing:
    """Return a trail's keys, all of them added at the beginning."""
    return KeyRing(KeyEvent(0, "added", each.key_id, each.public_key, each.signer) for each in keys)


def learned(ring: KeyRing, draft: AuditDraft, *, sequence: int) -> KeyRing:
    """Let a ring read a draft as it would stand in a sealed record."""
    for event in events_of({"action": draft.action, "sequence": sequence, "context": dict(draft.context)}):
        ring.learn(event)
    return ring


def spans(ring: KeyRing) -> dict[str, tuple[int, int | None]]:
    """Return from where and to where each signer may sign."""
    return {each.signer: (each.valid_from, None if each.is_open else each.valid_to) for each in ring.entries()}


def test_an_added_key_signs_from_its_record_on() -> None:
    """It signs that record itself, to show that its owner holds it."""
    ring = ring_of(key(1))
    draft = added(key(2, "bob@server"), ring=ring, by=BY, root="/r", reason="a second machine")
    assert spans(learned(ring, draft, sequence=7)) == {"ann@desk": (0, None), "bob@server": (7, None)}


def test_a_rotation_retires_one_key_and_brings_in_another() -> None:
    """The old key's last record is the rotation, the new one's first is the same: no position is without a key."""
    old, new = key(1, "old"), key(2, "new")
    ring = ring_of(old)
    draft = rotation(old, new, ring=ring, by=BY, root="/r")
    assert spans(learned(ring, draft, sequence=7)) == {"old": (0, 8), "new": (7, None)}


def test_a_revoked_key_signs_nothing_after_the_record() -> None:
    """What it signed before stays valid: the trail says until where."""
    lost, kept = key(1, "lost"), key(2, "kept")
    ring = ring_of(lost, kept)
    draft = revocation(lost, ring=ring, by=BY, root="/r", reason="laptop stolen")
    assert spans(learned(ring, draft, sequence=7)) == {"lost": (0, 8), "kept": (0, None)}


def test_a_key_record_says_who_why_and_which() -> None:
    """An auditor reads it without the key at hand."""
    draft = revocation(key(1), ring=ring_of(key(1), key(2)), by=BY, root="/r", reason="laptop stolen")
    assert (draft.action, draft.target, draft.target_type) == (
        "key.revoked", key(1).key_id.hex(), AuditTargetType.KEY
    )  # fmt: skip
    assert (draft.actor, draft.actor_type, draft.reason) == ("ann@desk", ActorType.PERSON, "laptop stolen")
    assert (draft.severity, draft.metadata) == (AuditSeverity.WARNING, {"host": "desk", "root": "/r"})
    assert draft.context["public_key"] == base64.b64encode(key(1).public_key).decode()


def test_the_last_key_cannot_be_revoked() -> None:
    """Nobody could sign the next record, and the trail would end here for ever."""
    ring = ring_of(key(1), key(2))
    learned(ring, revocation(key(1), ring=ring, by=BY, root="/r", reason="x"), sequence=3)
    with pytest.raises(UsageError, match="ami-audit key rotate"):
        revocation(key(2), ring=ring, by=BY, root="/r", reason="x")


def test_what_changes_nothing_is_refused() -> None:
    """A record that says what is so already, or what cannot be, would puzzle every later reader."""
    ring = ring_of(key(1), key(2))
    learned(ring, rotation(key(1), key(3), ring=ring, by=BY, root="/r"), sequence=3)
    with pytest.raises(UsageError, match="may sign this trail already"):
        added(key(2), ring=ring, by=BY, root="/r")
    with pytest.raises(UsageError, match="does not return"):
        added(key(1), ring=ring, by=BY, root="/r")
    with pytest.raises(UsageError, match="does not return"):
        rotation(key(2), key(1), ring=ring, by=BY, root="/r")
    with pytest.raises(UsageError, match="already, at record 3"):
        revocation(key(1), ring=ring, by=BY, root="/r", reason="x")
    with pytest.raises(UsageError, match="not one of this trail's keys"):
        rotation(key(9), key(8), ring=ring, by=BY, root="/r")
