"""Which findings the records asked for hold: the worst spelled out, the rest counted."""

import heapq
from collections import Counter
from collections.abc import AsyncIterator

from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reports import Findings, Gap, ReportedFinding, is_gap
from ami_audit.services.store import AuditStore

_PAGE = 500
_WORST_FIRST = (AuditSeverity.CRITICAL, AuditSeverity.ERROR, AuditSeverity.WARNING)
_EXAMPLES = 5

_Weighed = tuple[int, int, int, ReportedFinding]


async def findings_of(store: AuditStore, wanted: AuditFilter, *, worst: int = 20, at_most: int = 20_000) -> Findings:
    """Return the findings of the records that match: of severity warning or above, or notes where there is none.

    Args:
        store: Where to look.
        wanted: Which records; `limit`, `offset` and order do not count.
        worst: How many findings are spelled out.
        at_most: Records read at most, the most severe and the latest first. Memory is O(`worst`), time O(`at_most`).
    """
    gathered = _Gathered(worst)
    left = at_most
    for severity in (*_WORST_FIRST, AuditSeverity.INFO):
        if severity is AuditSeverity.INFO and gathered.has_any:
            break
        if _is_asked_for(severity, wanted):
            async for record in _latest_first(store, wanted, severity):
                if not left:
                    return gathered.findings(is_complete=False)
                gathered.add(record)
                left -= 1
    return gathered.findings(is_complete=True)


class _Gathered:
    """The findings seen so far."""

    def __init__(self, worst: int) -> None:
        self._room = worst
        self._worst: list[_Weighed] = []
        self._severities: Counter[AuditSeverity] = Counter()
        self._gaps: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}

    @property
    def has_any(self) -> bool:
        """Whether anything was seen."""
        return bool(self._severities)

    def add(self, record: AuditRecord) -> None:
        """Take in what one record holds."""
        for index, finding in enumerate(ReportedFinding.all_of(record)):
            self._severities[finding.severity] += 1
            self._weigh(finding, index)
            if is_gap(finding.kind):
                self._note_gap(finding)

    def findings(self, *, is_complete: bool) -> Findings:
        """Return what was seen."""
        ordered = sorted(self._severities.items(), key=lambda item: item[0].weight, reverse=True)
        return Findings(
            by_severity={severity.value: count for severity, count in ordered},
            worst=tuple(weighed[3] for weighed in sorted(self._worst, key=lambda weighed: weighed[:3], reverse=True)),
            gaps=tuple(
                Gap(kind=kind, count=count, examples=tuple(self._examples[kind]))
                for kind, count in self._gaps.most_common()
            ),
            is_complete=is_complete,
        )

    def _weigh(self, finding: ReportedFinding, index: int) -> None:
        # No two findings share sequence and index, so the findings themselves are never compared.
        weighed = (finding.severity.weight, finding.sequence or 0, -index, finding)
        if len(self._worst) < self._room:
            heapq.heappush(self._worst, weighed)
        elif self._worst:
            heapq.heappushpop(self._worst, weighed)

    def _note_gap(self, finding: ReportedFinding) -> None:
        self._gaps[finding.kind] += 1
        examples = self._examples.setdefault(finding.kind, [])
        if len(examples) < _EXAMPLES and finding.where not in examples:
            examples.append(finding.where)


def _is_asked_for(severity: AuditSeverity, wanted: AuditFilter) -> bool:
    exact = wanted.severity is None or wanted.severity is severity
    return exact and (wanted.min_severity is None or severity >= wanted.min_severity)


async def _latest_first(store: AuditStore, wanted: AuditFilter, severity: AuditSeverity) -> AsyncIterator[AuditRecord]:
    """Yield the matching records of one severity; each once, though others append meanwhile."""
    asked = {"severity": severity, "min_severity": None, "limit": _PAGE, "offset": 0, "newest_first": True}
    before = wanted.before
    while True:
        page = await store.query_records(wanted.model_copy(update={**asked, "before": before}))
        for record in page:
            yield record
        if len(page) < _PAGE:
            return
        before = page[-1].sequence
