"""The core in plain Python: one twin for each native function, written from the format and not from the Rust."""

from tests.support.reference.canonical import RefusedError, canonicalize, ecmascript_number
from tests.support.reference.code import duplication
from tests.support.reference.ed25519 import public_key, sign, verify_signature, with_torsion
from tests.support.reference.hashes import (
    leaf_hashes,
    link,
    payload_hash,
    record_hash,
    record_tag,
    search_nonce,
    sigset_hash,
)
from tests.support.reference.proofs import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from tests.support.reference.secrecy import hmac_sha256, seal, unseal
from tests.support.reference.segments import segment_columns, segment_leaf, segment_root
from tests.support.reference.signatures import (
    Signature,
    key_id,
    read_block,
    sign_records,
    signature_blocks,
    signed_message,
    written_block,
)
from tests.support.reference.slices import frames, starting, verify_records, verify_slice
from tests.support.reference.tree import grown, subtree_root
from tests.support.reference.values import NotPlainError, chain, encode

__all__ = [
    "NotPlainError",
    "RefusedError",
    "Signature",
    "canonicalize",
    "chain",
    "consistency_proof",
    "duplication",
    "ecmascript_number",
    "encode",
    "frames",
    "grown",
    "hmac_sha256",
    "inclusion_proof",
    "key_id",
    "leaf_hashes",
    "link",
    "payload_hash",
    "public_key",
    "read_block",
    "record_hash",
    "record_tag",
    "seal",
    "search_nonce",
    "segment_columns",
    "segment_leaf",
    "segment_root",
    "sign",
    "sign_records",
    "signature_blocks",
    "signed_message",
    "sigset_hash",
    "starting",
    "subtree_root",
    "unseal",
    "verify_consistency",
    "verify_inclusion",
    "verify_records",
    "verify_signature",
    "verify_slice",
    "with_torsion",
    "written_block",
]
