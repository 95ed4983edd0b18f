"""Passes over what was pruned: its leaves stand in tiles, and the record of the pruning says what else is known."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from ami_audit.domain.errors import IntegrityError
from ami_audit.domain.linkage import Pruning, SealedRecord
from ami_audit.domain.retention import TILE, PrunedFacts, keys_digest, pruned_facts, sequences_digest
from ami_audit.domain.verification import Fault, broken_by
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import RecordStore
from ami_audit.services.verification.walk import Walk

_TILES = 64
_CHUNK = 2048


class Passed(NamedTuple):
    """What was passed over: how many records are gone, what is told of it, and what is wrong.

    Attributes:
        records: How many are gone.
        unproven: The size up to which only a checkpoint shows that the leaves are the trail's; 0 where a record does.
        scope: What is told of it.
        faults: What is wrong.
    """

    records: int = 0
    unproven: int = 0
    scope: tuple[str, ...] = ()
    faults: Sequence[Fault] = ()


async def pass_over(walk: Walk, store: RecordStore, core: ChainCore, *, stops: Sequence[int]) -> Passed:
    """Lead a walk that stands before the first record to the cut, over the leaves of what was pruned.

    Whether these leaves are the trail's is proven by the root that the pruning's record states, or, where an earlier
    version pruned, by the checkpoints after the cut.

    Args:
        walk: Stands before the first record; afterwards before the first one that is held without a gap.
        store: The trail.
        core: The arithmetic.
        stops: Sizes whose roots are asked for.
    """
    prunings = await store.prunings()
    if not prunings:
        return Passed()
    passing = _Passing(walk, store, core)
    facts = await passing.facts(prunings)
    if facts is None:  # the gap is then a fault like any other
        return Passed(faults=passing.faults)
    kept = [record async for record in _kept(store, facts.cut)]
    await passing.over(facts, kept, stops=stops)
    gone, unproven = facts.cut - len(kept), 0 if facts.root else facts.cut
    return Passed(gone, unproven, _scope(facts, kept, prunings[-1]), passing.faults)


async def cut_of(store: RecordStore) -> int:
    """Return the sequence from which on all records are held."""
    prunings = await store.prunings()
    return prunings[-1].cut if prunings else 0


async def last_pruning(store: RecordStore) -> PrunedFacts | None:
    """Return what the record of the latest pruning says; None where nothing was pruned.

    Raises:
        IntegrityError: It says nothing that makes sense.
    """
    prunings = await store.prunings()
    if not prunings:
        return None
    rows = await store.read(prunings[-1].record, count=1)
    facts = pruned_facts(_content(rows[0])) if rows else None
    if facts is None:
        raise IntegrityError(
            f"Record {prunings[-1].record} does not say what was pruned; `ami-audit verify` says more."
        )
    return facts


class _Passing:
    """One way over what was pruned."""

    def __init__(self, walk: Walk, store: RecordStore, core: ChainCore) -> None:
        self.faults: list[Fault] = []
        self._walk = walk
        self._store = store
        self._core = core

    async def facts(self, prunings: Sequence[Pruning]) -> PrunedFacts | None:
        """Return what the latest pruning's record says; every pruning must have one."""
        facts = None
        for cut, record in prunings:
            rows = await self._store.read(record, count=1)
            facts = pruned_facts(_content(rows[0])) if rows and rows[0].sequence == record else None
            if facts is None or facts.cut != cut:
                self._blame(record, f"the records below {cut} are gone, and record {record} does not say so")
                return None
        return facts

    async def over(self, facts: PrunedFacts, kept: Sequence[SealedRecord], *, stops: Sequence[int]) -> None:
        """Go over the leaves up to the cut, and check what is kept among them."""
        if sequences_digest(record.sequence for record in kept) != facts.kept:
            self._blame(None, f"below record {facts.cut} other records are left than the pruning says")
        if keys_digest(await self._store.pruned_facts()) != facts.known:
            self._blame(None, "the facts that are known of what was pruned are not those that the pruning says")
        self.faults += await self._store.compare(kept) if kept else ()
        leaves, last = self._leaves(kept), b""
        async for first, hashes in self._tiles(facts.cut):
            for sequence in range(first, first + TILE):
                place = (sequence - first) * 32
                if leaves.get(sequence, hashes[place : place + 32]) != hashes[place : place + 32]:
                    self._blame(sequence, "its leaf is not the one in the tree")
            self._grow(first, hashes, stops)
            last = hashes[-32:]
        if last != facts.leaf_hash:
            self._blame(facts.cut - 1, "the hash that the next record is linked with is not in the tree")
        if facts.root and self._walk.head.root.hex() != facts.root:
            self._blame(None, "the tree of what was pruned is not the one that the pruning says", check="tile")
        self._walk.stand_at(facts.record_hash, facts.recorded_at)

    def _leaves(self, kept: Sequence[SealedRecord]) -> dict[int, bytes]:
        """Return the leaf of each kept record, its own bytes and signatures checked on the way."""
        found: dict[int, bytes] = {}
        for record in kept:
            leaf, faults = self._walk.check_alone(record)
            found[record.sequence] = leaf
            self.faults += faults
        return found

    async def _tiles(self, cut: int) -> AsyncIterator[tuple[int, bytes]]:
        """Yield the first sequence and the leaves of each tile up to the cut; zeros where one is missing."""
        for first in range(0, cut // TILE, _TILES):
            count = min(_TILES, cut // TILE - first)
            stored = {tile.index: tile.hashes for tile in await self._store.tiles(0, first=first, count=count)}
            for index in range(first, first + count):
                hashes = stored.get(index, b"")
                if len(hashes) != TILE * 32:
                    self._blame(None, f"tile 0/{index}, which stands for pruned records, is missing", check="tile")
                    hashes = bytes(TILE * 32)
                yield index * TILE, hashes

    def _grow(self, first: int, hashes: bytes, stops: Sequence[int]) -> None:
        inside = [stop - first for stop in stops if first < stop < first + TILE]
        for start, end in zip([0, *inside], [*inside, TILE], strict=True):
            self._walk.grow_over(hashes[start * 32 : end * 32])

    def _blame(self, sequence: int | None, detail: str, check: str = "sequence") -> None:
        where = "pruned records" if sequence is None else f"record {sequence}"
        self.faults.append(Fault(check=check, where=where, detail=detail, sequence=sequence, breaks=broken_by(check)))


async def _kept(store: RecordStore, cut: int) -> AsyncIterator[SealedRecord]:
    first = 0
    while records := await store.read(first, count=_CHUNK):
        for record in records:
            if record.sequence >= cut:
                return
            yield record
        first = records[-1].sequence + 1


def _content(record: SealedRecord) -> dict[str, object]:
    try:
        content = json.loads(record.canonical)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _scope(facts: PrunedFacts, kept: Sequence[SealedRecord], latest: Pruning) -> tuple[str, ...]:
    beside = f"; {len(kept)} of the trail's own stand before it" if kept else ""
    gone = f"The {facts.pruned} earlier ones were pruned, as record {latest.record} says; their hashes are in the tree."
    return (f"Records are held from {facts.cut} on{beside}. {gone}",)
