"""What to do next: never nothing, and first what cannot wait."""

import shlex

import pytest
from tests.support.answers import HOSTILE, a_run, a_verdict, some_faults

from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.next_steps import after_report, after_run, after_verification
from ami_audit.domain.verification import Fault, broken_by


def test_after_a_run_the_trail_is_verified() -> None:
    """Recording is not proving."""
    commands = [step.command for step in after_run(a_run(findings={}))]
    assert commands == ["ami-audit verify", "ami-audit report"]


def test_findings_are_looked_at_first() -> None:
    """That is what a person audits for."""
    first = after_run(a_run())[0]
    assert first.command == f"ami-audit query --run {a_run().run_id} --min-severity warning"


def test_notes_alone_send_nobody_to_look() -> None:
    """The query would come back empty."""
    assert after_run(a_run(findings={"info": 3, "error": 0})) == after_run(a_run(findings={}))


@pytest.mark.parametrize("target", [".", "my folder", "it's", "$(reboot)", HOSTILE])
def test_a_command_to_copy_runs_nothing_else(target: str) -> None:
    """A folder may be called anything; the shell must take its name as one word."""
    first = after_run(a_run(interrupted=True, target=target))[0]
    assert shlex.split(first.command) == ["ami-audit", "repo", target]


def test_a_damaged_trail_is_kept_before_anything_else() -> None:
    """Mending destroys evidence."""
    steps = after_verification(a_verdict(faults=some_faults(2)))
    assert steps[0].why.startswith("Copy the trail's folder away")
    assert steps[-1].command == f"ami-audit verify --record {some_faults(1)[0].record_id}"


def _fault(check: str, breaks: VerificationLevel | None = None) -> Fault:
    return Fault(check=check, where="x", detail="y", breaks=broken_by(check) if breaks is None else breaks)


def test_damage_beside_the_records_is_told_from_damage_of_records() -> None:
    """A changed index is an attack on answers, not on the evidence."""
    beside = after_verification(a_verdict(faults=(_fault("column"), _fault("tile"))))
    assert beside[0].why.startswith("The records themselves hold")


@pytest.mark.parametrize("fault", [_fault("hash"), _fault("head"), _fault("checkpoint", VerificationLevel.LINKS)])
def test_records_are_not_said_to_hold_when_one_fault_says_otherwise(fault: Fault) -> None:
    """A checkpoint kept elsewhere that does not fit means that the end is gone."""
    steps = after_verification(a_verdict(faults=(_fault("column"), fault)))
    assert not any("themselves hold" in step.why for step in steps)


def test_a_verdict_below_what_was_required_says_so() -> None:
    """Nothing is broken, and still something is to be done."""
    (step,) = after_verification(a_verdict(required=VerificationLevel.WITNESSED))
    assert "`witnessed`" in step.why


def test_a_report_that_was_not_verified_leads_to_verification() -> None:
    """Its counts are what the store says, and nothing more."""
    steps = after_report(verification=None, has_findings=False, has_runs=True)
    assert steps[0].command == "ami-audit verify"


def test_an_empty_trail_leads_to_a_first_run() -> None:
    """There is nothing to read yet."""
    steps = after_report(verification=a_verdict(), has_findings=False, has_runs=False)
    assert steps[0].command == "ami-audit repo"


def test_a_report_on_a_damaged_trail_leads_where_its_verdict_does() -> None:
    """Reading on would be trusting it."""
    verdict = a_verdict(faults=some_faults(1))
    assert after_report(verification=verdict, has_findings=True, has_runs=True) == after_verification(verdict)
