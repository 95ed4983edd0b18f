"""Counts what a run does, as its sources tell it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from threading import Lock

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.run import SourceSummary
from ami_audit.ports.progress import Progress

_EXAMPLES = 5


class SourceTally:
    """Counts one source's facts, and passes progress on; safe from any thread."""

    def __init__(self, name: str, progress: Progress) -> None:
        self.name = name
        self.findings: Counter[str] = Counter()
        self.standing: Counter[str] = Counter()
        self.error: str | None = None
        self.seconds = 0.0
        self._progress = progress
        self._lock = Lock()
        self._actions: Counter[str] = Counter()
        self._unchanged = 0
        self._skipped: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}

    def step(self, what: str, *, done: int, total: int | None = None) -> None:
        """Pass progress on."""
        self._progress.step(what, done=done, total=total)

    def unchanged(self, count: int) -> None:
        """Count facts that need no new record."""
        with self._lock:
            self._unchanged += count
        self._progress.unchanged(count)

    def skipped(self, what: str, *, why: str, count: int = 1) -> None:
        """Count what was left out, and keep the first few names."""
        with self._lock:
            self._skipped[why] += count
            examples = self._examples.setdefault(why, [])
            if len(examples) < _EXAMPLES:
                examples.append(what)
        self._progress.skipped(what, why=why, count=count)

    def recorded(self, drafts: Iterable[AuditDraft]) -> None:
        """Count drafts that were sealed."""
        with self._lock:
            for draft in drafts:
                self._actions[draft.action] += 1
                self.findings.update(_judged(draft))

    def known(self, drafts: Sequence[AuditDraft]) -> None:
        """Count facts that an earlier run recorded, and what was judged about them and still stands."""
        self.unchanged(len(drafts))
        with self._lock:
            for draft in drafts:
                self.standing.update(_judged(draft))

    def summary(self) -> SourceSummary:
        """Return the counts."""
        with self._lock:
            return SourceSummary(
                name=self.name,
                recorded=self._actions.total(),
                unchanged=self._unchanged,
                actions=dict(sorted(self._actions.items())),
                skipped=dict(sorted(self._skipped.items())),
                examples={why: tuple(names) for why, names in sorted(self._examples.items())},
                seconds=round(self.seconds, 3),
                error=self.error,
            )


def _judged(draft: AuditDraft) -> list[str]:
    findings = [finding.severity.value for finding in draft.findings]
    return findings + [violation.severity.value for violation in draft.violations]
