"""What a report about a trail holds."""

from typing import Self

from pydantic import BaseModel, Field

from ami_audit.domain.approvals import ApprovalSummary
from ami_audit.domain.finding import VALUE, AuditFinding, AuditViolation
from ami_audit.domain.key_facts import KeyFacts
from ami_audit.domain.kinds import ActorType, AuditSeverity, Outcome
from ami_audit.domain.moment import Moment
from ami_audit.domain.next_steps import NextStep
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.run import SourceSummary
from ami_audit.domain.verification import Level, Witnessing

# What a finding is called, after its source's name, when it says that something could not be known.
_UNKNOWNS = frozenset(
    {
        "blame-failed",
        "changed-while-read",
        "commit-malformed",
        "date-unusable",
        "banned-words-missing",
        "banned-words-unusable",
        "file-unchecked",
        "output-unreadable",
        "pattern-too-costly",
        "pattern-unusable",
        "tool-failed",
        "tool-missing",
        "tool-stopped",
        "tool-timeout",
        "history-broken",
        "history-cut",
        "history-unlimited",
        "object-missing",
        "path-too-long",
        "read-failed",
        "replaced",
        "time-out-of-range",
        "unreadable",
        "vanished",
    }
)


def is_gap(kind: str) -> bool:
    """Return whether a finding of that kind says that something could not be known: `git.object-missing`."""
    return kind.rpartition(".")[2] in _UNKNOWNS


class Breakdown(BaseModel):
    """How many records there are of each kind.

    Attributes:
        counts: The most frequent kinds and their records, most first.
        others: Records of all kinds that are not named.
        kinds: How many kinds there are, named or not.
    """

    model_config = VALUE

    counts: dict[str, int] = Field(default_factory=dict)
    others: int = 0
    kinds: int = 0

    @classmethod
    def of(cls, counts: dict[str, int], *, top: int) -> Self:
        """Return the `top` most frequent of `counts` by name; equal ones by the alphabet."""
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return cls(counts=dict(ordered[:top]), others=sum(count for _, count in ordered[top:]), kinds=len(counts))

    @property
    def total(self) -> int:
        """Records of all kinds."""
        return sum(self.counts.values()) + self.others


class ReportedFinding(BaseModel):
    """A finding or violation, with the record that holds it.

    Attributes:
        kind: The finding's type or the violated rule.
        where: The place it names, else the record's target.
        timestamp: When the record's fact happened.
    """

    model_config = VALUE

    severity: AuditSeverity
    kind: str
    what: str
    where: str
    recommendation: str | None = None
    record_id: str
    record_hash: str = ""
    sequence: int | None = None
    timestamp: Moment

    @classmethod
    def all_of(cls, record: AuditRecord) -> tuple[Self, ...]:
        """Return what was judged about a record, in its order."""
        return (
            *(cls._of_finding(finding, record) for finding in record.findings),
            *(cls._of_violation(violation, record) for violation in record.violations),
        )

    @classmethod
    def _of_finding(cls, finding: AuditFinding, record: AuditRecord) -> Self:
        return cls(
            severity=finding.severity,
            kind=finding.finding_type,
            what=finding.description,
            where=finding.location or record.target,
            recommendation=finding.recommendation,
            record_id=record.record_id,
            record_hash=record.record_hash,
            sequence=record.sequence,
            timestamp=record.timestamp,
        )

    @classmethod
    def _of_violation(cls, violation: AuditViolation, record: AuditRecord) -> Self:
        place = (violation.file_path or record.target, violation.line_number, violation.column_number)
        return cls(
            severity=violation.severity,
            kind=violation.rule,
            what=violation.message,
            where=":".join(str(part) for part in place if part is not None),
            record_id=record.record_id,
            record_hash=record.record_hash,
            sequence=record.sequence,
            timestamp=record.timestamp,
        )


class Gap(BaseModel):
    """One kind of thing that could not be known or was left out, how often, and the first few places."""

    model_config = VALUE

    kind: str
    count: int
    examples: tuple[str, ...] = ()


class Findings(BaseModel):
    """What was judged about the records asked for.

    Attributes:
        by_severity: Findings and violations of the records read, by severity, worst first.
        worst: The worst of them, latest first among equals.
        gaps: What could not be known.
        is_complete: Whether all records that may hold findings were read; if not, the numbers are lower bounds.
    """

    model_config = VALUE

    by_severity: dict[str, int] = Field(default_factory=dict)
    worst: tuple[ReportedFinding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    is_complete: bool = True

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_severity.values())


class RunReport(BaseModel):
    """What the trail says about one collection run.

    Attributes:
        finished_at: When it ended; None when the trail holds no end of it: it was cut off, or is still running.
        outcome: `unknown` while there is no end.
        interrupted: Whether somebody stopped it early.
    """

    model_config = VALUE

    run_id: str
    target: str
    actor: str
    actor_type: ActorType = ActorType.UNKNOWN
    reason: str | None = None
    started_at: Moment
    finished_at: Moment | None = None
    outcome: Outcome = Outcome.UNKNOWN
    interrupted: bool = False
    sources: tuple[SourceSummary, ...] = ()

    @property
    def recorded(self) -> int:
        """Records that all sources brought."""
        return sum(source.recorded for source in self.sources)

    @property
    def unchanged(self) -> int:
        """Facts that were recorded before and not again."""
        return sum(source.unchanged for source in self.sources)


class Period(BaseModel):
    """Which time a report covers: what was asked, and when the first and last of its records were sealed."""

    model_config = VALUE

    since: Moment | None = None
    until: Moment | None = None
    first_recorded_at: Moment | None = None
    last_recorded_at: Moment | None = None


class TrailReport(BaseModel):
    """What a trail, or the part of it that was asked for, says.

    Attributes:
        size: Records in the whole trail.
        matching: Records this report is about.
        filters: What was asked for, as field to value; empty for the whole trail.
        level: How far the trail is proven; None when it was not verified for this report.
        faults: How many faults verification found.
        reasons: Why the level is not higher.
        witnesses: How many witnesses vouch for the trail; null when none was asked for, or it was not verified.
        approvals: How far the whole trail's records are approved whose action asks for it; null likewise.
        runs: The latest collection runs, latest first.
        skipped: What the latest run of each target left out on purpose.
        keys: The keys that the trail names, in the order in which they were added.
    """

    model_config = VALUE

    origin: str
    location: str
    size: int
    head: str
    root: str
    generated_at: Moment
    period: Period = Period()
    matching: int = 0
    filters: dict[str, str] = Field(default_factory=dict)
    level: Level | None = None
    faults: int = 0
    reasons: tuple[str, ...] = ()
    witnesses: Witnessing | None = None
    approvals: ApprovalSummary | None = None
    by_action: Breakdown = Breakdown()
    by_severity: Breakdown = Breakdown()
    by_source: Breakdown = Breakdown()
    by_target_type: Breakdown = Breakdown()
    by_actor: Breakdown = Breakdown()
    runs: tuple[RunReport, ...] = ()
    findings: Findings = Findings()
    skipped: tuple[Gap, ...] = ()
    keys: tuple[KeyFacts, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
