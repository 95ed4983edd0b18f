"""Whether a trail survives several processes and sudden death: one suite for every driver."""

import asyncio
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import Sequence

import pytest
from tests.contract.record_store import Opener
from tests.support.house import ROOT
from tests.support.sealing import CORE, ORIGIN

from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.linkage import ZERO_HASH, Head, SealedRecord
from ami_audit.ports.stores import RecordStore
from ami_audit.services.sealing import leaf_hashes

_DEADLINE_S = 60


class WritersContract:
    """What is acknowledged is there, whoever else writes and however the writer ends."""

    @pytest.fixture
    def address(self) -> str:
        """The driver's own: `module:class:location`, for another process."""
        raise NotImplementedError

    async def test_two_processes_append_at_once(self, opener: Opener, address: str) -> None:
        """A scheduled run and a developer's run meet: both succeed, and there is one chain."""
        store = await opener()
        writers = [await _writer(address, batch=3, rounds=20) for _ in range(2)]
        async with asyncio.timeout(_DEADLINE_S):
            said = [(await writer.communicate())[0].split() for writer in writers]
        assert [len(lines) for lines in said] == [20, 20]
        sizes = sorted(int(line) for lines in said for line in lines)
        assert sizes == list(range(3, 123, 3))
        assert (await sound(store)).size == 120
        await store.close()

    async def test_two_processes_begin_one_trail(self, address: str, opener: Opener) -> None:
        """Nobody says who comes first in a new repository; the loser must find the winner's trail."""
        writers = [await _writer(address, batch=1, rounds=5) for _ in range(3)]
        async with asyncio.timeout(_DEADLINE_S):
            await asyncio.gather(*(writer.communicate() for writer in writers))
        assert [writer.returncode for writer in writers] == [0, 0, 0]
        store = await opener()
        assert (await sound(store)).size == 15
        await store.close()

    @pytest.mark.parametrize("seed", range(4))
    async def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(
        self, opener: Opener, address: str, seed: int
    ) -> None:
        """The promise that everything else rests on; what was not acknowledged may be there whole, never in part."""
        await _kill_and_check(opener, address, random.Random(seed))

    @pytest.mark.soak
    async def test_nothing_acknowledged_is_lost_however_often_writers_are_killed(
        self, opener: Opener, address: str
    ) -> None:
        """Sixty deaths on one trail, each followed by a look at the whole of it."""
        chance = random.Random(2026)
        for _ in range(60):
            await _kill_and_check(opener, address, chance)


async def _writer(address: str, *, batch: int, rounds: int) -> Process:
    arguments = (sys.executable, "-m", "tests.support.writer", address, str(batch), str(rounds))
    return await create_subprocess_exec(*arguments, stdout=PIPE, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})


async def _kill_and_check(opener: Opener, address: str, chance: random.Random) -> None:
    batch = chance.choice((1, 7, 150))
    writer = await _writer(address, batch=batch, rounds=0)
    async with asyncio.timeout(_DEADLINE_S):
        assert writer.stdout is not None
        acknowledged = await writer.stdout.readline()
        await asyncio.sleep(chance.uniform(0, 0.3))
        writer.send_signal(signal.SIGKILL)
        rest, _ = await writer.communicate()
    # The kill may cut a line short: only whole ones were said.
    said = (acknowledged + rest).rpartition(b"\n")[0].split()
    store = await opener()
    head = await sound(store)
    assert int(said[-1]) <= head.size <= int(said[-1]) + batch
    await store.close()


async def sound(store: RecordStore) -> Head:
    """Return the store's head, once everything in the store was recomputed and found to agree with it."""
    head = await store.head()
    records = await store.read(0, count=head.size + 10)
    verdict = CORE.verify_slice(
        CORE.frames(records),
        origin=ORIGIN,
        first_sequence=0,
        previous_hash=ZERO_HASH,
        previous_recorded_at="",
        minimum_bits=0,
        keys=KeyRing(await store.key_events()).packed(),
    )
    assert verdict.faults == []
    assert verdict.unsigned == 0
    await _check_tree(store, head, records)
    assert [fault async for fault in store.inspect()] == []
    assert list(await store.compare(records)) == []
    return head


async def _check_tree(store: RecordStore, head: Head, records: Sequence[SealedRecord]) -> None:
    assert [record.sequence for record in records] == list(range(head.size))
    grown = CORE.grow(0, frontier=b"", edges=[], leaves=leaf_hashes(CORE, records))
    assert (grown.root, grown.frontier) == (head.root, head.frontier)
    assert head.record_hash == records[-1].record_hash
    stored = [tuple(tile) for level in range(3) for tile in await store.tiles(level, first=0, count=1000)]
    assert stored == sorted(tuple(tile) for tile in grown.tiles)
