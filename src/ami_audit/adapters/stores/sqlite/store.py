"""The embedded record store as the services see it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Self

import apsw

from ami_audit.adapters.stores.sqlite.appending import Appender
from ami_audit.adapters.stores.sqlite.comparing import Comparer
from ami_audit.adapters.stores.sqlite.disclosures import Disclosures
from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.index import RecordIndex
from ami_audit.adapters.stores.sqlite.inspecting import Inspector
from ami_audit.adapters.stores.sqlite.keeping import Keeper
from ami_audit.adapters.stores.sqlite.opening import opened
from ami_audit.adapters.stores.sqlite.pruning import Prunings
from ami_audit.adapters.stores.sqlite.reading import Reader
from ami_audit.adapters.stores.sqlite.searching import Searcher
from ami_audit.domain.kinds import DataClassification
from ami_audit.domain.linkage import (
    ErasedValue,
    Head,
    KeyEvent,
    Pruning,
    SealedBatch,
    SealedDisclosure,
    SealedRecord,
    StoredCheckpoint,
    StoredCosignature,
    Tile,
)
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.store_check import Standing
from ami_audit.domain.verification import Fault


class SqliteStore:
    """`ports.stores.RecordStore` over one SQLite file in WAL mode, flushed to disk before anything is acknowledged.

    SQLite is called in the event loop's own thread: give the store a loop of its own where others must not wait.
    """

    def __init__(self, connection: apsw.Connection, path: Path, *, read_only: bool, busy_timeout_s: float) -> None:
        self._connection = connection
        self._path = path
        self._reader = Reader(connection, path)
        self._appender = Appender(connection, path, busy_timeout_s=busy_timeout_s)
        index = RecordIndex(connection, path, read_only=read_only)
        self._searcher = Searcher(connection, path, index)
        self._keeper = Keeper(connection, path, index, busy_timeout_s=busy_timeout_s)
        self._inspector = Inspector(connection, path)
        self._disclosures = Disclosures(connection, path)
        self._prunings = Prunings(connection, path)
        self._comparer = Comparer(connection, path)

    @classmethod
    async def open(cls, path: Path | str, *, read_only: bool = False, busy_timeout_s: float = 30.0) -> Self:
        """Return the store at `path`, made first (file 0600, folder 0700) when nothing is there.

        Args:
            path: The database file; its `-wal` and `-shm` stand beside it while it is open.
            read_only: Nothing is made or written; it must be there.
            busy_timeout_s: How long another process's turn is waited for.

        Raises:
            IntegrityError: The file is damaged.
            StoreError: It cannot be opened, or is no trail of ours.
        """
        place, connection = opened(Path(path), read_only=read_only)
        return cls(connection, place, read_only=read_only, busy_timeout_s=busy_timeout_s)

    async def head(self) -> Head:
        """Return where the trail ends; the empty head for a new store."""
        return self._reader.head()

    def turn(self) -> AbstractAsyncContextManager[Head]:
        """Hold the writer's turn across processes; yields the head."""
        return self._appender.turn()

    async def append(self, batch: SealedBatch, *, after: Head) -> None:
        """Append the batch if the trail still ends at `after`: durably and whole, or not at all.

        Raises:
            HeadMovedError: Another writer came first.
            StoreError: It could not be written; nothing was.
        """
        await self._appender.append(batch, after=after)

    async def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a signed checkpoint; the same one again changes nothing.

        Raises:
            StoreError: It could not be written, or another of that size is kept already.
        """
        await self._appender.add_checkpoint(checkpoint)

    async def add_cosignatures(self, cosignatures: Sequence[StoredCosignature]) -> None:
        """Keep what witnesses signed; the first of one witness for one size stays.

        Raises:
            StoreError: They could not be written.
        """
        await self._appender.add_cosignatures(cosignatures)

    async def close(self) -> None:
        """Release everything; safe to call twice. The log is emptied into the database when nobody else reads it."""
        with suppress(apsw.Error):
            self._connection.set_busy_timeout(0)
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        with speaking_of("closing", self._path):
            self._connection.close()

    async def read(self, first: int, *, count: int) -> Sequence[SealedRecord]:
        """Return up to `count` records from sequence `first` on, ascending."""
        return self._reader.records(first, count=count)

    async def find(self, name: str) -> Sequence[SealedRecord]:
        """Return the records (at most 10) that an id, a hash, or six or more characters of either name."""
        return await self._searcher.find(name)

    async def query(
        self,
        wanted: AuditFilter,
        *,
        clearance: DataClassification = DataClassification.RESTRICTED,
        without_actor: bool = False,
    ) -> Sequence[SealedRecord]:
        """Return the records that match what a reader is shown, in the filter's order."""
        return await self._searcher.query(wanted, clearance=clearance, without_actor=without_actor)

    async def tally(
        self, wanted: AuditFilter, by: str, *, clearance: DataClassification = DataClassification.RESTRICTED
    ) -> dict[str, int]:
        """Return how many records match what a reader is shown, by one column's values.

        Raises:
            UsageError: Records cannot be counted by that.
        """
        return await self._searcher.tally(wanted, by, clearance=clearance)

    async def known(self, keys: Sequence[bytes], *, before: int) -> Sequence[bool]:
        """Return for each fact key whether a record below `before` holds that fact."""
        return await self._searcher.known(keys, before=before)

    async def tiles(self, level: int, *, first: int, count: int) -> Sequence[Tile]:
        """Return up to `count` full tiles of that level from index `first` on."""
        return self._reader.tiles(level, first=first, count=count)

    async def key_events(self) -> Sequence[KeyEvent]:
        """Return what the trail says about its keys, by sequence."""
        return self._reader.key_events()

    async def checkpoint(self, size: int | None = None) -> StoredCheckpoint | None:
        """Return the checkpoint of that size, without one the latest; None for none."""
        return self._reader.checkpoint(size)

    async def checkpoints(self) -> Sequence[StoredCheckpoint]:
        """Return all checkpoints, smallest size first."""
        return self._reader.checkpoints()

    async def cosignatures(self) -> Sequence[StoredCosignature]:
        """Return all cosignatures, smallest size first."""
        return self._reader.cosignatures()

    async def disclosures(self, first: int, *, count: int) -> Sequence[SealedDisclosure]:
        """Return the disclosures of up to `count` sequences from `first` on."""
        return self._disclosures.of_records(first, count=count)

    async def has_disclosures(self) -> bool:
        """Return whether the trail keeps, or kept, any disclosure."""
        return self._disclosures.are_any()

    async def disclosures_of(self, subjects: Sequence[bytes]) -> Sequence[SealedDisclosure]:
        """Return all disclosures of these subjects."""
        return self._disclosures.of_subjects(subjects)

    async def erased(self, first: int, *, count: int) -> Sequence[ErasedValue]:
        """Return the erased values of up to `count` sequences from `first` on."""
        return self._disclosures.erased(first, count=count)

    async def erased_by(self, erasure: int) -> Sequence[ErasedValue]:
        """Return the values that one record erased."""
        return self._disclosures.erased_by(erasure)

    async def erase(self, values: Sequence[ErasedValue]) -> None:
        """Note the values as erased and remove their disclosures, durably.

        Raises:
            StoreError: One has no disclosure, or they could not be written; nothing was removed.
        """
        await self._appender.erase(values)

    async def prunings(self) -> Sequence[Pruning]:
        """Return every pruning, the latest last."""
        return self._prunings.all()

    async def pruned_facts(self) -> Sequence[bytes]:
        """Return the identities of the facts that were recorded in what is gone."""
        return self._prunings.facts()

    def size_bytes(self) -> int:
        """Return what the store takes on disk, its log included."""
        return self._prunings.size_bytes()

    async def scrub(self) -> bool:
        """Overwrite what was removed, in the file and in its log; False while somebody else still reads the log."""
        return self._disclosures.scrub()

    async def inspect(self, *, since: int = 0) -> AsyncIterator[Fault]:
        """Yield what is wrong with the database itself; takes about as long as reading the file.

        Args:
            since: From 1 on only its identity, its schema with all guards, its heads, and rows from there on are
                looked at; this takes milliseconds.
        """
        for fault in self._inspector.faults(since=since):
            yield fault

    async def compare(self, records: Sequence[SealedRecord]) -> Sequence[Fault]:
        """Return where the index differs from these records' canonical bytes."""
        return self._comparer.faults(records)

    async def rebuild(self) -> int:
        """Make the index anew from the records; return how many records it then holds.

        Raises:
            StoreError: It cannot be written.
        """
        return await self._keeper.rebuild()

    async def standing(self) -> Standing:
        """Return sizes, how far the index reaches, and which files a crash left beside the trail."""
        return self._keeper.standing()

    def describe(self) -> dict[str, str]:
        """Return `kind` and `location`."""
        return {"kind": "sqlite", "location": str(self._path)}
