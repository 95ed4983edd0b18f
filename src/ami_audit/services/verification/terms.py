"""On what terms a trail is verified: what is asked for, what is trusted, who is told."""

from collections.abc import Iterable
from dataclasses import dataclass

from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.ports.guard import GuardOf
from ami_audit.ports.progress import Progress, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a trail is verified.

    Attributes:
        required: A lower level is a failure, and so is every fault.
        pinned: Ids of keys the caller trusts; with one of them in genesis the level may reach `pinned-keys`.
        policy: The caller's policy of witnesses; without one the trail's own counts.
        require_approvals: Whether a record that lacks approvals makes the trail unsound.
        guard_of: Gives the place outside the store where a trail's last checkpoint is remembered.
        progress: Told of `records` checked.
    """

    required: VerificationLevel = VerificationLevel.HASHES
    pinned: Iterable[bytes] = ()
    policy: QuorumPolicy | None = None
    require_approvals: bool = False
    guard_of: GuardOf | None = None
    progress: Progress = silent
