"""Looks after the database: makes its index anew, and tells what stands beside the records."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import apsw

from ami_audit.adapters.stores.sqlite import schema
from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.index import RecordIndex
from ami_audit.adapters.stores.sqlite.statements import SQL, migrations
from ami_audit.adapters.stores.sqlite.transactions import committed, has_begun
from ami_audit.domain.store_check import Standing

_STEP = "rebuilding the index of"
_INDEX = ("record_index", "indexed")
_WAIT_S = 0.01


class Keeper:
    """What `store rebuild` and `store check` ask of one database."""

    def __init__(self, connection: apsw.Connection, path: Path, index: RecordIndex, *, busy_timeout_s: float) -> None:
        self._connection = connection
        self._path = path
        self._index = index
        self._busy_timeout_s = busy_timeout_s

    async def rebuild(self) -> int:
        """Drop the index, make it as a new trail's, and fill it; return how many records it then holds."""
        with speaking_of(_STEP, self._path):
            await self._begin()
            with committed(self._connection):
                self._make_anew()
            deadline = asyncio.get_running_loop().time() + self._busy_timeout_s
            while self._end("indexed_end") < self._end("records_end"):
                before = self._end("indexed_end")
                await self._index.catch_up()
                if self._end("indexed_end") > before:
                    deadline = asyncio.get_running_loop().time() + self._busy_timeout_s
                elif asyncio.get_running_loop().time() >= deadline:
                    raise apsw.BusyError
                else:
                    await asyncio.sleep(_WAIT_S)  # another writer holds its turn
            return self._end("indexed_end")

    def standing(self) -> Standing:
        """Return sizes, how far the index reaches, and what a crash left beside the file."""
        log = self._path.with_name(self._path.name + "-wal")
        with speaking_of("looking at", self._path):
            log_bytes = log.stat().st_size if log.exists() else 0
            return Standing(
                indexed=self._indexed(),
                size_bytes=self._path.stat().st_size + log_bytes,
                log_bytes=log_bytes,
                leftovers=tuple(sorted(map(str, self._drafts()))),
            )

    def _indexed(self) -> int:
        try:
            return self._end("indexed_end")
        except apsw.SQLError:
            return 0  # its table is gone, which the inspection says

    def _drafts(self) -> Iterator[Path]:
        """Yield what a crash left of trails that were being made under this name."""
        start = f"{self._path.name}.new-"
        return (part for part in self._path.parent.iterdir() if part.name.startswith(start))

    async def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._busy_timeout_s
        while not has_begun(self._connection):
            if loop.time() >= deadline:
                raise apsw.BusyError
            await asyncio.sleep(_WAIT_S)

    def _make_anew(self) -> None:
        """Make the index's tables as the migrations do; their text is compared by the inspection."""
        for table in _INDEX:
            self._connection.execute(f"DROP TABLE IF EXISTS main.{table}")
        wanted = sorted(item for item in schema.expected(len(migrations())) if item[2] in _INDEX and item[3])
        for kind in ("table", "index", "trigger"):
            for found, _, _, sql in wanted:
                if found == kind:
                    self._connection.execute(sql)
        self._connection.execute(SQL["move_indexed"], (0,))

    def _end(self, name: str) -> int:
        return int(self._connection.execute(SQL[name]).get)
