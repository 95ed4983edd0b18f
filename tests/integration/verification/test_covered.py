"""Is a level that somebody outside vouches for said of no more records than they vouch for?"""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.trails import cosign, fill, verified, verified_anew
from tests.support.witnesses import witness_key

from ami_audit.adapters.formatters.terminal import Screen, TerminalFormatter
from ami_audit.adapters.guards import FileGuard
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.quorum import QuorumPolicy, profile
from ami_audit.domain.verification import VerificationReport

_POLICY = QuorumPolicy.parse(
    profile([(witness_key(f"example.org/w{number}"), "") for number in range(1, 4)], faulty=0).encode()
)
_BOTH = pytest.mark.parametrize("check", [verified, verified_anew], ids=["whole", "incremental"])
_Check = Callable[..., VerificationReport]
CHECKPOINT, WITNESSED = VerificationLevel.CHECKPOINT, VerificationLevel.WITNESSED


def _guarded(check: _Check, trail: Path, required: VerificationLevel) -> VerificationReport:
    return check(trail, required=required, policy=_POLICY, guard_of=lambda name: FileGuard(trail / "guard", name))


@_BOTH
def test_witnesses_vouch_for_what_they_have_seen(trail: Path, check: _Check) -> None:
    """Records sealed since are covered by the checkpoint kept outside, and by no witness."""
    cosign(trail)
    assert _guarded(check, trail, WITNESSED).is_sound
    fill(trail, 20)
    report = _guarded(check, trail, WITNESSED)
    assert (report.level, report.covered_size) == (WITNESSED, 601)
    assert _guarded(check, trail, CHECKPOINT).is_sound


@_BOTH
def test_a_checkpoint_vouches_for_what_it_covers(trail: Path, check: _Check) -> None:
    """A tail beyond it could be cut off unseen."""
    kept = next((trail / "guard").glob("*.checkpoint"))
    before = kept.read_text()
    assert _guarded(check, trail, CHECKPOINT).is_sound
    fill(trail, 20)
    assert _guarded(check, trail, CHECKPOINT).is_sound
    kept.write_text(before)
    report = _guarded(check, trail, CHECKPOINT)
    assert (report.faults, report.level, report.covered_size) == ((), CHECKPOINT, 601)
    assert "covers the first 601 records; 20 were sealed since" in report.reasons[0]
    assert _guarded(check, trail, VerificationLevel.PINNED_KEYS).is_sound
    told = TerminalFormatter(Screen(width=120)).verification(report)
    assert "Proven to: checkpoint  (the first 601 of 621 records; " in told
