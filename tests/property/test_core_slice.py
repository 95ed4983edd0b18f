"""Does bulk verification find what the twin finds, whatever was done to the trail?"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import reference

from ami_audit.adapters.chain_core import _native
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.errors import MalformedError

_CORE = NativeCore()
_ORIGIN = "example.org/trail"
_SEEDS = (bytes(31) + b"\x01", bytes(31) + b"\x02")
_FIRST = 5
_BEGAN = 1_767_225_600_000_000


class _Row(NamedTuple):
    sequence: int
    previous_hash: bytes
    nonce: int
    record_hash: bytes
    canonical: bytes
    block: bytes


def _sealed(sequence: int, previous: bytes, canonical: bytes, *, signers: int) -> _Row:
    """Return one record, hashed, and signed by that many of the two keys."""
    tag = _CORE.record_tag(_ORIGIN)
    digest = _CORE.record_hash(tag, previous, _CORE.payload_hash(canonical), nonce=sequence)
    entries = []
    for seed in _SEEDS[:signers]:
        signature = _CORE.sign_records(seed, origin=_ORIGIN, signer="Zoë", timestamp_us=_BEGAN, record_hashes=digest)
        entries.append(reference.Signature(_CORE.key_id(_CORE.public_key(seed)), signature, _BEGAN, "Zoë"))
    return _Row(sequence, previous, sequence, digest, canonical, reference.written_block(sorted(entries)))


def _trail(length: int = 6) -> list[_Row]:
    rows: list[_Row] = []
    previous = bytes(range(32))
    for sequence in range(_FIRST, _FIRST + length):
        canonical = b'{"a":{"sequence":1},"recorded_at":"2026-01-01T00:00:%02d.000000Z","sequence":%d,"z":"}"}'
        rows.append(_sealed(sequence, previous, canonical % (sequence, sequence), signers=sequence % 3))
        previous = rows[-1].record_hash
    return rows


_TRAIL = _trail()


def _framed(rows: list[_Row]) -> bytes:
    return b"".join(
        row.sequence.to_bytes(8)
        + row.previous_hash
        + row.nonce.to_bytes(8)
        + row.record_hash
        + len(row.canonical).to_bytes(4)
        + row.canonical
        + len(row.block).to_bytes(4)
        + row.block
        for row in rows
    )


def _key(seed: bytes, first: int, end: int) -> bytes:
    public = _CORE.public_key(seed)
    return _CORE.key_id(public) + public + first.to_bytes(8) + end.to_bytes(8)


_NUMBERS = st.integers(0, 2**64 - 1)
_HASHES = st.binary(min_size=32, max_size=32) | st.binary(max_size=40)
_KEYS = b"".join(_key(seed, 0, 2**64 - 1) for seed in _SEEDS)
_Answer = tuple[list[tuple[int, str]], bytes, str, bytes, int]


def _both(buffer: bytes, *, keys: bytes = _KEYS, minimum_bits: int = 0) -> tuple[_Answer, _Answer]:
    def ask(verify: Callable[..., _Answer]) -> _Answer:
        return verify(
            buffer,
            origin=_ORIGIN,
            first_sequence=_FIRST,
            previous_hash=bytes(range(32)),
            previous_recorded_at="2026-01-01T00:00:00.000000Z",
            minimum_bits=minimum_bits,
            keys=keys,
        )

    return ask(_CORE.verify_slice), ask(reference.verify_slice)


@settings(max_examples=60)
@given(st.lists(st.tuples(_NUMBERS, _HASHES, _NUMBERS, _HASHES, st.binary(max_size=9), st.binary(max_size=9))))
def test_rows_are_framed_as_the_twin_frames_them(rows: list[tuple[int, bytes, int, bytes, bytes, bytes]]) -> None:
    """A damaged row may hold hashes of any length, and must not break the buffer for the others."""
    columns = list(zip(*rows, strict=True)) or [()] * 6
    assert _native.frames(*columns) == reference.frames(*columns)


def test_columns_of_different_lengths_are_refused() -> None:
    """A row that is half another's would be blamed for what it is not."""
    with pytest.raises(_native.CoreError, match="one length"):
        _native.frames([1], [b""], [2, 3], [b""], [b""], [b""])


@settings(max_examples=60)
@given(st.sampled_from([b' {"recorded_at"', b'{ "recorded_at"', b'{"recorded\\u005fat"', b'{"b":1e2,"recorded_at"']))
def test_a_text_in_another_spelling_has_the_twins_faults(start: bytes) -> None:
    """It is sealed and hashes well: only its form tells that two readers may read it differently."""
    text = start + b':"2026-01-01T00:00:05.000000Z","sequence":5}'
    native, twin = _both(_framed([_sealed(_FIRST, bytes(range(32)), text, signers=1)]))
    assert native == twin
    assert (_FIRST, "form") in native[0]


def test_a_whole_trail_has_no_fault_for_either() -> None:
    """The tests below compare answers; this one says that the good answer is good."""
    native, twin = _both(_framed(_TRAIL))
    assert native == twin
    assert native[0] == []
    assert native[4] == 2


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_buffer_has_the_twins_faults(data: st.DataObject) -> None:
    """Any bytes of the buffer replaced: in a number, a hash, a text, a signature or a length."""
    buffer = bytearray(_framed(_TRAIL))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(buffer) - 1))
        buffer[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(min_size=0, max_size=2))
    native, twin = _both(bytes(buffer))
    assert native == twin


@settings(max_examples=60)
@given(st.permutations(range(len(_TRAIL))), st.integers(0, len(_TRAIL)))
def test_rows_moved_repeated_or_removed_have_the_twins_faults(order: list[int], kept: int) -> None:
    """What relates a row to its neighbours is where the two could part."""
    rows = [_TRAIL[index] for index in order[:kept]] + [_TRAIL[order[0]]]
    native, twin = _both(_framed(rows))
    assert native == twin


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(_JSON, st.data())
def test_the_look_at_the_form_is_the_writers_verdict(value: object, data: st.DataObject) -> None:
    """The form is looked at without writing it anew: it holds exactly where the text is what would be written."""
    is_ascii, is_sorted = data.draw(st.booleans()), data.draw(st.booleans())
    text = json.dumps(value, ensure_ascii=is_ascii, sort_keys=is_sorted, separators=(",", ":"))
    texts = [text.encode("utf-8", "surrogatepass")]
    with suppress(MalformedError):
        texts.append(_CORE.canonicalize(texts[0]))
    changed = bytearray(texts[-1])
    at = data.draw(st.integers(0, len(changed)))
    changed[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    for spelling in (*texts, bytes(changed)):
        found = _both(_framed([_sealed(_FIRST, bytes(range(32)), spelling, signers=0)]))[0][0]
        assert ((_FIRST, "form") in found) is not _is_its_own(spelling)


def _is_its_own(text: bytes) -> bool:
    try:
        return _CORE.canonicalize(text) == text == reference.canonicalize(text)
    except MalformedError:
        return False


_L = 2**252 + 27742317777372353535851937790883648493
_ODD = {
    "whole": lambda signature: signature,
    "S + L": lambda signature: signature[:32] + (int.from_bytes(signature[32:], "little") + _L).to_bytes(32, "little"),
    "S + 1": lambda signature: signature[:32] + (int.from_bytes(signature[32:], "little") + 1).to_bytes(32, "little"),
    "R small": lambda signature: b"\x01" + bytes(31) + signature[32:],
    "R foreign": lambda signature: b"\xf0" + b"\xff" * 30 + b"\x7f" + signature[32:],
    "R of another": lambda signature: _CORE.public_key(signature[:32]) + signature[32:],
}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(list(_ODD))), min_size=1, max_size=8))
def test_odd_signatures_have_in_bulk_the_verdict_they_have_alone(kinds: list[tuple[int, int, str]]) -> None:
    """Bulk verification adds equations: torsion and wrongs must neither cancel nor spread to a neighbour."""
    rows, keys, alone, previous = [], b"", [], bytes(range(32))
    for sequence, (in_key, in_commitment, odd) in enumerate(kinds, start=_FIRST):
        canonical = b'{"recorded_at":"2026-01-01T00:00:05.000000Z","sequence":%d}' % sequence
        row = _sealed(sequence, previous, canonical, signers=0)
        message = reference.signed_message(
            origin=_ORIGIN, record=row.record_hash, signer="Zoë", timestamp_us=_BEGAN + sequence
        )
        public, signature = reference.with_torsion(
            _SEEDS[sequence % 2], message, in_key=in_key, in_commitment=in_commitment
        )
        signature = _ODD[odd](signature)
        entry = reference.Signature(_CORE.key_id(public), signature, _BEGAN + sequence, "Zoë")
        keys += entry.key_id + public + bytes(8) + b"\xff" * 8
        rows.append(row._replace(block=reference.written_block([entry])))
        if not reference.verify_signature(public, message, signature):
            alone.append((sequence, "signature"))
        previous = row.record_hash
    native, twin = _both(_framed(rows), keys=keys)
    assert native == twin
    assert native[0] == alone


@settings(max_examples=40)
@given(
    st.integers(0, 5),
    st.sampled_from(
        [
            b"{}",
            b"[]",
            b"",
            b"null",
            b'{"recorded_at":"2026-01-01T00:00:07.000000Z"}',
            b'{"recorded_at":"2026-02-30T00:00:07.000000Z","sequence":%d}',
            b'{"recorded_at":"2025-12-31T23:59:59.999999Z","sequence":%d}',
            b'{"recorded_at":"2026-01-01T00:00:07.000000Z","sequence":%d.0}',
            b'{"sequence":%d,"recorded_at":"2026-01-01T00:00:07.000000Z"}',
            b'{"recorded_at":null,"sequence":%d}',
            b'{"\\"sequence":1,"recorded_at":"2026-01-01T00:00:07.000000Z","sequence":%d,"t":',
        ]
    ),
)
def test_a_text_sealed_anew_has_the_twins_faults(index: int, text: bytes) -> None:
    """A forger with the key may seal any text: well hashed and signed, it must still be a record of this place."""
    sequence = _FIRST + index
    canonical = text % sequence if b"%d" in text else text
    forged = _sealed(sequence, _TRAIL[index].previous_hash, canonical, signers=2)
    native, twin = _both(_framed([*_TRAIL[:index], forged, *_TRAIL[index + 1 :]]))
    assert native == twin
    assert native[0] != []


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(_SEEDS), st.integers(0, 12), st.integers(0, 12)), max_size=4))
def test_keys_with_any_validity_have_the_twins_faults(entries: list[tuple[bytes, int, int]]) -> None:
    """Several ranges for one key, none for another, empty ones: a position is in one of them or it is not."""
    native, twin = _both(_framed(_TRAIL), keys=b"".join(_key(*entry) for entry in entries))
    assert native == twin


@given(st.integers(0, 256))
def test_bits_are_counted_as_the_twin_counts_them(minimum_bits: int) -> None:
    """Unsigned records keep the twin fast here."""
    rows = [_TRAIL[1]]
    native, twin = _both(_framed(rows), minimum_bits=minimum_bits)
    assert native == twin
