"""What a trail gives back to a source that asks what it has told before."""

from collections.abc import Iterator, Sequence

from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.query import AuditFilter
from ami_audit.services.portal import Portal
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore

_PAGE = 4_000
_MOST = 1_000_000


class Recaller:
    """Reads records of before a run; called from the source's thread."""

    def __init__(self, store: AuditStore, *, before: int, on: Portal) -> None:
        """Args: `before` is the sequence at which the run began."""
        self._store = store
        self._before = before
        self._portal = on

    def __call__(self, action: str, *, source: str, under: str = "") -> Iterator[Sequence[bytes]]:
        """Yield canonical texts, newest first, a million at most; see `ami_audit.ports.source.Recall`."""
        before, left = self._before, _MOST
        while left:
            wanted = AuditFilter(
                action=action,
                source=source,
                target=under or None,
                before=before,
                newest_first=True,
                limit=min(_PAGE, left),
            )
            rows, texts = self._portal.run(self._page(wanted))
            if not rows:
                return
            yield texts
            before, left = rows[-1].sequence, left - len(rows)

    async def _page(self, wanted: AuditFilter) -> tuple[Sequence[SealedRecord], Sequence[bytes]]:
        session = await self._store.session()
        rows = await session.store.query(wanted)
        return rows, await _as_sealed(session, rows)


async def _as_sealed(session: Session, rows: Sequence[SealedRecord]) -> list[bytes]:
    """Return the texts that hash to what stands beside them."""
    core = session.core
    tag = core.record_tag(await session.origin())
    return [
        row.canonical
        for row in rows
        if core.record_hash(tag, row.previous_hash, core.payload_hash(row.canonical), nonce=row.nonce)
        == row.record_hash
    ]
