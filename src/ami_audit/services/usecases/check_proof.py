"""Checks a proof that somebody handed over, with nothing but keys that the checker trusts."""

from collections.abc import Sequence

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.cosignature import cosigned_at
from ami_audit.domain.errors import FormatError, ProofError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.note import KeyKind, NoteKey, NoteSignature
from ami_audit.domain.proof import Leaf, TlogProof
from ami_audit.domain.proven import ProofVerdict
from ami_audit.domain.witnessing import CosignRequest
from ami_audit.ports.chain_core import ChainCore


def check_record_proof(text: str, core: ChainCore, *, trusted: Sequence[NoteKey], origin: str = "") -> ProofVerdict:
    """Return how far a `.tlog-proof` of ours holds.

    Args:
        text: The file.
        core: The arithmetic.
        trusted: Keys that may vouch for a checkpoint.
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
    signed_by, reasons = vouched(signed, core, trusted)
    return ProofVerdict(
        kind="inclusion",
        origin=value.origin,
        size=value.size,
        sequence=proof.index,
        record_hash=leaf.record_hash.hex(),
        level=VerificationLevel.CHECKPOINT if signed_by else VerificationLevel.HASHES,
        signed_by=signed_by,
        reasons=reasons,
    )


def check_consistency_proof(
    raw: bytes, old_note: str, core: ChainCore, *, trusted: Sequence[NoteKey], origin: str = ""
) -> ProofVerdict:
    """Return how far a consistency proof holds against a checkpoint that the checker kept.

    Args:
        raw: The file.
        old_note: The earlier checkpoint, as it was kept.
        core: The arithmetic.
        trusted: Keys that may vouch for a checkpoint; both must be vouched for.
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
    (old_by, old_reasons), (new_by, reasons) = (vouched(note, core, trusted) for note in (old, request.signed))
    signed_by = new_by if old_by else ()
    return ProofVerdict(
        kind="consistency",
        origin=after.origin,
        size=after.size,
        old_size=before.size,
        level=VerificationLevel.CHECKPOINT if signed_by else VerificationLevel.HASHES,
        signed_by=signed_by,
        reasons=old_reasons or reasons,
    )


def checkpoint_in(note: str, origin: str = "") -> SignedCheckpoint:
    """Return the checkpoint that somebody handed over, of that trail when one is named.

    Raises:
        ProofError: It is none, or of another trail.
    """
    try:
        signed = SignedCheckpoint.parse(note)
    except FormatError as error:
        raise ProofError("checkpoint", error.reason) from error
    if origin and signed.checkpoint.origin != origin:
        raise ProofError("checkpoint", f"it is of the trail `{signed.checkpoint.origin}`, not of `{origin}`")
    return signed


def vouched(
    signed: SignedCheckpoint, core: ChainCore, trusted: Sequence[NoteKey]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the trusted keys that have signed or cosigned a checkpoint, and why it is not vouched for if it is not.

    Witnesses only say that they saw it: without the trail's own key they vouch for nothing.

    Raises:
        ProofError: A line names a trusted key, and the signature in it is not that key's.
    """
    origin = signed.checkpoint.origin
    found = [
        key
        for key in trusted
        for line in signed.signatures
        if key.is_named_by(line) and (key.kind == KeyKind.COSIGNATURE or key.name == origin)
        if _holds(line, key, signed, core=core)
    ]
    if not any(key.kind == KeyKind.ED25519 for key in found):
        return (), (f"No key that is trusted here has signed the checkpoint; name one of `{origin}` with `--vkey`.",)
    return tuple(dict.fromkeys(map(str, found))), ()


def _holds(line: NoteSignature, key: NoteKey, signed: SignedCheckpoint, *, core: ChainCore) -> bool:
    value, verify = signed.checkpoint, core.verify_signature
    match key.kind:
        case KeyKind.ED25519:
            holds = len(line.signature) == 64 and verify(key.public_key, value.body().encode(), line.signature)
        case KeyKind.COSIGNATURE:
            holds = cosigned_at(line, key, checkpoint=value, check=verify) is not None
        case _:
            return False  # a kind that is carried and never counted
    if not holds:
        raise ProofError("checkpoint", f"the signature of `{key.name}` does not verify")
    return True
