"""What the chain's arithmetic answers with where one value is not enough."""

from typing import NamedTuple


class Encoded(NamedTuple):
    """Values as JSON texts.

    Attributes:
        texts: The texts, concatenated.
        ends: Where each ends in `texts`.
        is_canonical: Whether each is known to be in canonical form as it stands.
    """

    texts: bytes
    ends: list[int]
    is_canonical: bool


class Linked(NamedTuple):
    """A batch in its final form.

    Attributes:
        canonical: The canonical texts, concatenated.
        ends: Where each text ends in `canonical`.
        payload_hashes: SHA-256 of each text, 32 bytes each, concatenated.
        record_hashes: Record hashes with nonce 0, each linked to the one before, 32 bytes each, concatenated.
    """

    canonical: bytes
    ends: list[int]
    payload_hashes: bytes
    record_hashes: bytes


class Grown(NamedTuple):
    """A tree after leaves were appended.

    Attributes:
        root: RFC 6962 root over all leaves, 32 bytes; SHA-256 of nothing for the empty tree.
        frontier: Roots of the full subtrees of the new size, largest first, 32 bytes each, concatenated.
        edges: For each level the hashes of the tile that is not full yet, concatenated; fewer than 256 each.
        tiles: Tiles that became full: level, index, 256 hashes concatenated.
    """

    root: bytes
    frontier: bytes
    edges: list[bytes]
    tiles: list[tuple[int, int, bytes]]


class SliceVerdict(NamedTuple):
    """What bulk verification found.

    Attributes:
        faults: Every fault as (position, kind), sorted by position; at most one of a kind for each record. The
            position is `first_sequence` + the record's index in the buffer. Kinds: `frame` (the buffer is malformed
            here, nothing after it was read), `sequence` (the row's number is not the one due), `content` (the text is
            no object, or its own `sequence` is not the row's), `link` (the previous hash is not the hash before),
            `hash` (the record hash is not what the bytes hash to), `bits` (too few leading zero bits), `time`
            (`recorded_at` is missing, ill-formed or earlier than one before), `signature` (does not verify),
            `unknown-key`, `key-not-valid` (not at this sequence), `signature-block` (malformed or unsorted), `form`
            (the text is not RFC 8785 JSON: it hashes well, but two readers may read it differently).
        record_hash: The stored hash of the last record; what was expected before the slice when it is empty.
        recorded_at: `recorded_at` of the last record whose hash holds; what was given when there is none.
        leaf_hashes: The leaf of each record read, 32 bytes each, concatenated.
        unsigned: How many records carry no signature.
    """

    faults: list[tuple[int, str]]
    record_hash: bytes
    recorded_at: str
    leaf_hashes: bytes
    unsigned: int
