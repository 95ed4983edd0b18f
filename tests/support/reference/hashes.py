"""The record format's hashes in plain Python."""

import hashlib
from collections.abc import Sequence

from tests.support.reference.canonical import canonicalize
from tests.support.reference.signatures import read_block


def payload_hash(canonical: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(canonical).digest()


def record_tag(origin: str) -> bytes:
    """Return the hash of the format's name and the trail's."""
    return payload_hash(b"ami-audit/record/v1\n" + origin.encode())


def record_hash(tag: bytes, previous_hash: bytes, payload: bytes, *, nonce: int) -> bytes:
    """Return the hash of the 104-byte header."""
    return payload_hash(tag + previous_hash + payload + nonce.to_bytes(8))


def link(
    texts: bytes, ends: Sequence[int], *, tag: bytes, previous_hash: bytes
) -> tuple[bytes, list[int], bytes, bytes]:
    """Return canonical texts, ends, payload hashes and record hashes of a batch."""
    # Twice: what is sealed must be canonical when it is read again.
    canonical = [canonicalize(canonicalize(text)) for text in pieces(texts, ends)]
    payloads = [payload_hash(text) for text in canonical]
    hashes: list[bytes] = []
    for payload in payloads:
        previous_hash = record_hash(tag, previous_hash, payload, nonce=0)
        hashes.append(previous_hash)
    lengths = [len(text) for text in canonical]
    new_ends = [sum(lengths[: index + 1]) for index in range(len(lengths))]
    return b"".join(canonical), new_ends, b"".join(payloads), b"".join(hashes)


def pieces(joined: bytes, ends: Sequence[int]) -> list[bytes]:
    """Return what was joined, piece by piece."""
    starts = [0, *ends][: len(ends)]
    return [joined[start:end] for start, end in zip(starts, ends, strict=True)]


def leading_zero_bits(digest: bytes) -> int:
    """Return how many bits are zero before the first one."""
    return 8 * len(digest) - int.from_bytes(digest).bit_length()


def search_nonce(
    tag: bytes, previous_hash: bytes, payload: bytes, *, difficulty_bits: int, start: int, budget: int
) -> int | None:
    """Return the lowest nonce of the range that meets the difficulty."""
    for nonce in range(start, min(start + budget, 2**64 - 1)):
        if leading_zero_bits(record_hash(tag, previous_hash, payload, nonce=nonce)) >= difficulty_bits:
            return nonce
    return None


def sigset_hash(block: bytes) -> bytes:
    """Return the hash of a block's (key id, signature) pairs; zeros for an empty one.

    Raises:
        ValueError: The block is malformed.
    """
    if not block:
        return bytes(32)
    parts = [part for entry in read_block(block) for part in (entry.key_id, entry.signature)]
    return payload_hash(b"".join(len(part).to_bytes(2) + part for part in parts))


def leaf_hash(sequence: int, record: bytes, sigset: bytes) -> bytes:
    """Return the RFC 6962 leaf hash of one record."""
    return payload_hash(b"\x00\x01" + sequence.to_bytes(8) + record + sigset)


def leaf_hashes(first_sequence: int, record_hashes: bytes, *, blocks: bytes, ends: Sequence[int]) -> bytes:
    """Return the leaf hash of each record."""
    leaves = [
        leaf_hash(first_sequence + index, record_hashes[32 * index : 32 * index + 32], sigset_hash(block))
        for index, block in enumerate(pieces(blocks, ends))
    ]
    return b"".join(leaves)
