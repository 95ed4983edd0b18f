"""What every analyzer can do."""

from abc import ABC, abstractmethod

from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.record import AuditRecord


class AuditAnalyzer(ABC):
    """Pure judgement: records in, findings out; the same input gives the same findings in the same order."""

    @property
    def name(self) -> str:
        """The analyzer's name, as it stands in the records it leads to."""
        return type(self).__name__

    @abstractmethod
    async def analyze(self, records: list[AuditRecord]) -> list[AuditFinding]:
        """Return findings about the records."""

    @abstractmethod
    def supports(self, source_type: str) -> bool:
        """Return whether records of that source (`git_source`, `file_source`) are looked at."""
