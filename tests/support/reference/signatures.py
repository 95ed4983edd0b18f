"""Signature blocks and the signed message in plain Python."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tests.support.reference.ed25519 import sign

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIXED = 1 + 32 + 64 + 8 + 2


class Signature(NamedTuple):
    """One entry of a signature block."""

    key_id: bytes
    signature: bytes
    timestamp_us: int
    signer: str


def key_id(public: bytes) -> bytes:
    """Return the name of a public key."""
    return hashlib.sha256(public).digest()


def moment(timestamp_us: int) -> str:
    """Return microseconds since 1970 as the format's text.

    Raises:
        OverflowError: Python's calendar (years 1 to 9999) has no such moment.
    """
    value = _EPOCH + timedelta(microseconds=timestamp_us)
    return f"{value.year:04}-{value:%m-%dT%H:%M:%S.%f}Z"


def signed_message(*, origin: str, record: bytes, signer: str, timestamp_us: int) -> bytes:
    """Return what a signature over a record covers."""
    facts = {
        "algorithm": "Ed25519",
        "origin": origin,
        "record_hash": record.hex(),
        "signer": signer,
        "timestamp": moment(timestamp_us),
    }
    return b"ami-audit/signature/v1\n" + json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def sign_records(seed: bytes, *, origin: str, signer: str, timestamp_us: int, record_hashes: bytes) -> bytes:
    """Return one signature for each record hash."""
    hashes = [record_hashes[start : start + 32] for start in range(0, len(record_hashes), 32)]
    return b"".join(
        sign(seed, signed_message(origin=origin, record=record, signer=signer, timestamp_us=timestamp_us))
        for record in hashes
    )


def written_block(entries: Iterable[Signature]) -> bytes:
    """Return the entries as a block, in the order given."""
    return b"".join(
        b"\x01"
        + entry.key_id
        + entry.signature
        + entry.timestamp_us.to_bytes(8, signed=True)
        + len(entry.signer.encode()).to_bytes(2)
        + entry.signer.encode()
        for entry in entries
    )


def signature_blocks(key: bytes, *, signer: str, timestamp_us: int, signatures: bytes) -> tuple[bytes, list[int]]:
    """Return one block of one entry for each signature, and where each ends."""
    blocks, ends = b"", []
    for start in range(0, len(signatures), 64):
        blocks += written_block([Signature(key, signatures[start : start + 64], timestamp_us, signer)])
        ends.append(len(blocks))
    return blocks, ends


def read_block(block: bytes) -> list[Signature]:
    """Return the entries of a block.

    Raises:
        ValueError: The block is malformed, unsorted or repeats an entry.
    """
    entries: list[Signature] = []
    while block:
        fixed, rest = block[:_FIXED], block[_FIXED:]
        length = int.from_bytes(fixed[105:107])
        if len(fixed) < _FIXED or len(rest) < length or fixed[0] != 1:
            raise ValueError("a malformed entry")
        signer = rest[:length].decode()
        entries.append(Signature(fixed[1:33], fixed[33:97], int.from_bytes(fixed[97:105], signed=True), signer))
        block = rest[length:]
    pairs = [entry[:2] for entry in entries]
    if pairs != sorted(set(pairs)):
        raise ValueError("entries out of order")
    return entries
