"""Which keys may sign where, as key records say."""

import base64
import hashlib
from typing import Any

import pytest

from ami_audit.domain.keyring import KeyRing, events_of, signers_of
from ami_audit.domain.linkage import KeyEvent

_OLD, _NEW = b"o" * 32, b"n" * 32
_OPEN = 2**64 - 1


def _id(public_key: bytes) -> bytes:
    return hashlib.sha256(public_key).digest()


def _facts(key: bytes, prefix: str = "", **changes: Any) -> dict[str, Any]:
    facts = {
        "key_id": _id(key).hex(),
        "public_key": base64.b64encode(key).decode(),
        "signer": "ann",
        **changes,
    }
    return {prefix + name: value for name, value in facts.items()}


def _event(sequence: int, event: str, public_key: bytes = _OLD) -> KeyEvent:
    return KeyEvent(sequence, event, _id(public_key), public_key, "ann")


def _content(action: str, sequence: Any, facts: Any) -> dict[str, Any]:
    return {"action": action, "sequence": sequence, "context": facts}


def test_genesis_names_the_first_key() -> None:
    """A trail needs nothing outside itself to say who may sign it first."""
    assert events_of(_content("trail.created", 0, _facts(_OLD))) == (_event(0, "added"),)


def test_a_genesis_record_anywhere_else_names_no_key() -> None:
    """Whoever can append could else add a key without a key record."""
    assert events_of(_content("trail.created", 5, _facts(_OLD))) == ()


def test_a_rotation_retires_one_key_and_adds_another() -> None:
    """Both halves stand in one record, so that no position has two keys or none."""
    facts = {**_facts(_OLD), **_facts(_NEW, "new_")}
    assert events_of(_content("key.rotated", 9, facts)) == (_event(9, "retired"), _event(9, "added", _NEW))


@pytest.mark.parametrize(("action", "event"), [("key.added", "added"), ("key.revoked", "revoked")])
def test_a_key_record_names_its_key(action: str, event: str) -> None:
    """One action, one event."""
    assert events_of(_content(action, 3, _facts(_OLD))) == (_event(3, event),)


def test_other_records_say_nothing_about_keys() -> None:
    """A commit may hold any context at all."""
    assert events_of(_content("git.commit", 3, _facts(_OLD))) == ()


@pytest.mark.parametrize("action", [None, 7, [], {}, ["key.added"]])
def test_an_action_that_is_no_text_says_nothing(action: Any) -> None:
    """A damaged record is told of, and stops nobody from reading the next."""
    assert events_of({**_content("", 3, _facts(_OLD)), "action": action}) == ()


@pytest.mark.parametrize(
    "facts",
    [
        None,
        [],
        {},
        {"key_id": "00"},
        _facts(_OLD, key_id=7),
        _facts(_OLD, key_id="zz" * 32),
        _facts(_OLD, public_key="not base64"),
        _facts(_OLD, public_key=None),
        _facts(b"short"),
        _facts(_OLD, key_id=_id(_NEW).hex()),
        _facts(_OLD, signer="\ud800"),
    ],
)
def test_what_does_not_name_a_key_names_none(facts: Any) -> None:
    """A key under another key's name would pass for it wherever keys are trusted by name."""
    assert events_of(_content("key.added", 3, facts)) == ()


@pytest.mark.parametrize("sequence", [None, "3", 3.0])
def test_a_record_without_a_position_says_nothing(sequence: Any) -> None:
    """Where it may sign is the whole point."""
    assert events_of(_content("key.added", sequence, _facts(_OLD))) == ()


def test_a_key_may_sign_from_its_own_record_to_the_one_that_retires_it() -> None:
    """The record that retires a key is still signed by it."""
    ring = KeyRing([_event(0, "added"), _event(9, "retired"), _event(9, "added", _NEW)])
    assert [(entry.public_key, entry.valid_from, entry.valid_to) for entry in ring.entries()] == [
        (_OLD, 0, 10),
        (_NEW, 9, _OPEN),
    ]
    assert [entry.is_open for entry in ring.entries()] == [False, True]


def test_a_key_that_was_revoked_can_be_added_again_for_later_records_only() -> None:
    """The gap stays a gap."""
    ring = KeyRing([_event(0, "added"), _event(4, "revoked"), _event(8, "added")])
    assert [(entry.valid_from, entry.valid_to) for entry in ring.entries()] == [(0, 5), (8, _OPEN)]
    named = ring.named(_id(_OLD))
    assert named is not None
    assert named.valid_from == 8


def test_retiring_a_key_twice_does_not_lengthen_its_life() -> None:
    """The first word counts."""
    ring = KeyRing([_event(0, "added"), _event(4, "revoked"), _event(9, "retired")])
    assert [entry.valid_to for entry in ring.entries()] == [5]


def test_a_key_nobody_added_is_not_known() -> None:
    """Revoking it adds nothing."""
    ring = KeyRing([_event(4, "revoked")])
    assert ring.entries() == ()
    assert ring.named(_id(_OLD)) is None
    assert ring.packed() == b""


def test_a_packed_ring_has_eighty_bytes_a_key() -> None:
    """The form that bulk verification reads."""
    packed = KeyRing([_event(3, "added")]).packed()
    assert packed == _id(_OLD) + _OLD + (3).to_bytes(8, "big") + b"\xff" * 8


def test_a_new_key_is_admitted_by_one_that_could_sign_before() -> None:
    """Signed by the new key alone, a record would admit whoever can append one."""
    ring = KeyRing([_event(0, "added")])
    added = [_event(5, "added", _NEW)]
    assert ring.admits(added, [_id(_OLD), _id(_NEW)])
    assert not ring.admits(added, [_id(_NEW)])
    assert not ring.admits(added, [_id(_OLD)])
    assert not ring.admits(added, [])


def test_a_rotation_is_signed_by_the_key_that_it_retires() -> None:
    """Else any of a trail's keys could push another one out and take its place."""
    other = b"x" * 32
    ring = KeyRing([_event(0, "added"), _event(2, "added", other)])
    rotated = [_event(9, "retired"), _event(9, "added", _NEW)]
    assert ring.admits(rotated, [_id(_OLD), _id(_NEW)])
    assert not ring.admits(rotated, [_id(other), _id(_NEW)])


def test_a_retired_key_admits_nobody() -> None:
    """What it signs after its end is worth nothing."""
    ring = KeyRing([_event(0, "added"), _event(2, "added", _NEW), _event(3, "revoked")])
    assert not ring.admits([_event(7, "revoked", _NEW)], [_id(_OLD)])
    assert ring.admits([_event(7, "revoked", _NEW)], [_id(_NEW)])


def test_the_first_record_and_records_about_no_key_ask_for_nobody() -> None:
    """A trail begins with the key that it names itself."""
    assert KeyRing().admits([_event(0, "added")], [_id(_OLD)])
    assert KeyRing().admits([], [])


def test_the_signers_of_a_block_are_its_key_ids() -> None:
    """A block that breaks off is a fault of its own; what stands before is still read."""
    entry = b"\x01" + _id(_OLD) + bytes(72) + (3).to_bytes(2, "big") + b"ann"
    other = b"\x01" + _id(_NEW) + bytes(72) + bytes(2)
    assert signers_of(entry + other) == {_id(_OLD), _id(_NEW)}
    assert signers_of(entry + other[:-1]) == {_id(_OLD)}
    assert signers_of(b"") == frozenset()
