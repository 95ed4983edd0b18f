"""What one collection run did."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from ami_audit.domain.finding import VALUE
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.moment import Moment
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.verification import Level


class SourceSummary(BaseModel):
    """What one source of a run brought.

    Attributes:
        recorded: Records sealed.
        unchanged: Facts that an earlier run had recorded already.
        actions: Records sealed, by action.
        skipped: What was left out: reason to count.
        examples: What was left out: reason to the first few of its paths.
    """

    model_config = VALUE

    name: str
    recorded: int = 0
    unchanged: int = 0
    actions: dict[str, int] = Field(default_factory=dict)
    skipped: dict[str, int] = Field(default_factory=dict)
    examples: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    seconds: float = 0.0
    error: str | None = None


class RunSummary(BaseModel):
    """What one collection run did, and where the trail then ended.

    Attributes:
        findings: Findings and violations of this run, by severity.
        standing: Findings and violations of facts that were seen again and that an earlier run has recorded, by
            severity. What a source took as recorded without looking (commits, files that are as they were) is not here.
        size: Records in the trail after the run.
        head: Hash of the trail's last record, hex.
        interrupted: Whether the run was stopped early; what it had collected is sealed.
        location: Where the trail lies.
        provable: How far `verify` can prove the trail at most: every record of this run is signed, or not, and a
            checkpoint is kept outside the store. Nothing of it was verified in this run.
    """

    model_config = VALUE

    run_id: str
    target: str
    origin: str
    sources: tuple[SourceSummary, ...]
    findings: dict[str, int] = Field(default_factory=dict)
    standing: dict[str, int] = Field(default_factory=dict)
    started_at: Moment
    seconds: float
    first: int
    size: int
    head: str
    root: str
    location: str
    provable: Level = VerificationLevel.NONE
    interrupted: bool = False

    @property
    def recorded(self) -> int:
        """Records that all sources brought."""
        return sum(source.recorded for source in self.sources)

    @property
    def unchanged(self) -> int:
        """Facts that were recorded before and not again."""
        return sum(source.unchanged for source in self.sources)


def cursor_after(summary: RunSummary, records: Sequence[AuditRecord]) -> int | None:
    """Return the sequence of the last of these first records of a run; None when no more of its records follow."""
    last = records[-1].sequence if records else None
    return last if last is not None and len(records) < summary.size - summary.first else None
