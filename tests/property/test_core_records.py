"""Have records that are read where they stand the verdict of their frames?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.linkage import ZERO_HASH, SealedRecord
from ami_audit.ports.chain_core import SliceVerdict

_CORE = NativeCore()
_ORIGIN = "example.org/trail"
_SEED = bytes(31) + b"\x01"
_SIGNED_AT = 1_767_225_600_000_000
_TEXT = b'{"action":"%s","recorded_at":"2026-01-01T00:00:%02d.000000Z","sequence":%d}'
_ACTIONS = (b"trail.begun", b"a", b"b", b"key.added", b"a", b"c")


def _trail() -> list[SealedRecord]:
    """Return records, each second of them signed."""
    records: list[SealedRecord] = []
    previous, tag, key = ZERO_HASH, _CORE.record_tag(_ORIGIN), _CORE.public_key(_SEED)
    for sequence, action in enumerate(_ACTIONS):
        text = _TEXT % (action, sequence, sequence)
        digest = _CORE.record_hash(tag, previous, _CORE.payload_hash(text), nonce=7)
        signature = _CORE.sign_records(
            _SEED, origin=_ORIGIN, signer="Zoë", timestamp_us=_SIGNED_AT, record_hashes=digest
        )
        entry = reference.Signature(_CORE.key_id(key), signature, _SIGNED_AT, "Zoë")
        block = reference.written_block([entry]) if sequence % 2 else b""
        records.append(SealedRecord(sequence, str(sequence), previous, 7, digest, text, block))
        previous = digest
    return records


_TRAIL = _trail()
_PUBLIC = _CORE.public_key(_SEED)
_EXPECTED = {
    "origin": _ORIGIN,
    "first_sequence": 0,
    "previous_hash": ZERO_HASH,
    "previous_recorded_at": "",
    "minimum_bits": 0,
    "keys": _CORE.key_id(_PUBLIC) + _PUBLIC + bytes(8) + b"\xff" * 8,
}
_NUMBERS = st.integers(0, 2**64 - 1)
_BYTES = st.binary(max_size=40)
_DAMAGES = {
    "sequence": _NUMBERS,
    "previous_hash": _BYTES,
    "nonce": _NUMBERS,
    "record_hash": _BYTES,
    "canonical": _BYTES,
    "signatures": _BYTES,
}


def _verdict(records: list[SealedRecord]) -> SliceVerdict:
    return _CORE.verify_records(records, **_EXPECTED)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(sorted(_DAMAGES)), st.data()), max_size=4))
@settings(max_examples=100, deadline=None)
def test_damaged_records_have_the_faults_of_their_frames_and_of_the_twin(
    damages: list[tuple[int, str, st.DataObject]],
) -> None:
    """A store hands over whatever it finds: hashes of any length, numbers of any size, texts that are none."""
    records = list(_TRAIL)
    for index, field, data in damages:
        records[index] = records[index]._replace(**{field: data.draw(_DAMAGES[field])})
    found = _verdict(records)
    assert found == _CORE.verify_slice(_CORE.frames(records), **_EXPECTED)  # type: ignore[arg-type]
    assert found == reference.verify_records(records, **_EXPECTED)


@given(st.lists(st.sampled_from(_TRAIL), max_size=9))
@settings(deadline=None)
def test_records_in_any_order_have_the_twins_faults(records: list[SealedRecord]) -> None:
    """The same record may stand in a list twice, and the list may be empty."""
    assert _verdict(records) == reference.verify_records(records, **_EXPECTED)


def test_whole_records_have_no_fault() -> None:
    """The tests above compare answers; this one says that the good answer is good."""
    assert _verdict(_TRAIL).faults == []
    assert _verdict(_TRAIL).unsigned == 3


@pytest.mark.parametrize("number", [-1, 2**64])
@pytest.mark.parametrize("field", ["sequence", "nonce"])
def test_a_number_that_no_frame_holds_is_refused(field: str, number: int) -> None:
    """Cut to 64 bits it would be another number, and might be the right one."""
    records = [_TRAIL[0]._replace(**{field: number})]
    with pytest.raises(OverflowError):
        _verdict(records)
    with pytest.raises(OverflowError):
        _CORE.frames(records)


@given(st.lists(st.sampled_from([b'{"action":"a', b'{"action":"key.', b'{"b":1}', b"", b"{"]) | _BYTES))
def test_records_are_told_by_their_start_as_the_twin_tells_them(texts: list[bytes]) -> None:
    """What is passed over here is never read for keys: a damaged start must not hide a record."""
    records = [_TRAIL[0]._replace(canonical=text) for text in texts]
    starts = [b'{"action":"key.', b'{"action":"trail.begun"']
    told = _CORE.starting(records, starts, usual=b'{"action":"')
    assert told == reference.starting(records, starts, usual=b'{"action":"')
