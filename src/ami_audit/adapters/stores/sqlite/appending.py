"""How the trail grows: one writer at a time, whole batches, on disk before they are acknowledged."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import apsw

from ami_audit.adapters.stores.sqlite.disclosures import erase
from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.pruning import prune
from ami_audit.adapters.stores.sqlite.reading import head_of, text
from ami_audit.adapters.stores.sqlite.statements import SQL
from ami_audit.adapters.stores.sqlite.transactions import committed, has_begun, undo
from ami_audit.domain.errors import HeadMovedError, StoreError
from ami_audit.domain.linkage import (
    ErasedValue,
    Head,
    KeyEvent,
    SealedBatch,
    SealedRecord,
    StoredCheckpoint,
    StoredCosignature,
)

_STEP = "writing to"
_FIRST_WAIT_S = 0.0005
_LONGEST_WAIT_S = 0.02
_SIGNED_END = 1 << 63


class Appender:
    """Moves the head by compare-and-swap; holds the writer's turn across processes."""

    def __init__(self, connection: apsw.Connection, path: Path, *, busy_timeout_s: float) -> None:
        self._connection = connection
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        self._door = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Head]:
        """Hold SQLite's write lock until left; what was not appended by then is undone.

        After an `append` the lock is free until the next one, which finds out whether another writer came between.
        """
        if self._is_ours():
            raise RuntimeError("this task holds the writer's turn already")
        async with self._door:
            await self._begin()
            self._holder = asyncio.current_task()
            try:
                yield head_of(self._connection) or Head()
            finally:
                self._holder = None
                with speaking_of(_STEP, self._path):
                    undo(self._connection)

    async def append(self, batch: SealedBatch, *, after: Head) -> None:
        """Append the batch if the trail ends at `after`; costs one flush to disk."""
        async with self._transaction():
            if head_of(self._connection) != after:
                raise HeadMovedError(f"appending to `{self._path}`", "another writer came first")
            self._write(batch)

    async def erase(self, values: Sequence[ErasedValue]) -> None:
        """Note the values as erased and remove their disclosures."""
        async with self._transaction():
            erase(self._connection, values)

    async def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep the checkpoint, once."""
        async with self._transaction():
            row = self._connection.execute(SQL["checkpoint"], (checkpoint.size,)).fetchone()
            if row is None:
                self._connection.execute(SQL["add_checkpoint"], checkpoint)
            elif text(row[0]) != checkpoint.note:
                raise StoreError(
                    f"{_STEP} `{self._path}`", f"another checkpoint of size {checkpoint.size} is kept already"
                )

    async def add_cosignatures(self, cosignatures: Sequence[StoredCosignature]) -> None:
        """Keep the cosignatures; what is kept already of the same witness and size stays."""
        async with self._transaction():
            self._connection.executemany(SQL["add_cosignature"], cosignatures)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        """Write within this task's turn, or take one; what was written is on disk when it is left."""
        if self._is_ours():
            if not self._connection.in_transaction:  # an earlier append of this turn has committed
                await self._begin()
            with self._whole():
                yield
            return
        async with self._door:
            await self._begin()
            with self._whole():
                yield

    def _is_ours(self) -> bool:
        return self._holder is not None and self._holder is asyncio.current_task()

    @contextmanager
    def _whole(self) -> Iterator[None]:
        with speaking_of(_STEP, self._path), committed(self._connection):
            yield

    async def _begin(self) -> None:
        """Take SQLite's write lock; other tasks go on while it is waited for."""
        with speaking_of(_STEP, self._path):
            loop = asyncio.get_running_loop()
            deadline = loop.time() + self._busy_timeout_s
            wait_s = _FIRST_WAIT_S
            while not has_begun(self._connection):
                if loop.time() >= deadline:
                    raise apsw.BusyError
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)

    def _write(self, batch: SealedBatch) -> None:
        self._connection.executemany(SQL["add_record"], map(_row, batch.records))
        if batch.tiles:
            self._connection.executemany(SQL["add_tile"], batch.tiles)
        if batch.key_events:
            self._connection.executemany(SQL["add_key_event"], _placed(batch.key_events))
        if batch.disclosures:
            self._connection.executemany(SQL["add_disclosure"], batch.disclosures)
        if batch.pruning is not None:
            prune(self._connection, batch.pruning, record=batch.records[-1].sequence)
        if batch.erased:
            erase(self._connection, batch.erased)
        head = batch.head
        self._connection.execute(
            SQL["move_head"], (head.size, head.record_hash, head.root, head.frontier, head.recorded_at)
        )


def _row(record: SealedRecord) -> tuple[object, ...]:
    return record if record.nonce < _SIGNED_END else record._replace(nonce=record.nonce - 2 * _SIGNED_END)


def _placed(events: Sequence[KeyEvent]) -> Iterator[tuple[object, ...]]:
    """Yield events with their position among those of the same record."""
    seen: Counter[int] = Counter()
    for event in events:
        yield (event.sequence, seen[event.sequence], *event[1:])
        seen[event.sequence] += 1
