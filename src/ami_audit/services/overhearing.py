"""Listens to a source, for answers that also tell what an earlier run has recorded."""

from collections.abc import Collection, Generator, Iterator, Sequence
from typing import Any

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import AuditSource, Known, nothing_known
from ami_audit.services.store import AuditStore

_LATEST = 200


class Overheard(AuditSource):
    """A source, and what of its drafts is to be known afterwards."""

    def __init__(self, source: AuditSource, *, kept: Collection[str]) -> None:
        """Args: `kept` are the actions whose drafts are kept, all of them in memory."""
        self._source = source
        self._kept = frozenset(kept)
        self.drafts: list[AuditDraft] = []

    def stream(
        self, target: str, options: AuditOptions, *, known: Known = nothing_known, progress: Progress = silent
    ) -> Iterator[Sequence[AuditDraft]]:
        """Yield what the source yields."""
        stream = self._source.stream(target, options, known=known, progress=progress)
        try:
            for batch in stream:
                self.drafts += [draft for draft in batch if draft.action in self._kept]
                yield batch
        finally:
            # Whoever closes this one means the source: its children are to end now.
            if isinstance(stream, Generator):
                stream.close()

    def supports(self, target_type: AuditTargetType) -> bool:
        """Return what the source says."""
        return self._source.supports(target_type)

    def get_metadata(self) -> dict[str, Any]:
        """Return what the source says."""
        return self._source.get_metadata()


async def recorded(store: AuditStore, drafts: Sequence[AuditDraft]) -> list[AuditRecord]:
    """Return, for each draft that is a fact, the latest record of that fact, in the drafts' order.

    Whether a run has recorded the fact or an earlier one: the record is the one that can be verified. Costs a look into
    the store for each draft.
    """
    found: list[AuditRecord] = []
    for draft in drafts:
        wanted = AuditFilter(action=draft.action, target=draft.target, newest_first=True, limit=_LATEST)
        records = await store.query_records(wanted)
        same = (record for record in records if record.metadata.get("observed") == draft.observed)
        found.append(next(same, None) or AuditRecord.from_draft(draft))
    return found
