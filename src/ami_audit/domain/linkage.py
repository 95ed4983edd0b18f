"""How sealed records hang together: the record as stored, the trail's head, and one batch to append."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

ZERO_HASH = bytes(32)
# SHA-256 of nothing: the root of an empty tree (RFC 6962 section 2.1).
EMPTY_ROOT = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


class SealedRecord(NamedTuple):
    """A record exactly as it is stored; the canonical bytes are the truth.

    Attributes:
        sequence: Position in the trail, from 0.
        record_id: UUIDv7 text.
        previous_hash: 32 bytes; zeros for sequence 0.
        nonce: 0 to 2^64-1.
        record_hash: SHA-256 of the header, 32 bytes.
        canonical: RFC 8785 bytes of the content.
        signatures: Signature block: entries of algorithm u8 (1 = Ed25519), key_id 32, signature 64, timestamp i64 BE
            (microseconds since 1970, UTC), signer length u16 BE, signer UTF-8; sorted by (key_id, signature).
    """

    sequence: int
    record_id: str
    previous_hash: bytes
    nonce: int
    record_hash: bytes
    canonical: bytes
    signatures: bytes


class Tile(NamedTuple):
    """One full tile of the Merkle tree (C2SP tlog-tiles): 256 hashes of 32 bytes."""

    level: int
    index: int  # type: ignore[assignment]  # a tile is no list that is searched: its index is its place
    hashes: bytes


class KeyEvent(NamedTuple):
    """What one record says about a key.

    Attributes:
        sequence: The record that says it; `added` keys are valid from it on, `retired` and `revoked` ones to before
            the next.
        event: `added`, `retired` or `revoked`.
        key_id: SHA-256 of the public key, 32 bytes.
        public_key: 32 bytes.
        signer: Whose key it is.
    """

    sequence: int
    event: str
    key_id: bytes
    public_key: bytes
    signer: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a trail ends.

    Attributes:
        size: How many records are sealed; the next sequence.
        record_hash: The last record's hash; zeros when the trail is empty.
        root: RFC 6962 root over `size` leaves.
        frontier: The tree's right edge: roots of the perfect subtrees of `size`, largest first, 32 bytes each.
        recorded_at: When the last record was sealed, canonical text; empty when the trail is empty.
    """

    size: int = 0
    record_hash: bytes = ZERO_HASH
    root: bytes = EMPTY_ROOT
    frontier: bytes = b""
    recorded_at: str = ""


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """Records that follow one head, and the head that follows them; appended whole or not at all."""

    records: Sequence[SealedRecord]
    head: Head
    tiles: Sequence[Tile] = ()
    key_events: Sequence[KeyEvent] = field(default=())
    disclosures: Sequence["SealedDisclosure"] = ()
    erased: Sequence["ErasedValue"] = ()
    pruning: "PruneOrder | None" = None


class StoredCheckpoint(NamedTuple):
    """A signed checkpoint (C2SP tlog-checkpoint) over the first `size` records."""

    size: int
    note: str


class StoredCosignature(NamedTuple):
    """What one witness said about the checkpoint over the first `size` records.

    Attributes:
        size: The checkpoint's.
        witness: The witness's public key as notes name it.
        signature: Time (u64 BE) and Ed25519 signature, 72 bytes.
    """

    size: int
    witness: str
    signature: bytes


class SealedDisclosure(NamedTuple):
    """What opens one committed value, for the holder of its subject's key alone.

    Attributes:
        sequence: The record that commits to it.
        digest: The commitment (RFC 9901), 32 bytes.
        subject: The keyed pseudonym of whom it is about, 16 bytes.
        sealed: Class and disclosure under the subject's key.
    """

    sequence: int
    digest: bytes
    subject: bytes
    sealed: bytes


class ErasedValue(NamedTuple):
    """A committed value whose disclosure was removed, for ever.

    Attributes:
        sequence: The record that commits to it.
        digest: The commitment, 32 bytes.
        erasure: The record that says so; -1 when only the list outside the store does (a copy was restored).
    """

    sequence: int
    digest: bytes
    erasure: int


class Pruning(NamedTuple):
    """That all records below `cut` are gone, and which record says so."""

    cut: int
    record: int


class PruneOrder(NamedTuple):
    """What a batch with a pruning record removes.

    Attributes:
        cut: Records below it go.
        kept: The sequences of those that stay nevertheless.
        known: Identities (32 bytes) of the facts that were recorded in what goes.
    """

    cut: int
    kept: Sequence[int]
    known: Sequence[bytes]
