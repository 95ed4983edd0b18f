"""AuditChain: the trail as a chain, for callers who think in links."""

from datetime import datetime

from ami_audit.domain.answer import as_json
from ami_audit.domain.errors import UsageError
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.services.portal import Portal, portal
from ami_audit.services.store import AuditStore

_EVERYTHING = 1 << 40


class AuditChain:
    """The hash chain of one store; the plain methods block, and must not be called from the portal's own loop."""

    def __init__(self, store: AuditStore, *, on: Portal = portal) -> None:
        self._store = store
        self._portal = on

    async def add_record(self, record: AuditRecord) -> AuditRecord:
        """Seal the record at the chain's end and return it as sealed.

        Raises:
            MalformedError: A value cannot be sealed; names its path.
            StoreError: Nothing was stored.
        """
        return await self._store.store_record(record)

    def verify_chain(self) -> bool:
        """Return whether the whole chain is as it was sealed; `AuditStore.verify` says what is not."""
        return self._portal.run(self._store.verify_integrity())

    def get_chain_slice(self, start: datetime, end: datetime) -> list[AuditRecord]:
        """Return the records of what happened from `start` on and before `end`, in the chain's order."""
        return self.find_records(AuditFilter(since=start, until=end, limit=_EVERYTHING))

    def find_records(self, filters: AuditFilter) -> list[AuditRecord]:
        """Return the records that match."""
        return self._portal.run(self._store.query_records(filters))

    def export_chain(self, format: str = "json") -> str:  # noqa: A002 (SPEC.md's name)
        """Return the whole chain as text: `json` (one object with `records`) or `jsonl` (a record a line).

        Raises:
            UsageError: Another format was asked for.
        """
        records = self.find_records(AuditFilter(limit=_EVERYTHING))
        match format:
            case "json":
                return as_json("records", {"records": records})
            case "jsonl":
                return "".join(record.model_dump_json() + "\n" for record in records)
        raise UsageError(f"A chain cannot be exported as `{format}`; choose `json` or `jsonl`.")

    def verify_signatures(self) -> dict[str, bool]:
        """Return for each record_id whether it is signed and all its signatures verify."""
        records = self.find_records(AuditFilter(limit=_EVERYTHING))
        return {record.record_id: bool(record.verify_signatures()) for record in records}
