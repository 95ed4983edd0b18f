"""Is there one bit of a sealed record that could be another, and nobody would see?"""

from itertools import product

import pytest
from tests.support.golden import ALICE, CORE, made

from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.linkage import KeyEvent, SealedRecord

_TRAIL = made("signed")
_RECORD = _TRAIL.records[2]
_KEYS = KeyRing([KeyEvent(0, "added", ALICE.key_id, ALICE.public_key, ALICE.signer)]).packed()
_PARTS = ("previous_hash", "record_hash", "canonical", "signatures")


def _faults(record: SealedRecord) -> set[str]:
    verdict = CORE.verify_slice(
        CORE.frames([record]),
        origin=_TRAIL.origin,
        first_sequence=2,
        previous_hash=_TRAIL.records[1].record_hash,
        previous_recorded_at="",
        minimum_bits=0,
        keys=_KEYS,
    )
    return {kind for _, kind in verdict.faults}


def test_the_record_is_sound_before() -> None:
    """Else nothing below would prove anything."""
    assert _faults(_RECORD) == set()


@pytest.mark.parametrize("part", _PARTS)
def test_every_flipped_bit_is_a_fault(part: str) -> None:
    """Every bit of every byte: nothing in a sealed record is free."""
    value: bytes = getattr(_RECORD, part)
    unseen = [
        (place, bit)
        for place, bit in product(range(len(value)), range(8))
        if not _faults(_RECORD._replace(**{part: _flipped(value, place, bit)}))
    ]
    assert unseen == []


def test_every_flipped_bit_of_nonce_and_sequence_is_a_fault() -> None:
    """The two numbers stand in the header and in the leaf."""
    assert all(_faults(_RECORD._replace(nonce=_RECORD.nonce ^ 1 << bit)) for bit in range(64))
    assert all(_faults(_RECORD._replace(sequence=_RECORD.sequence ^ 1 << bit)) for bit in range(63))


def _flipped(value: bytes, place: int, bit: int) -> bytes:
    return bytes([*value[:place], value[place] ^ 1 << bit, *value[place + 1 :]])
