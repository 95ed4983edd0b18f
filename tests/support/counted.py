"""A trail in memory that counts what is read of it: its records hold nothing, its tree is real."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.linkage import Head, SealedBatch, SealedRecord, Tile

CORE = NativeCore()


class CountedTrail:
    """As much of a record store as proofs and appending need.

    Attributes:
        reads: How often it was asked.
        rows: How many records and tiles it gave.
        leaves: The leaf hashes, concatenated.
    """

    def __init__(self, size: int) -> None:
        self._hashes = b"".join(sha256(b"%d" % number).digest() for number in range(size))
        self.leaves = CORE.leaf_hashes(0, self._hashes, blocks=b"", ends=[0] * size)
        grown = CORE.grow(0, frontier=b"", edges=[], leaves=self.leaves)
        self._head = Head(size, self._hashes[-32:], grown.root, grown.frontier, "2026-01-02T03:04:05.000000Z")
        self._tiles = {(tile[0], tile[1]): Tile(*tile) for tile in grown.tiles}
        self.reads = self.rows = 0

    async def head(self) -> Head:
        """Return where it ends."""
        self.reads += 1
        return self._head

    async def tiles(self, level: int, *, first: int, count: int) -> Sequence[Tile]:
        """Return full tiles."""
        found = [self._tiles[level, place] for place in range(first, first + count) if (level, place) in self._tiles]
        return self._given(found)

    async def read(self, first: int, *, count: int) -> Sequence[SealedRecord]:
        """Return records: numbers and hashes, nothing in them."""
        end = min(first + count, self._head.size)
        return self._given(
            [
                SealedRecord(number, "", bytes(32), 0, self._hashes[32 * number : 32 * number + 32], b"", b"")
                for number in range(first, end)
            ]
        )

    async def append(self, batch: SealedBatch, *, after: Head) -> None:
        """Take the batch at its word."""
        assert after == self._head
        self._hashes += b"".join(record.record_hash for record in batch.records)
        self._tiles |= {(tile.level, tile.index): tile for tile in batch.tiles}
        self._head = batch.head

    def lose(self, level: int, place: int) -> None:
        """Forget a tile."""
        del self._tiles[level, place]

    def _given(self, found: list[Any]) -> list[Any]:
        self.reads += 1
        self.rows += len(found)
        return found
