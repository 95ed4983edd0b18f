"""Who has cosigned a checkpoint, of those whom a policy asks."""

from typing import NamedTuple

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.cosignature import Check, cosigned_at
from ami_audit.domain.note import KeyKind
from ami_audit.domain.quorum import QuorumPolicy, QuorumVerdict


class Witnessed(NamedTuple):
    """How a checkpoint stands under a policy.

    Attributes:
        verdict: Whether the quorum is reached, and the count.
        times: When each witness cosigned (seconds since 1970, UTC), by its name in the policy.
        has_log: Whether one of the policy's logs has signed it, or it names none.
    """

    verdict: QuorumVerdict
    times: dict[str, int]
    has_log: bool

    @property
    def is_reached(self) -> bool:
        """Whether the checkpoint is what the policy asks for; one that asks for no witness proves nothing."""
        return self.has_log and self.verdict.is_reached and self.verdict.cosigned > 0


def witnessed(signed: SignedCheckpoint, policy: QuorumPolicy, *, check: Check) -> Witnessed:
    """Return how the checkpoint stands under the policy; each signature is checked."""
    times: dict[str, int] = {}
    for witness in policy.witnesses:
        for line in signed.signatures:
            time = cosigned_at(line, witness.key, checkpoint=signed.checkpoint, check=check)
            if time is not None:
                times[witness.name] = max(time, times.get(witness.name, 0))
    return Witnessed(policy.judge(times), times, _has_log(signed, policy, check))


def _has_log(signed: SignedCheckpoint, policy: QuorumPolicy, check: Check) -> bool:
    if not policy.logs:
        return True
    body = signed.checkpoint.body().encode()
    keys = [log.key for log in policy.logs if log.key.kind == KeyKind.ED25519]
    return any(
        key.name == signed.checkpoint.origin
        and key.is_named_by(line)
        and len(line.signature) == 64
        and check(key.public_key, body, line.signature)
        for key in keys
        for line in signed.signatures
    )
