"""Makes RFC 6962 proofs from what the store keeps: full tiles, the head's frontier and the tree's right edge."""

from collections.abc import Iterable

from ami_audit.domain.errors import IntegrityError, UsageError
from ami_audit.domain.linkage import EMPTY_ROOT, Head
from ami_audit.domain.subtrees import (
    Range,
    Subtree,
    consistency_ranges,
    inclusion_ranges,
    subtrees,
)
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import RecordStore
from ami_audit.services.sealing import leaf_hashes

_HEIGHT = 8
_WIDTH = 256
_TILES_KEPT = 64


async def inclusion_proof(store: RecordStore, core: ChainCore, *, index: int, size: int) -> bytes:
    """Return the proof (RFC 6962 2.1.1) that the record `index` is among the first `size`; see `Prover`.

    Raises:
        UsageError: The record is not among the first `size`, or the trail is not that long.
        IntegrityError: The store lacks what the proof is made of.
    """
    return await Prover(store, core).inclusion(index=index, size=size)


async def consistency_proof(store: RecordStore, core: ChainCore, *, old_size: int, new_size: int) -> bytes:
    """Return the proof (RFC 6962 2.1.2) that the first `old_size` records begin the first `new_size`; see `Prover`.

    Raises:
        UsageError: The sizes are out of order, or the trail is not that long.
        IntegrityError: The store lacks what the proof is made of.
    """
    return await Prover(store, core).consistency(old_size=old_size, new_size=new_size)


class Prover:
    """Proofs and roots of one trail as it stood at the first question; what was read once serves the next proofs.

    A proof costs at most one read for each of its hashes: a full tile of each level, and on the right edge the records
    or the tiles below (never more than 255 of a level), whatever the size.
    """

    def __init__(self, store: RecordStore, core: ChainCore, *, head: Head | None = None) -> None:
        """Args: `head` is where the trail ended when the caller looked; without it, where it ends now."""
        self._store = store
        self._core = core
        self._given = head
        self._head: Head | None = None
        self._nodes: dict[Subtree, bytes] = {}
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._edge: bytes | None = None

    async def inclusion(self, *, index: int, size: int) -> bytes:
        """Return the hashes that lead from the leaf of record `index` to the root of `size` records."""
        await self._check_size(size)
        if not 0 <= index < size:
            raise UsageError(f"Record {index} is not among the first {size} records; ask for a larger size.")
        return await self._roots(inclusion_ranges(index, size))

    async def consistency(self, *, old_size: int, new_size: int) -> bytes:
        """Return the hashes that make both roots: of `old_size` records and of `new_size`."""
        await self._check_size(new_size)
        if not 0 <= old_size <= new_size:
            raise UsageError(f"The first size must not be the larger one: {old_size} is more than {new_size}.")
        return await self._roots(consistency_ranges(old_size, new_size))

    async def root(self, size: int) -> bytes:
        """Return the root over the first `size` records."""
        await self._check_size(size)
        return await self._root((0, size)) if size else EMPTY_ROOT

    async def tile(self, level: int, place: int, *, size: int) -> bytes:
        """Return the hashes of a tile as it was when the trail had `size` records; the last of a level is partial.

        Raises:
            IntegrityError: The store lacks what it is made of.
        """
        await self._check_size(size)
        first = place * _WIDTH
        count = min(_WIDTH, (size >> _HEIGHT * level) - first)
        return await self._row(level, first=first, count=count)

    async def head(self) -> Head:
        """Return where the trail ended at the first question."""
        if self._head is None:
            self._head = self._given or await self._store.head()
            peaks = subtrees(0, self._head.size)
            self._nodes |= {peak: self._head.frontier[32 * place : 32 * place + 32] for place, peak in enumerate(peaks)}
        return self._head

    async def _check_size(self, size: int) -> None:
        held = (await self.head()).size
        if not 0 <= size <= held:
            raise UsageError(f"There is no tree of {size} records: the trail holds {held}.")

    async def _roots(self, ranges: Iterable[Range]) -> bytes:
        return b"".join([await self._root(part) for part in ranges])

    async def _root(self, part: Range) -> bytes:
        nodes = [await self._node(subtree) for subtree in subtrees(*part)]
        root = nodes.pop()
        while nodes:
            root = self._core.subtree_root(nodes.pop() + root)
        return root

    async def _node(self, subtree: Subtree) -> bytes:
        known = self._nodes.get(subtree)
        if known is not None:
            return known
        level, inner = divmod(subtree.height, _HEIGHT)
        hashes = await self._row(level, first=subtree.position << inner, count=1 << inner)
        node = self._core.subtree_root(hashes)
        if level:  # what is below is cheap: a slice of a tile that is kept
            self._nodes[subtree] = node
        return node

    async def _row(self, level: int, *, first: int, count: int) -> bytes:
        """Return hashes of a level that stand in one tile."""
        place = first // _WIDTH
        start = first % _WIDTH
        if (place + 1) << _HEIGHT * (level + 1) <= (await self.head()).size:
            hashes = await self._tile(level, place)
        elif level == 0:
            hashes = await self._leaves()
        else:
            hashes, start = await self._tile_roots(level - 1, first=first, count=count), 0
        return hashes[32 * start : 32 * (start + count)]

    async def _tile(self, level: int, place: int) -> bytes:
        known = self._tiles.get((level, place))
        if known is None:
            found = await self._store.tiles(level, first=place, count=1)
            if not found or found[0].index != place or len(found[0].hashes) != 32 * _WIDTH:
                raise _gone(f"tile {level}/{place}")
            known = found[0].hashes
            if len(self._tiles) >= _TILES_KEPT:
                self._tiles.pop(next(iter(self._tiles)))
            self._tiles[level, place] = known
        return known

    async def _tile_roots(self, level: int, *, first: int, count: int) -> bytes:
        tiles = await self._store.tiles(level, first=first, count=count)
        if [tile.index for tile in tiles] != list(range(first, first + count)):
            raise _gone(f"one of {count} tiles from {level}/{first} on")
        return b"".join(self._core.subtree_root(tile.hashes) for tile in tiles)

    async def _leaves(self) -> bytes:
        """Return the leaves that are in no full tile."""
        if self._edge is None:
            size = (await self.head()).size
            first = size // _WIDTH * _WIDTH
            records = await self._store.read(first, count=size - first)
            if [record.sequence for record in records] != list(range(first, size)):
                raise _gone(f"one of the records {first} to {size - 1}")
            try:
                self._edge = leaf_hashes(self._core, records)
            except ValueError as error:
                raise _gone(f"the signatures of one of the records {first} to {size - 1}") from error
        return self._edge


def _gone(what: str) -> IntegrityError:
    return IntegrityError(f"The store lacks {what}, so nothing can be proven with it; run `ami-audit verify`.")
