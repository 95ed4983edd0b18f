"""What does a trail hold when the disk is full, or when the power fails at any moment?"""

import asyncio
import random
from itertools import accumulate
from pathlib import Path

import pytest
from tests.contract.record_writers import sound
from tests.support.disks import Disk, after_power_cut, watched
from tests.support.sealing import Seals

from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.domain.errors import StoreError
from ami_audit.domain.linkage import Head
from ami_audit.domain.query import AuditFilter

_BATCHES = (1, 3, 40, 1, 1, 300, 2, 1)
_SIZES = list(accumulate(_BATCHES))


async def _append_and_say(place: Path, disk: Disk) -> None:
    store = await SqliteStore.open(place)
    seals = Seals()
    for number, count in enumerate(_BATCHES):
        before = seals.head
        await store.append(seals.some(count), after=before)
        disk.say(str(seals.head.size))
        if number == 4:
            await store.query(AuditFilter())
        if number == 6:
            await store.close()
            store = await SqliteStore.open(place)
    # Not closed: the power fails while the trail is open.


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Disk:
    """Everything that a writer's life did to the disk, and what it was told meanwhile."""
    with watched() as disk:
        asyncio.run(_append_and_say(tmp_path_factory.mktemp("life") / "audit.db", disk))
    return disk


def test_an_append_returns_only_after_its_log_was_flushed(recorded: Disk) -> None:
    """The whole promise in one line: said after flushed, and nothing of it written later."""
    log = [event for event in recorded.events if event.kind == "said" or event.name == "audit.db-wal"]
    said = [place for place, event in enumerate(log) if event.kind == "said"]
    assert len(said) == len(_BATCHES)
    assert [log[place - 1].kind for place in said] == ["flush"] * len(_BATCHES)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_acknowledged_is_lost_when_the_power_fails(recorded: Disk, tmp_path: Path, seed: int) -> None:
    """At any moment, with any part of what was not flushed: the trail is whole, and holds all that was said."""
    chance = random.Random(seed)
    _survive(recorded, tmp_path, chance, moments=12)


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_however_often_the_power_fails(recorded: Disk, tmp_path: Path) -> None:
    """Two thousand power cuts over one writer's life."""
    _survive(recorded, tmp_path, random.Random(2026), moments=2000)


def _survive(disk: Disk, folder: Path, chance: random.Random, *, moments: int) -> None:
    first = next(place for place, event in enumerate(disk.events) if event.kind == "said")
    for number in range(moments):
        place = folder / str(number) / "audit.db"
        place.parent.mkdir()
        moment = chance.randint(first + 1, len(disk.events))
        for name, content in after_power_cut(disk.events[:moment], chance).items():
            (place.parent / name).write_bytes(content)
        said = max(int(event.name) for event in disk.events[:moment] if event.kind == "said")
        size = asyncio.run(_sound_size(place))
        assert size in _SIZES
        assert said <= size <= next((later for later in _SIZES if later > said), said)


async def _sound_size(place: Path) -> int:
    store = await SqliteStore.open(place)
    try:
        return (await sound(store)).size
    finally:
        await store.close()


async def _append_until_refused(store: SqliteStore, seals: Seals) -> Head:
    acknowledged = [seals.head]
    with pytest.raises(StoreError, match="the disk is full"):
        await _append_for_ever(store, seals, acknowledged)
    return acknowledged[-1]


async def _append_for_ever(store: SqliteStore, seals: Seals, acknowledged: list[Head]) -> None:
    for _ in range(100):
        await store.append(seals.some(20), after=acknowledged[-1])
        acknowledged.append(seals.head)


@pytest.mark.parametrize("writes", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144])
async def test_a_full_disk_refuses_the_batch_and_keeps_the_trail(tmp_path: Path, writes: int) -> None:
    """A disk fills in the middle of a batch: the batch is refused whole, and the writer is told to free space."""
    with watched() as disk:
        store = await SqliteStore.open(tmp_path / "audit.db")
        first = Seals().some(1)
        await store.append(first, after=Head())
        disk.writes_left = writes
        acknowledged = await _append_until_refused(store, await Seals.after(store, first.head))
        assert await store.head() == acknowledged
        disk.writes_left = None
        assert await sound(store) == acknowledged
        await store.append((await Seals.after(store, acknowledged)).some(5), after=acknowledged)
        await store.close()
    assert await _sound_size(tmp_path / "audit.db") == acknowledged.size + 5


async def test_a_disk_that_cannot_flush_acknowledges_nothing(tmp_path: Path) -> None:
    """A flush that fails is the disk saying that it may have lost the batch; the batch may be there whole, or not."""
    with watched() as disk:
        store = await SqliteStore.open(tmp_path / "audit.db")
        seals = Seals()
        await store.append(seals.some(3), after=Head())
        disk.flushes_fail = True
        with pytest.raises(StoreError):
            await store.append(seals.some(2), after=await store.head())
        disk.flushes_fail = False
        await store.close()
    assert await _sound_size(tmp_path / "audit.db") in {3, 5}


async def test_a_full_disk_still_answers_queries(tmp_path: Path) -> None:
    """Whoever cleans up wants to look first; the index that cannot be written is held in memory."""
    with watched() as disk:
        store = await SqliteStore.open(tmp_path / "audit.db")
        await store.append(Seals().some(30), after=Head())
        disk.writes_left = 0
        assert len(await store.query(AuditFilter(action="file.observed"))) == 29
        assert await sound(store) == await store.head()
        disk.writes_left = None
        await store.close()
