"""Checks a proof that somebody handed over, with nothing but keys that the checker trusts."""

from ami_audit.domain.errors import FormatError, ProofError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.linkage import ZERO_HASH
from ami_audit.domain.proof import Leaf, TlogProof
from ami_audit.domain.proven import ProofVerdict
from ami_audit.domain.witnessing import CosignRequest
from ami_audit.ports.chain_core import ChainCore
from ami_audit.services.vouching import Trusted, Vouching, checkpoint_in, vouched


def check_record_proof(text: str, core: ChainCore, *, trusted: Trusted, origin: str = "") -> ProofVerdict:
    """Return how far a `.tlog-proof` of ours holds.

    Args:
        text: The file.
        core: The arithmetic.
        trusted: Whose word counts.
        origin: The trail that it must be of; empty for whichever it names.

    Raises:
        ProofError: It is no such file, or does not lead to the root that its checkpoint names.
    """
    proof = TlogProof.parse(text)
    leaf = Leaf.parse(proof.extra or b"")
    signed = checkpoint_in(proof.checkpoint, origin)
    value = signed.checkpoint
    if leaf.sequence != proof.index:
        raise ProofError("extra data", f"it is record {leaf.sequence}, and the proof is of index {proof.index}")
    if not core.verify_inclusion(leaf.hash(), index=proof.index, size=value.size, proof=proof.hashes, root=value.root):
        raise ProofError("hashes", f"they do not lead from record {proof.index} to the root of {value.size} records")
    word = _said_of(leaf, vouched(signed, core, trusted))
    return ProofVerdict(
        kind="inclusion",
        origin=value.origin,
        size=value.size,
        sequence=proof.index,
        record_hash=leaf.record_hash.hex(),
        level=word.level,
        signed_by=word.signed_by,
        witnessed=word.witnessed,
        reasons=word.reasons,
    )


def check_consistency_proof(
    raw: bytes, old_note: str, core: ChainCore, *, trusted: Trusted, origin: str = ""
) -> ProofVerdict:
    """Return how far a consistency proof holds against a checkpoint that the checker kept.

    Args:
        raw: The file.
        old_note: The earlier checkpoint, as it was kept.
        core: The arithmetic.
        trusted: Whose word counts; both checkpoints must be vouched for.
        origin: The trail that it must be of; empty for that of the earlier checkpoint.

    Raises:
        ProofError: It is no such file, or the later tree does not begin with the earlier one.
    """
    old = checkpoint_in(old_note, origin)
    try:
        request = CosignRequest.parse(raw)
    except FormatError as error:
        raise ProofError("file", error.reason) from error
    before, after = old.checkpoint, checkpoint_in(request.signed.note(), old.checkpoint.origin).checkpoint
    if request.old_size != before.size:
        raise ProofError("old", f"it begins at {request.old_size} records, and the checkpoint kept is of {before.size}")
    if not core.verify_consistency(
        before.root, after.root, old_size=before.size, new_size=after.size, proof=request.proof
    ):
        raise ProofError("hashes", f"the first {before.size} records are not those of the checkpoint that was kept")
    # The earlier checkpoint needs no witness any more: whoever kept it has seen it.
    earlier, later = vouched(old, core, trusted.logs_only()), vouched(request.signed, core, trusted)
    word = later if earlier.level > VerificationLevel.HASHES else earlier
    return ProofVerdict(
        kind="consistency",
        origin=after.origin,
        size=after.size,
        old_size=before.size,
        level=word.level,
        signed_by=word.signed_by,
        witnessed=word.witnessed,
        reasons=word.reasons,
    )


def _said_of(leaf: Leaf, word: Vouching) -> Vouching:
    """Return how far what vouches for the tree vouches for this record: for one that nobody signed, not at all."""
    if leaf.sigset_hash != ZERO_HASH:
        return word
    reason = (
        "The record carries no signature, so nobody has said what it says: a checkpoint only says that it is there."
    )
    return word._replace(level=min(word.level, VerificationLevel.HASHES), reasons=(reason,))
