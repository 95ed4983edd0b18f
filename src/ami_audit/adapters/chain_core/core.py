"""The chain's arithmetic by the compiled core."""

from collections.abc import Sequence

from ami_audit.adapters.chain_core import _native
from ami_audit.adapters.chain_core.keyfile import NativeKeyText
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.linkage import SealedRecord
from ami_audit.ports.chain_values import Encoded, Grown, Linked, SliceVerdict


class NativeCore(NativeKeyText):
    """`ChainCore` in Rust. Holds nothing: one instance serves every thread and survives a fork."""

    uuid7 = staticmethod(_native.uuid7)
    record_tag = staticmethod(_native.record_tag)
    payload_hash = staticmethod(_native.payload_hash)
    record_hash = staticmethod(_native.record_hash)
    chain = staticmethod(_native.chain)
    search_nonce = staticmethod(_native.search_nonce)
    generate_seed = staticmethod(_native.generate_seed)
    public_key = staticmethod(_native.public_key)
    key_id = staticmethod(_native.key_id)
    sign = staticmethod(_native.sign)
    sign_records = staticmethod(_native.sign_records)
    signature_blocks = staticmethod(_native.signature_blocks)
    sigset_hash = staticmethod(_native.sigset_hash)
    verify_signature = staticmethod(_native.verify_signature)
    leaf_hashes = staticmethod(_native.leaf_hashes)
    hmac_sha256 = staticmethod(_native.hmac_sha256)
    seal = staticmethod(_native.seal)
    unseal = staticmethod(_native.unseal)
    subtree_root = staticmethod(_native.subtree_root)
    verify_inclusion = staticmethod(_native.verify_inclusion)
    verify_consistency = staticmethod(_native.verify_consistency)
    segment_columns = staticmethod(_native.segment_columns)
    segment_root = staticmethod(_native.segment_root)
    starting = staticmethod(_native.starting)

    def canonicalize(self, text: bytes) -> bytes:
        """Return JSON text in canonical form (RFC 8785).

        Raises:
            MalformedError: The text has no canonical form; names the value's path.
        """
        try:
            return _native.canonicalize(text)
        except _native.CanonicalError as error:
            raise _refusal(error) from error

    def encode(self, values: Sequence[object]) -> Encoded:
        """Return values as JSON texts.

        Raises:
            MalformedError: The first value that is not plain JSON: its position.
        """
        try:
            return Encoded._make(_native.encode(list(values)))
        except _native.CanonicalError as error:
            raise _refusal(error) from error

    def link(self, texts: bytes, ends: Sequence[int], *, tag: bytes, previous_hash: bytes) -> Linked:
        """Return a batch canonicalised, hashed and chained.

        Raises:
            MalformedError: The first text that has no canonical form: its position and its path.
        """
        try:
            return Linked._make(_native.link(texts, ends, tag=tag, previous_hash=previous_hash))
        except _native.CanonicalError as error:
            raise _refusal(error) from error

    def grow(self, size: int, *, frontier: bytes, edges: Sequence[bytes], leaves: bytes) -> Grown:
        """Return the tree of `size` leaves with `leaves` appended."""
        return Grown._make(_native.grow(size, frontier=frontier, edges=edges, leaves=leaves))

    def frames(self, records: Sequence[SealedRecord]) -> bytes:
        """Return records as one buffer for bulk verification."""
        if not records:
            return b""
        sequences, _, previous_hashes, nonces, record_hashes, texts, blocks = zip(*records, strict=True)
        return _native.frames(sequences, previous_hashes, nonces, record_hashes, texts, blocks)

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
        """Return every fault of a slice of the trail."""
        return SliceVerdict._make(
            _native.verify_slice(
                frames,
                origin=origin,
                first_sequence=first_sequence,
                previous_hash=previous_hash,
                previous_recorded_at=previous_recorded_at,
                minimum_bits=minimum_bits,
                keys=keys,
            )
        )

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
        """Return every fault of records as they stand."""
        return SliceVerdict._make(
            _native.verify_records(
                records,
                origin=origin,
                first_sequence=first_sequence,
                previous_hash=previous_hash,
                previous_recorded_at=previous_recorded_at,
                minimum_bits=minimum_bits,
                keys=keys,
            )
        )


def _refusal(error: _native.CanonicalError) -> MalformedError:
    position, path, reason = error.args
    return MalformedError(path, reason, position=position)
