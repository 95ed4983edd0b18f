"""What the chain needs of its arithmetic: canonical bytes, hashes, signatures, the tree, bulk verification.

Everything here is synchronous, without state and safe from any thread. Calls that take more than some microseconds
release the GIL; none is unbounded. Misuse (a hash that is not 32 bytes, ends that do not describe their bytes) is a
ValueError. Digests, seeds, keys and signatures are raw bytes; "concatenated" means one after the other, no separator.
"""

from collections.abc import Sequence
from typing import Protocol

from ami_audit.domain.linkage import SealedRecord
from ami_audit.ports.chain_values import Encoded, Grown, Linked, SliceVerdict
from ami_audit.ports.key_text import KeyText
from ami_audit.ports.secrecy import Secrecy
from ami_audit.ports.segment_index import SegmentIndex


class Canonicalizer(Protocol):
    """Gives a record its one spelling, and its name."""

    def canonicalize(self, text: bytes) -> bytes:
        """Return JSON text in canonical form (RFC 8785), UTF-8.

        Raises:
            MalformedError: NaN, an infinity, an integer literal beyond ±(2^53−1), a duplicate key, a lone surrogate,
                invalid UTF-8, no JSON, nested deeper than 128, or over 1 MiB canonical; names the value's path, empty
                for the text as a whole.
        """

    def encode(self, values: Sequence[object]) -> Encoded:
        """Return values as JSON texts.

        Args:
            values: None, bool, int, float, str, list, tuple or dict, and classes below them.

        Raises:
            MalformedError: The first value that is not such, or that has no canonical form: its `position`, no path.
        """

    def uuid7(self, count: int) -> list[str]:
        """Return new record ids (RFC 9562 UUIDv7), rising within the process; at most 1,000,000 a call."""


class Linker(Protocol):
    """Hashes records and chains them."""

    def record_tag(self, origin: str) -> bytes:
        """Return the 32 bytes that bind a record hash to the trail `origin`."""

    def payload_hash(self, canonical: bytes) -> bytes:
        """Return SHA-256 of canonical bytes."""

    def record_hash(self, tag: bytes, previous_hash: bytes, payload_hash: bytes, *, nonce: int) -> bytes:
        """Return the hash of a header: tag, previous hash, payload hash, nonce (u64 big-endian)."""

    def link(self, texts: bytes, ends: Sequence[int], *, tag: bytes, previous_hash: bytes) -> Linked:
        """Canonicalise, hash and chain a batch; all cores work on a large one.

        Args:
            texts: JSON texts, concatenated.
            ends: Where each text ends in `texts`; the last is the length of `texts`.
            tag: From `record_tag`.
            previous_hash: The record hash before the batch; 32 zero bytes before the first record.

        Raises:
            MalformedError: The first text that has no canonical form: its `position` in the batch and its path.
        """

    def chain(self, texts: bytes, ends: Sequence[int], *, tag: bytes, previous_hash: bytes) -> bytes:
        """Return the record hashes of a batch of canonical texts, as `link` does, without looking at the texts.

        Args:
            texts: Canonical texts (`Encoded.is_canonical`), concatenated.
            ends: Where each text ends in `texts`; the last is the length of `texts`.
            tag: From `record_tag`.
            previous_hash: The record hash before the batch; 32 zero bytes before the first record.
        """

    def search_nonce(
        self,
        tag: bytes,
        previous_hash: bytes,
        payload_hash: bytes,
        *,
        difficulty_bits: int,
        start: int,
        budget: int,
        threads: int,
    ) -> int | None:
        """Return the lowest nonce from `start` on that meets the difficulty, or None when the budget is used up.

        Called from the main thread it hears Ctrl-C within 0.2 s; another thread bounds it by `budget`.

        Args:
            tag: From `record_tag`.
            previous_hash: The record hash before.
            payload_hash: The record's own.
            difficulty_bits: Leading zero bits asked of the record hash, 0 to 256.
            start: First nonce tried.
            budget: Nonces tried at most; about 20 million a second and core.
            threads: Threads that search; 0 for every core, never more than there are cores.
        """


class Signing(Protocol):
    """Makes Ed25519 keys and signatures (RFC 8032)."""

    def generate_seed(self) -> bytes:
        """Return 32 bytes of the system's randomness: a new private key."""

    def public_key(self, seed: bytes) -> bytes:
        """Return the 32-byte public key of a seed."""

    def key_id(self, public_key: bytes) -> bytes:
        """Return the name of a key: SHA-256 of its 32 public bytes."""

    def sign(self, seed: bytes, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`; the same each time."""

    def sign_records(self, seed: bytes, *, origin: str, signer: str, timestamp_us: int, record_hashes: bytes) -> bytes:
        """Return one signature (64 bytes) for each record hash (32 bytes), concatenated; all cores work on many.

        Args:
            seed: The private key.
            origin: The trail's name.
            signer: Who signs, as the signatures say.
            timestamp_us: When, in microseconds since 1970 (UTC); a year from 1 to 9999.
            record_hashes: 32 bytes each, concatenated.
        """


class SignatureBlocks(Protocol):
    """Lays signatures out as they are stored, and checks them one at a time."""

    def signature_blocks(
        self, key_id: bytes, *, signer: str, timestamp_us: int, signatures: bytes
    ) -> tuple[bytes, list[int]]:
        """Return one block of one entry for each 64-byte signature, concatenated, and where each ends.

        Args:
            key_id: The key that signed, 32 bytes.
            signer: As signed, at most 65,535 bytes of UTF-8.
            timestamp_us: As signed.
            signatures: 64 bytes each, concatenated.
        """

    def sigset_hash(self, block: bytes) -> bytes:
        """Return the hash of a block's (key id, signature) pairs; 32 zero bytes for an empty block.

        Raises:
            ValueError: The block is malformed or not sorted by key id and signature.
        """

    def verify_signature(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Return whether the signature holds: canonical R and key, S < L, no small order; then with the cofactor."""


class Tree(Protocol):
    """The RFC 6962 tree over the trail, grown at its right edge."""

    def leaf_hashes(self, first_sequence: int, record_hashes: bytes, *, blocks: bytes, ends: Sequence[int]) -> bytes:
        """Return the leaf hash of each record, 32 bytes each, concatenated.

        Args:
            first_sequence: The sequence of the first record.
            record_hashes: 32 bytes each, concatenated.
            blocks: The records' signature blocks, concatenated; an unsigned record has an empty one.
            ends: Where each block ends in `blocks`.

        Raises:
            ValueError: A block is malformed; says which.
        """

    def grow(self, size: int, *, frontier: bytes, edges: Sequence[bytes], leaves: bytes) -> Grown:
        """Return the tree of `size` leaves with `leaves` appended; a single one costs microseconds at any size.

        Args:
            size: Leaves so far.
            frontier: As the last `Grown` had it; empty at size 0.
            edges: As the last `Grown` had them; levels above the last are empty.
            leaves: Leaf hashes, 32 bytes each, concatenated.
        """

    def subtree_root(self, hashes: bytes) -> bytes:
        """Return the RFC 6962 root over hashes (32 bytes each, concatenated) that stand on one level."""

    def verify_inclusion(self, leaf: bytes, *, index: int, size: int, proof: bytes, root: bytes) -> bool:
        """Return whether a leaf hash stands at `index` in the tree of `size` leaves that has this root.

        Args:
            leaf: The leaf hash, 32 bytes.
            index: The leaf's place, from 0; no proof holds at or beyond `size`.
            size: Leaves of the tree.
            proof: Hashes in the order of RFC 6962 2.1.1, concatenated. Bytes that are no proof at all do not hold.
            root: The tree's root, 32 bytes.
        """

    def verify_consistency(
        self, old_root: bytes, new_root: bytes, *, old_size: int, new_size: int, proof: bytes
    ) -> bool:
        """Return whether the tree with the old root is the beginning of the one with the new root.

        The empty tree is the beginning of every tree; nothing is the beginning of a smaller one.

        Args:
            old_root: 32 bytes; SHA-256 of nothing when `old_size` is 0.
            new_root: 32 bytes.
            old_size: Leaves of the earlier tree.
            new_size: Leaves of the later tree.
            proof: Hashes in the order of RFC 6962 2.1.2, concatenated; empty when the sizes are equal or the first
                is 0. Bytes that are no proof at all do not hold.
        """


class SliceVerifier(Protocol):
    """Verifies many records at once."""

    def frames(self, records: Sequence[SealedRecord]) -> bytes:
        """Return records as one buffer for bulk verification.

        A frame is: sequence u64 BE, previous_hash 32, nonce u64 BE, record_hash 32, canonical length u32 BE, canonical,
        signature block length u32 BE, block. A hash that is not 32 bytes long is cut or filled with zeros, so that it
        shows as a wrong hash and not as a broken buffer.
        """

    def verify_slice(
        self,
        frames: bytes,
        *,
        origin: str,
        first_sequence: int,
        previous_hash: bytes,
        previous_recorded_at: str,
        minimum_bits: int,
        keys: bytes,
    ) -> SliceVerdict:
        """Return every fault of a slice of the trail; all cores work on a large one.

        A damaged record is named alone: a link holds when it is to the hash stored before or to what the bytes before
        hash to, a row's number that its content confirms sets the number due after it, and only a record whose hash
        holds sets the time that the next is measured against.

        Args:
            frames: Records as `frames` writes them.
            origin: The trail's name.
            first_sequence: The sequence of the first record, below 2^63.
            previous_hash: The record hash before; 32 zero bytes before sequence 0.
            previous_recorded_at: `recorded_at` before; empty when there is none.
            minimum_bits: Leading zero bits asked of every record hash.
            keys: Entries of key id 32, public key 32, valid from u64 BE, valid to u64 BE (exclusive; 2^64−1 for ever),
                concatenated; a key may have several. A public key that the strict rules refuse accepts nothing.
        """

    def verify_records(
        self,
        records: Sequence[SealedRecord],
        *,
        origin: str,
        first_sequence: int,
        previous_hash: bytes,
        previous_recorded_at: str,
        minimum_bits: int,
        keys: bytes,
    ) -> SliceVerdict:
        """Return what `verify_slice` finds in the frames of the records, without copying them into a buffer."""

    def starting(self, records: Sequence[SealedRecord], starts: Sequence[bytes], *, usual: bytes) -> Sequence[int]:
        """Return the indexes of the records whose canonical text begins with one of `starts`, or not with `usual`."""


class ChainCore(
    Canonicalizer, Linker, Signing, SignatureBlocks, Tree, SliceVerifier, SegmentIndex, Secrecy, KeyText, Protocol
):
    """The chain's whole arithmetic, and keys as text."""
