"""A proof vouches for a record as far as the checkpoint and the record's own signatures go."""

import pytest
from tests.support.golden import ALICE, CORE

from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.linkage import ZERO_HASH
from ami_audit.domain.note import NoteKey, NoteSignature, key_hash
from ami_audit.domain.proof import Leaf, TlogProof
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.witnessing import CosignRequest
from ami_audit.services.usecases.check_proof import check_consistency_proof, check_record_proof
from ami_audit.services.vouching import Trusted

_ORIGIN = "example.org/proven"
_KEY = NoteKey.of(_ORIGIN, ALICE.public_key)


def _signed(value: Checkpoint) -> SignedCheckpoint:
    signature = ALICE.sign(value.body().encode())
    return SignedCheckpoint(value, (NoteSignature(_ORIGIN, key_hash(_ORIGIN, ALICE.public_key), signature),))


@pytest.mark.parametrize(
    ("sigset", "level", "reason"),
    [
        (bytes([7]) * 32, VerificationLevel.CHECKPOINT, "No policy says"),
        (ZERO_HASH, VerificationLevel.HASHES, "carries no signature"),
    ],
)
def test_an_unsigned_record_is_vouched_for_by_nobody(sigset: bytes, level: VerificationLevel, reason: str) -> None:
    """The checkpoint over it only says that it was there: somebody without a key may have appended it."""
    leaf = Leaf(0, bytes([3]) * 32, sigset)
    note = _signed(Checkpoint(_ORIGIN, 1, leaf.hash())).note()
    text = TlogProof(0, b"", note, leaf.data()).format()
    verdict = check_record_proof(text, CORE, trusted=Trusted([_KEY]))
    assert verdict.level is level
    assert [reason in said for said in verdict.reasons] == [True]


def test_an_unsigned_record_under_nobodys_checkpoint_says_so_too() -> None:
    """Hashes are all there is."""
    leaf = Leaf(0, bytes([3]) * 32, ZERO_HASH)
    text = TlogProof(0, b"", _signed(Checkpoint(_ORIGIN, 1, leaf.hash())).note(), leaf.data()).format()
    assert check_record_proof(text, CORE, trusted=Trusted()).level is VerificationLevel.HASHES


def test_a_policy_alone_names_the_trails_key_for_both_checkpoints() -> None:
    """Whoever kept the earlier one trusts the same logs now."""
    leaf = Leaf(0, bytes([3]) * 32, bytes([7]) * 32)
    signed = _signed(Checkpoint(_ORIGIN, 1, leaf.hash()))
    policy = QuorumPolicy.parse(f"log {_KEY}\nquorum none\n".encode())
    raw = str(CosignRequest(1, b"", signed)).encode()
    verdict = check_consistency_proof(raw, signed.note(), CORE, trusted=Trusted(policy=policy))
    assert (verdict.level, verdict.signed_by) == (VerificationLevel.CHECKPOINT, (str(_KEY),))
    verdict = check_consistency_proof(raw, signed.note(), CORE, trusted=Trusted())
    assert verdict.level is VerificationLevel.HASHES
