"""What every record store promises to several who write to it, and to who makes its index anew."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.contract.record_store import Opener
from tests.support.sealing import Seals, filled

from ami_audit.domain.errors import HeadMovedError, StoreError
from ami_audit.domain.linkage import Head, StoredCheckpoint
from ami_audit.domain.query import AuditFilter
from ami_audit.ports.stores import RecordStore


class TurnContract:
    """The writer's turn, among tasks and among stores."""

    @pytest.fixture
    async def store(self, opener: Opener) -> AsyncIterator[RecordStore]:
        """A store over an empty trail."""
        store = await opener()
        yield store
        await store.close()

    async def test_nobody_else_appends_while_a_turn_is_held(self, store: RecordStore, opener: Opener) -> None:
        """Mining happens inside the turn: work that another writer could undo would never end."""
        other = await opener(patience_s=0.1)
        batch = Seals().some(1)
        async with store.turn() as head:
            assert head == Head()
            with pytest.raises(StoreError, match="another process"):
                await other.append(batch, after=head)
            await store.append(batch, after=head)
        assert (await other.head()).size == 1
        await other.close()

    async def test_a_writer_waits_for_its_turn(self, store: RecordStore, opener: Opener) -> None:
        """Waiting must not stop the loop: the writer that is waited for may run in it."""
        other = await opener()
        held = asyncio.Event()

        async def first() -> None:
            async with store.turn() as head:
                held.set()
                await asyncio.sleep(0.05)
                await store.append(Seals().some(1), after=head)

        async def second() -> None:
            await held.wait()
            async with other.turn() as head:
                seals = await Seals.after(other, head)
                await other.append(seals.some(2), after=head)

        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            tasks.create_task(first())
            tasks.create_task(second())
        assert (await store.head()).size == 3
        await other.close()

    async def test_tasks_of_one_store_take_turns(self, store: RecordStore) -> None:
        """A server appends from many requests over one store; each must see the head that the last one left."""

        async def one() -> None:
            async with store.turn() as head:
                seals = await Seals.after(store, head)
                await asyncio.sleep(0)
                await store.append(seals.some(1), after=head)

        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            for _ in range(20):
                tasks.create_task(one())
        assert [record.sequence for record in await store.read(0, count=100)] == list(range(20))

    async def test_an_append_waits_for_another_tasks_turn(self, store: RecordStore) -> None:
        """An append without a turn must not slip into the transaction of a task that holds one."""
        seals = Seals()
        first, second = seals.some(1), Seals().some(1)

        async def intruder() -> None:
            await store.append(second, after=Head())

        async with store.turn() as head:
            task = asyncio.create_task(intruder())
            await asyncio.sleep(0.01)
            assert not task.done()
            await store.append(first, after=head)
        with pytest.raises(HeadMovedError):
            await task

    async def test_a_turn_left_without_append_changes_nothing(self, store: RecordStore) -> None:
        """Ctrl-C while mining leaves the turn by an exception; the trail must not notice."""
        with pytest.raises(KeyError):
            async with store.turn():
                raise KeyError
        assert await store.head() == Head()
        await store.append(Seals().some(1), after=Head())

    async def test_a_turn_allows_several_appends(self, store: RecordStore) -> None:
        """Genesis and the first records are two batches of one turn."""
        seals = Seals()
        async with store.turn() as head:
            first = seals.some(1)
            await store.append(first, after=head)
            await store.append(seals.some(4), after=first.head)
            await store.add_checkpoint(StoredCheckpoint(5, "note\n"))
        assert (await store.head()).size == 5
        assert len(await store.checkpoints()) == 1

    async def test_a_query_inside_a_turn_is_answered(self, store: RecordStore) -> None:
        """Sealing asks the store about earlier records while it holds the turn; the index must not wait for itself."""
        await filled(store, 3)
        async with store.turn() as head:
            assert await store.known([bytes(32)], before=3) == [False]
            await store.append((await Seals.after(store, head)).some(1), after=head)
        assert (await store.head()).size == 4

    async def test_a_turn_inside_a_turn_is_our_mistake(self, store: RecordStore) -> None:
        """It would wait for itself for ever; better told at once."""
        async with store.turn():
            with pytest.raises(RuntimeError, match="turn"):
                async with store.turn():
                    pass


class KeeperContract:
    """What stands beside the records can be made anew from them, while others go on."""

    @pytest.fixture
    def opener(self) -> Opener:
        """The driver's own; the suite asks for nothing else."""
        raise NotImplementedError

    async def test_a_rebuild_fills_the_index_to_the_trails_end(self, opener: Opener) -> None:
        """A store without its index answers nothing; one with half of it answers wrongly."""
        store = await opener()
        await filled(store, 30)
        assert (await store.standing()).indexed == 0
        assert await store.rebuild() == 30
        assert await store.rebuild() == 30
        assert (await store.standing()).indexed == 30
        assert [fault async for fault in store.inspect()] == []
        assert len(await store.query(AuditFilter(action="file.observed"))) == 29
        await store.close()

    async def test_a_rebuild_waits_for_another_writers_turn(self, opener: Opener) -> None:
        """A scheduled run must not be a reason to leave a store half mended."""
        store, other = await opener(), await opener()
        await filled(store, 30)
        async with other.turn() as head:
            rebuilding = asyncio.create_task(store.rebuild())
            await asyncio.sleep(0.05)
            assert not rebuilding.done()
            await other.append((await Seals.after(other, head)).some(5), after=head)
        assert await rebuilding == 35
        await other.close()
        await store.close()

    async def test_a_rebuild_gives_up_when_the_turn_is_never_free(self, opener: Opener) -> None:
        """And says who holds it; the index is as it was."""
        store, other = await opener(patience_s=0.05), await opener()
        await filled(store, 30)
        await store.query(AuditFilter())
        async with other.turn():
            with pytest.raises(StoreError, match="another process is writing"):
                await store.rebuild()
        assert (await store.standing()).indexed == 30
        await other.close()
        await store.close()

    async def test_the_standing_tells_what_the_store_takes(self, opener: Opener) -> None:
        """A person who looks for room must know what can be folded and what cannot."""
        store = await opener()
        before = (await store.standing()).size_bytes
        await filled(store, 300)
        standing = await store.standing()
        assert standing.size_bytes > before + 100_000
        assert standing.leftovers == ()
        await store.close()
