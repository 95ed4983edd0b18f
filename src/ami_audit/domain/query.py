"""Which records a caller asks for."""

from pydantic import BaseModel, Field, field_validator

from ami_audit.domain.finding import VALUE
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType
from ami_audit.domain.moment import Moment
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.when import moment_of


class AuditFilter(BaseModel):
    """Which records a caller asks for; every field that is set must match.

    Attributes:
        severity: Exactly this severity.
        min_severity: At least this severity.
        since: `timestamp` at or after this moment; `"7 days ago"` is accepted.
        until: `timestamp` before this moment.
        target: Exactly this target, or one below it (`base` matches `base/app.py`).
        module: Records of that module: a module record of that name, or targets under it.
        text: Appears in the target, action, actor, reason or canonical text, whatever the case; nowhere in what is
            withheld from the reader.
        limit: At most this many answers, counted after `offset`.
        offset: This many matching records are passed over first.
        newest_first: The order of the answer, by sequence.
        after: Only records with a sequence above this one (a cursor).
        before: Only records with a sequence below this one (a cursor where the newest come first).
    """

    model_config = VALUE

    target_type: AuditTargetType | None = None
    action: str | None = None
    actor: str | None = None
    severity: AuditSeverity | None = None
    min_severity: AuditSeverity | None = None
    since: Moment | None = None
    until: Moment | None = None
    target: str | None = None
    module: str | None = None
    source: str | None = None
    run_id: str | None = None
    text: str | None = None
    limit: int = Field(default=100, ge=0)
    offset: int = Field(default=0, ge=0)
    after: int | None = None
    before: int | None = None
    newest_first: bool = False

    @field_validator("since", "until", mode="before")
    @classmethod
    def _spoken(cls, value: object) -> object:
        return moment_of(value) if isinstance(value, str) else value

    def matches(self, record: AuditRecord) -> bool:
        """Return whether the record is one asked for; `limit`, `offset` and order do not count here."""
        return (
            self._matches_words(record)
            and self._matches_weight(record)
            and self._matches_time(record)
            and self._matches_place(record)
            and self._matches_text(record)
        )

    def _matches_words(self, record: AuditRecord) -> bool:
        asked = (
            (self.target_type, record.target_type),
            (self.action, record.action),
            (self.actor, record.actor),
            (self.run_id, record.run_id),
            (self.source, record.source.partition("/")[0]),
        )
        return all(wanted is None or wanted == found for wanted, found in asked)

    def _matches_weight(self, record: AuditRecord) -> bool:
        exact = self.severity is None or record.severity is self.severity
        return exact and (self.min_severity is None or record.severity >= self.min_severity)

    def _matches_time(self, record: AuditRecord) -> bool:
        late_enough = self.since is None or record.timestamp >= self.since
        return late_enough and (self.until is None or record.timestamp < self.until)

    def _matches_place(self, record: AuditRecord) -> bool:
        return (
            self._matches_cursor(record.sequence)
            and (self.target is None or is_under(record.target, self.target))
            and (self.module is None or is_under(record.target, self.module))
        )

    def _matches_cursor(self, sequence: int | None) -> bool:
        if self.after is None and self.before is None:
            return True
        late_enough = sequence is not None and (self.after is None or sequence > self.after)
        return late_enough and (self.before is None or (sequence or 0) < self.before)

    def _matches_text(self, record: AuditRecord) -> bool:
        return self.text is None or self.text.casefold() in record.shown().decode().casefold()


def is_under(target: str, place: str) -> bool:
    """Return whether `target` is `place` or lies below it."""
    root = place.rstrip("/")
    return target.rstrip("/") == root or target.startswith(root + "/")
