"""Bulk verification in plain Python: one record after the other, by the rules of the port."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tests.support.reference.canonical import RefusedError, canonicalize
from tests.support.reference.ed25519 import verify_signature
from tests.support.reference.hashes import (
    leading_zero_bits,
    leaf_hash,
    payload_hash,
    record_hash,
    record_tag,
    sigset_hash,
)
from tests.support.reference.scan import own_members
from tests.support.reference.signatures import Signature, read_block, signed_message

Record = tuple[int, str, bytes, int, bytes, bytes, bytes]

_ORDER = [
    "sequence",
    "content",
    "link",
    "hash",
    "bits",
    "time",
    "signature",
    "unknown-key",
    "key-not-valid",
    "signature-block",
    "form",
]


class _Frame(NamedTuple):
    sequence: int
    previous_hash: bytes
    nonce: int
    record_hash: bytes
    canonical: bytes
    block: bytes


class _Key(NamedTuple):
    key_id: bytes
    public: bytes
    first: int
    end: int


def verify_slice(
    frames: bytes,
    *,
    origin: str,
    first_sequence: int,
    previous_hash: bytes,
    previous_recorded_at: str,
    minimum_bits: int,
    keys: bytes,
) -> tuple[list[tuple[int, str]], bytes, str, bytes, int]:
    """Return faults, last record hash, last believed moment, leaves, and how many are unsigned."""
    faults: list[tuple[int, str]] = []
    leaves, unsigned, known = b"", 0, list(_keys(keys))
    acceptable, last, due, recorded_at = {previous_hash}, previous_hash, first_sequence, previous_recorded_at
    for position, frame in enumerate(_frames(frames), start=first_sequence):
        if frame is None:
            faults.append((position, "frame"))
            break
        computed = record_hash(
            record_tag(origin), frame.previous_hash, payload_hash(frame.canonical), nonce=frame.nonce
        )
        own, moment = own_members(frame.canonical)
        checks = {
            "sequence": frame.sequence == due,
            "content": own == frame.sequence,
            "link": frame.previous_hash in acceptable,
            "hash": computed == frame.record_hash,
            "bits": leading_zero_bits(frame.record_hash) >= minimum_bits,
            "time": moment is not None and moment >= recorded_at,
            "form": _is_canonical(frame.canonical),
        }
        found = {kind for kind, holds in checks.items() if not holds}
        found |= set(_signature_faults(frame, origin, known))
        faults += [(position, kind) for kind in sorted(found, key=_ORDER.index)]
        leaves += leaf_hash(position, frame.record_hash, _sigset(frame.block))
        unsigned += not frame.block
        acceptable, last = {frame.record_hash, computed}, frame.record_hash
        due = (frame.sequence if own == frame.sequence else due) + 1
        if checks["hash"] and moment is not None:
            recorded_at = moment
    return faults, last, recorded_at, leaves, unsigned


def frames(
    sequences: Sequence[int],
    previous_hashes: Sequence[bytes],
    nonces: Sequence[int],
    record_hashes: Sequence[bytes],
    texts: Sequence[bytes],
    blocks: Sequence[bytes],
) -> bytes:
    """Return rows, given as columns, as the buffer that `verify_slice` reads."""
    rows = zip(sequences, previous_hashes, nonces, record_hashes, texts, blocks, strict=True)
    return b"".join(
        sequence.to_bytes(8)
        + previous[:32].ljust(32, b"\0")
        + nonce.to_bytes(8)
        + record[:32].ljust(32, b"\0")
        + len(text).to_bytes(4)
        + text
        + len(block).to_bytes(4)
        + block
        for sequence, previous, nonce, record, text, block in rows
    )


def verify_records(records: Sequence[Record], **expected: Any) -> tuple[list[tuple[int, str]], bytes, str, bytes, int]:
    """Return what `verify_slice` returns for the frames of records."""
    sequences, _, previous, nonces, hashes, texts, blocks = zip(*records, strict=True) if records else [()] * 7
    return verify_slice(frames(sequences, previous, nonces, hashes, texts, blocks), **expected)


def starting(records: Sequence[Record], starts: Sequence[bytes], *, usual: bytes) -> list[int]:
    """Return the indexes of the records whose text begins with one of `starts`, or not with `usual`."""
    return [
        index
        for index, record in enumerate(records)
        if record[5].startswith(tuple(starts)) or not record[5].startswith(usual)
    ]


def _is_canonical(text: bytes) -> bool:
    try:
        return canonicalize(text) == text
    except RefusedError:
        return False


def _frames(buffer: bytes) -> Iterator[_Frame | None]:
    """Yield the frames of a buffer, and None where it is malformed."""
    while buffer:
        length = int.from_bytes(buffer[80:84])
        after = 84 + length
        block_length = int.from_bytes(buffer[after : after + 4])
        end = after + 4 + block_length
        if len(buffer) < 84 or len(buffer) < after + 4 or len(buffer) < end:
            yield None
            return
        yield _Frame(
            int.from_bytes(buffer[:8]),
            buffer[8:40],
            int.from_bytes(buffer[40:48]),
            buffer[48:80],
            buffer[84:after],
            buffer[after + 4 : end],
        )
        buffer = buffer[end:]


def _keys(entries: bytes) -> Iterator[_Key]:
    for start in range(0, len(entries), 80):
        entry = entries[start : start + 80]
        yield _Key(entry[:32], entry[32:64], int.from_bytes(entry[64:72]), int.from_bytes(entry[72:]))


def _sigset(block: bytes) -> bytes:
    try:
        return sigset_hash(block)
    except ValueError:
        return payload_hash(block)


def _signature_faults(frame: _Frame, origin: str, keys: list[_Key]) -> Iterator[str]:
    try:
        entries = read_block(frame.block)
    except ValueError:
        yield "signature-block"
        return
    for entry in entries:
        named = [key for key in keys if key.key_id == entry.key_id]
        if not named:
            yield "unknown-key"
        elif not any(key.first <= frame.sequence < key.end for key in named):
            yield "key-not-valid"
        else:
            yield from _one_signature(entry, frame, origin=origin, public=named[0].public)


def _one_signature(entry: Signature, frame: _Frame, *, origin: str, public: bytes) -> Iterator[str]:
    try:
        message = signed_message(
            origin=origin, record=frame.record_hash, signer=entry.signer, timestamp_us=entry.timestamp_us
        )
    except OverflowError:
        yield "signature-block"
        return
    if not verify_signature(public, message, entry.signature):
        yield "signature"
