"""What every source of facts can do."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, Self

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.record import AuditRecord
from ami_audit.ports.progress import Progress, silent

Known = Callable[[Sequence[bytes]], Sequence[bool]]
"""Tells, for each fact key (see `ami_audit.domain.draft.fact_key`), whether the trail already holds that fact."""


def nothing_known(keys: Sequence[bytes]) -> Sequence[bool]:
    """The answer of a trail that is still empty."""
    return [False] * len(keys)


class Recall(Protocol):
    """Gives back what a trail holds."""

    def __call__(self, action: str, *, source: str, under: str = "") -> Iterator[Sequence[bytes]]:
        """Yield the canonical texts of records of before this run, newest first, some thousands at once.

        Only texts that hash as they were sealed come; that the trail around them is whole, `verify` tells.

        Args:
            action: Exactly this action.
            source: Of that family of sources: `file_source`.
            under: Only of this target and of what lies below it; empty for all.
        """
        ...


def nothing_recalled(action: str, *, source: str, under: str = "") -> Iterator[Sequence[bytes]]:
    """The answer of a trail that is still empty."""
    del action, source, under
    return iter(())


class AuditSource(ABC):
    """One part of the world, turned into drafts; it never writes.

    Bad input (an unreadable file, a missing blob) becomes a draft or a finding that says so: never a crash, never
    silence. The same input gives the same drafts in the same order, but for the time.
    """

    @abstractmethod
    def stream(
        self,
        target: str,
        options: AuditOptions,
        *,
        known: Known = nothing_known,
        progress: Progress = silent,
    ) -> Iterator[Sequence[AuditDraft]]:
        """Yield batches of drafts, some hundreds each; needs memory that does not grow with the target.

        The iterator is pulled from a worker thread and may be closed early: it then stops its children at once.

        Args:
            target: What to audit: a path, or a glob when `options.pattern`.
            options: What to do and what to leave out.
            known: Which facts need no second look. A source may skip the costly part of a known fact; it counts it
                with `progress.unchanged`. The collector drops known facts in any case.
            progress: Told what is being done, how much of it, what was unchanged and what was skipped and why.

        Raises:
            SourceError: The target cannot be opened at all.
        """

    @abstractmethod
    def supports(self, target_type: AuditTargetType) -> bool:
        """Return whether this source observes things of that type."""

    @abstractmethod
    def get_metadata(self) -> dict[str, Any]:
        """Return the source's name, version and the versions of the tools it uses."""

    async def collect(self, target: str, options: AuditOptions | None = None) -> list[AuditRecord]:
        """Return everything `stream` yields as records that are not yet sealed."""
        wanted = options or AuditOptions()
        return [AuditRecord.from_draft(draft) for batch in self.stream(target, wanted) for draft in batch]


class RecallingSource(AuditSource):
    """A source that does less when it can look at what it has told before."""

    @abstractmethod
    def recalling(self, recall: Recall) -> Self:
        """Return this source, with a trail to look at."""
