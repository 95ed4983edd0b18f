"""AuditContext: records one operation, however it ends."""

from collections.abc import Iterable
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding, AuditViolation
from ami_audit.domain.installed import now
from ami_audit.domain.kinds import (
    ActorType,
    AuditSeverity,
    AuditTargetType,
    DataClassification,
    Outcome,
)
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reserved import refuse_reserved
from ami_audit.domain.values import frozen
from ami_audit.services.portal import Portal, portal
from ami_audit.services.store import AuditStore


class AuditContext:
    """Around an operation: leaving it commits one durable record of how it went.

    Works with `async with` and `with`. An exception is recorded with its type and message, the severity raised to
    ERROR, and the exception goes on. `duration_s` is recorded in the metadata.

    Attributes:
        context: JSON values about what was done; yours to fill until the context is left.
        metadata: JSON values about how it was done.
        record: The sealed record, once the context was left.
    """

    def __init__(
        self,
        actor: str,
        action: str,
        target: str,
        *,
        store: AuditStore,
        target_type: AuditTargetType = AuditTargetType.SERVICE,
        actor_type: ActorType = ActorType.SERVICE,
        reason: str | None = None,
        severity: AuditSeverity = AuditSeverity.INFO,
        classification: DataClassification = DataClassification.INTERNAL,
        source: str = "audit_context/1",
        on: Portal = portal,
    ) -> None:
        self.actor = actor
        self.action = action
        self.target = target
        self.target_type = target_type
        self.actor_type = actor_type
        self.reason = reason
        self.severity = severity
        self.classification = classification
        self.source = source
        self.context: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.record: AuditRecord | None = None
        self._findings: list[AuditFinding] = []
        self._violations: list[AuditViolation] = []
        self._store = store
        self._portal = on
        self._started = 0.0
        self._began = now()

    def add_finding(self, finding: AuditFinding) -> None:
        """Attach one finding; the record's severity becomes at least the finding's."""
        self._findings.append(finding)

    def add_findings(self, findings: Iterable[AuditFinding | AuditViolation]) -> None:
        """Attach findings; a violation among them is attached as such."""
        for finding in findings:
            if isinstance(finding, AuditViolation):
                self.add_violation(finding)
            else:
                self.add_finding(finding)

    def add_violation(self, violation: AuditViolation) -> None:
        """Attach one violation; the record's severity becomes at least the violation's."""
        self._violations.append(violation)

    def add_violations(self, violations: Iterable[AuditViolation]) -> None:
        """Attach violations; the record's severity becomes at least that of the worst."""
        self._violations.extend(violations)

    def add_context(self, **values: Any) -> None:
        """Add JSON values about what was done.

        Raises:
            MalformedError: A value is not JSON; names its path. Nothing was added.
        """
        self.context.update(frozen(values, "context"))

    def add_metadata(self, **values: Any) -> None:
        """Add JSON values about how it was done.

        Raises:
            MalformedError: A value is not JSON; names its path. Nothing was added.
        """
        self.metadata.update(frozen(values, "metadata"))

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self.record = self._portal.run(self._store.append([self._draft(error)]))[0]

    async def __aenter__(self) -> Self:
        self._begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self.record = (await self._store.append([self._draft(error)]))[0]

    def _begin(self) -> None:
        refuse_reserved(self.action)  # before the operation: refused after it, its record would be lost
        self._began = now()
        self._started = perf_counter()

    def _draft(self, error: BaseException | None) -> AuditDraft:
        metadata = {
            **self.metadata,
            "duration_s": round(perf_counter() - self._started, 6),
        }
        severity = self.severity
        context = self.context
        if error is not None:
            severity = max(severity, AuditSeverity.ERROR, key=lambda item: item.weight)
            context = {
                **context,
                "error": {"type": type(error).__name__, "message": _message(error)},
            }
        return AuditDraft(
            action=self.action,
            target=self.target,
            target_type=self.target_type,
            source=self.source,
            actor=self.actor,
            actor_type=self.actor_type,
            timestamp=self._began,
            outcome=Outcome.SUCCESS if error is None else Outcome.FAILURE,
            reason=self.reason,
            context=frozen(context, "context"),
            metadata=frozen(metadata, "metadata"),
            findings=tuple(self._findings),
            violations=tuple(self._violations),
            severity=severity,
            classification=self.classification,
        )


def _message(error: BaseException) -> str:
    # A message may hold anything; what JSON cannot hold is written as escapes, for losing the record would be worse.
    return str(error).encode("utf-8", "backslashreplace").decode()[:65_536]
