"""The index over the records: filled when somebody asks, never while records are appended."""

import asyncio
from pathlib import Path

import apsw

from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.projection import projected
from ami_audit.adapters.stores.sqlite.reading import records_of
from ami_audit.adapters.stores.sqlite.statements import SQL
from ami_audit.adapters.stores.sqlite.transactions import committed, has_begun
from ami_audit.domain.linkage import SealedRecord

_STEP = "indexing"
_BATCH = 2000

FILLED = "main.record_index"
WITH_TAIL = "temp.whole_index"


class RecordIndex:
    """Brings `record_index` up to date; any number of processes may do so at once.

    Where it cannot be written (a trail opened for reading, another writer's turn, a full disk) the missing rows are
    held in a temporary table, and queries read a view over both: the same answers.
    """

    def __init__(self, connection: apsw.Connection, path: Path, *, read_only: bool) -> None:
        self._connection = connection
        self._path = path
        self._read_only = read_only

    async def catch_up(self, *, before: int | None = None) -> str:
        """Return the relation that holds a row for every record, or for every one below `before`.

        Costs some tens of microseconds for each row that was missing.
        """
        with speaking_of(_STEP, self._path):
            end = self._end("records_end") if before is None else min(before, self._end("records_end"))
            while self._end("indexed_end") < end:
                if self._read_only or not self._has_filled(end):
                    self._fill_tail(end)
                    return WITH_TAIL
                await asyncio.sleep(0)
            return FILLED

    def _end(self, name: str) -> int:
        return int(self._connection.execute(SQL[name]).get)

    def _has_filled(self, end: int) -> bool:
        """Index one batch durably; False when another writer holds its turn, or nothing can be written."""
        if self._connection.in_transaction:  # our own turn: the rows go in with it
            self._fill(end)
            return True
        try:
            if not has_begun(self._connection):
                return False
            with committed(self._connection):
                self._fill(end)
        except (apsw.FullError, apsw.ReadOnlyError):
            return False
        return True

    def _fill(self, end: int) -> None:
        records = self._records(self._end("indexed_end"), end)
        if records:
            self._connection.executemany(SQL["add_index_row"], map(projected, records))
            self._connection.execute(SQL["move_indexed"], (records[-1].sequence + 1,))

    def _fill_tail(self, end: int) -> None:
        self._connection.execute(SQL["make_tail"])
        first = max(self._end("indexed_end"), self._end("tail_end"))
        while records := self._records(first, end):
            with self._connection:
                self._connection.executemany(SQL["add_tail_row"], map(projected, records))
            first = records[-1].sequence + 1

    def _records(self, first: int, end: int) -> list[SealedRecord]:
        return records_of(self._connection.execute(SQL["records"], (first, min(_BATCH, max(end - first, 0)))))
