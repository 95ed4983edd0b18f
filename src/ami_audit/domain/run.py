"""What one collection run did."""

from pydantic import BaseModel, Field

from ami_audit.domain.finding import VALUE
from ami_audit.domain.moment import Moment


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
        size: Records in the trail after the run.
        head: Hash of the trail's last record, hex.
        interrupted: Whether the run was stopped early; what it had collected is sealed.
        location: Where the trail lies.
    """

    model_config = VALUE

    run_id: str
    target: str
    origin: str
    sources: tuple[SourceSummary, ...]
    findings: dict[str, int] = Field(default_factory=dict)
    started_at: Moment
    seconds: float
    first: int
    size: int
    head: str
    root: str
    location: str
    interrupted: bool = False

    @property
    def recorded(self) -> int:
        """Records that all sources brought."""
        return sum(source.recorded for source in self.sources)

    @property
    def unchanged(self) -> int:
        """Facts that were recorded before and not again."""
        return sum(source.unchanged for source in self.sources)
