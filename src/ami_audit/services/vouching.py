"""Who vouches for a checkpoint that somebody handed over, and how far that goes."""

from collections.abc import Sequence
from typing import NamedTuple, Self

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.cosignature import cosigned_at
from ami_audit.domain.errors import FormatError, ProofError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.note import KeyKind, NoteKey, NoteSignature
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.witnessed import witnessed
from ami_audit.ports.chain_core import ChainCore


class Trusted(NamedTuple):
    """Whose word counts for whoever checks.

    Attributes:
        keys: Keys of trails, and of witnesses.
        policy: How many of which witnesses must have cosigned; its logs' keys count, too.
    """

    keys: Sequence[NoteKey] = ()
    policy: QuorumPolicy | None = None

    def logs_only(self) -> Self:
        """Return the same without witnesses: the keys, and those that the policy names for trails."""
        named = self.policy.logs if self.policy else ()
        return self._replace(keys=(*dict.fromkeys((*self.keys, *(log.key for log in named))),), policy=None)


class Vouching(NamedTuple):
    """How far a checkpoint is vouched for.

    Attributes:
        level: `hashes` when nobody vouches for it, `checkpoint` when the trail's own key does, `witnessed` when the
            policy's quorum has cosigned it, too.
        signed_by: The trusted keys whose signatures it carries.
        witnessed: How many of the policy's witnesses have cosigned it: `4/5`; None without a policy.
        reasons: Why the level is not higher, one sentence each.
    """

    level: VerificationLevel
    signed_by: tuple[str, ...] = ()
    witnessed: str | None = None
    reasons: tuple[str, ...] = ()


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


def vouched(signed: SignedCheckpoint, core: ChainCore, trusted: Trusted) -> Vouching:
    """Return how far a checkpoint is vouched for.

    Witnesses only say that they saw it: without the trail's own key they vouch for nothing.

    Raises:
        ProofError: A line names a trusted key, and the signature in it is not that key's.
    """
    origin, policy = signed.checkpoint.origin, trusted.policy
    found = [
        key
        for key in trusted.logs_only().keys
        for line in signed.signatures
        if key.is_named_by(line) and (key.kind == KeyKind.COSIGNATURE or key.name == origin)
        if _holds(line, key, signed, core=core)
    ]
    names = tuple(dict.fromkeys(map(str, found)))
    if not any(key.kind == KeyKind.ED25519 for key in found):
        reason = f"No key that is trusted here has signed the checkpoint; name one of `{origin}` with `--vkey`."
        return Vouching(VerificationLevel.HASHES, reasons=(reason,))
    if policy is None:
        reason = "No policy says which witnesses must have cosigned the checkpoint; name one with `--policy`."
        return Vouching(VerificationLevel.CHECKPOINT, names, reasons=(reason,))
    seen = witnessed(signed, policy, check=core.verify_signature)
    if seen.is_reached:
        return Vouching(VerificationLevel.WITNESSED, names, str(seen.verdict))
    reason = f"The policy's quorum is not reached: {seen.verdict} of its witnesses have cosigned the checkpoint."
    return Vouching(VerificationLevel.CHECKPOINT, names, str(seen.verdict), (reason,))


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
