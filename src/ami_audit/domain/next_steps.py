"""What a person can do next, and why."""

from collections.abc import Sequence
from shlex import quote

from pydantic import BaseModel

from ami_audit.domain.finding import VALUE
from ami_audit.domain.kinds import AuditSeverity, VerificationLevel
from ami_audit.domain.run import RunSummary
from ami_audit.domain.verification import Fault, VerificationReport

_BESIDE_THE_RECORDS = {"checkpoint", "column", "key", "schema", "segment", "tile"}


class NextStep(BaseModel):
    """One thing to do: a command where there is one, and what it gives."""

    model_config = VALUE

    command: str = ""
    why: str


def after_run(summary: RunSummary) -> tuple[NextStep, ...]:
    """Return what to do once a run is sealed."""
    again = NextStep(command=f"ami-audit repo {quote(summary.target)}", why="record what the stopped run left out")
    look = NextStep(
        command=f"ami-audit query --run {summary.run_id} --min-severity warning",
        why="see every record of this run that has a finding",
    )
    return (
        *((again,) if summary.interrupted else ()),
        *((look,) if _weighs(summary) else ()),
        NextStep(command="ami-audit verify", why="prove that the trail is as it was sealed"),
        NextStep(command="ami-audit report", why="read what the trail says"),
    )


def _weighs(summary: RunSummary) -> bool:
    return any(count and AuditSeverity(name) >= AuditSeverity.WARNING for name, count in summary.findings.items())


def after_verification(report: VerificationReport) -> tuple[NextStep, ...]:
    """Return what to do about a verdict: about faults first, then to reach a higher level."""
    if report.faults:
        return _mending(report.faults)
    if report.level < report.required:
        return (NextStep(why=f"This answer is below what was required (`{report.required.label}`); see why above."),)
    if report.level is VerificationLevel.HASHES:
        return (NextStep(command="ami-audit key list", why="see which keys sign here"),)
    return (NextStep(command="ami-audit report", why="read what the trail says"),)


def _mending(faults: Sequence[Fault]) -> tuple[NextStep, ...]:
    keep = NextStep(why="Copy the trail's folder away before anything else; it is the evidence.")
    restore = NextStep(why="Compare with a backup or another copy of the trail, and restore the one that verifies.")
    named = next((fault.record_id for fault in faults if fault.record_id), None)
    look = () if named is None else (NextStep(command=f"ami-audit verify --record {named}", why="look at one record"),)
    if all(fault.check in _BESIDE_THE_RECORDS and fault.breaks > VerificationLevel.LINKS for fault in faults):
        told = NextStep(why="The records themselves hold; what is wrong stands beside them.")
        return (told, keep, restore)
    return (keep, restore, *look)


def after_report(
    *, verification: VerificationReport | None, has_findings: bool, has_runs: bool
) -> tuple[NextStep, ...]:
    """Return what to do after reading a report."""
    if verification is not None and verification.faults:
        return after_verification(verification)
    unproven = NextStep(command="ami-audit verify", why="prove that the trail is as it was sealed")
    look = NextStep(
        command="ami-audit query --min-severity warning", why="see every record that has a finding or a failure"
    )
    begin = NextStep(command="ami-audit repo", why="audit the repository in this place")
    keep = NextStep(command="ami-audit report --format=markdown --output=AUDIT.md", why="keep this report as a page")
    return (
        *(() if verification else (unproven,)),
        *((look,) if has_findings else ()),
        *(() if has_runs else (begin,)),
        keep,
    )
