"""What every record store promises: one suite that each driver inherits.

A driver's test class gives the fixture `opener`, which opens the same (at first empty) trail as often as it is asked
to, and `address`, by which another process opens it.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Protocol

import pytest
from tests.support.sealing import Seals, filled
from tests.support.witnesses import cosigned, witness_key

from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.errors import HeadMovedError, StoreError
from ami_audit.domain.linkage import EMPTY_ROOT, ZERO_HASH, Head, SealedBatch, StoredCheckpoint, StoredCosignature
from ami_audit.domain.note import NoteSignature
from ami_audit.ports.stores import RecordStore


class Opener(Protocol):
    """Opens the test's trail once more."""

    async def __call__(self, *, patience_s: float = 30.0) -> RecordStore:
        """Return a store of its own; another writer's turn is waited for that long."""


class RecordStoreContract:
    """Appending and reading: what was acknowledged is there, in order, exactly, and nothing else is."""

    @pytest.fixture
    def opener(self) -> Opener:
        """The driver's own; the suite asks for nothing else."""
        raise NotImplementedError

    @pytest.fixture
    async def store(self, opener: Opener) -> AsyncIterator[RecordStore]:
        """A store over an empty trail."""
        store = await opener()
        yield store
        await store.close()

    async def test_a_new_store_has_the_empty_head(self, store: RecordStore) -> None:
        """The first batch follows the empty head; any other value would make genesis impossible."""
        assert await store.head() == Head(0, ZERO_HASH, EMPTY_ROOT, b"", "")
        assert not await store.read(0, count=10)

    async def test_what_was_appended_is_read_back_exactly(self, store: RecordStore, opener: Opener) -> None:
        """A hash covers every byte: one that comes back changed is a trail that no longer verifies."""
        seals = Seals()
        batches = []
        for count in (1, 300, 260):
            before = seals.head
            batches.append(seals.some(count))
            await store.append(batches[-1], after=before)
        await store.close()
        again = await opener()
        assert await again.head() == seals.head
        assert list(await again.read(0, count=1000)) == [record for batch in batches for record in batch.records]
        assert list(await again.tiles(0, first=0, count=9)) == [tile for batch in batches for tile in batch.tiles]
        assert list(await again.key_events()) == [event for batch in batches for event in batch.key_events]
        await again.close()

    async def test_nonces_and_signatures_of_any_size_are_kept(self, store: RecordStore) -> None:
        """Mining may end at any of 2^64 nonces, and an unsigned record has no signature block at all."""
        batch = Seals(is_signed=False).some(3)
        records = [
            record._replace(nonce=nonce, signatures=block)
            for record, nonce, block in zip(
                batch.records, (0, (1 << 63), (1 << 64) - 1), (b"", b"\x00", bytes(70_000)), strict=True
            )
        ]
        await store.append(SealedBatch(records, batch.head), after=Head())
        assert list(await store.read(0, count=3)) == records

    async def test_key_events_of_one_record_keep_their_order(self, store: RecordStore) -> None:
        """A rotation retires one key and adds another; the other way round the new key would be retired."""
        seals = Seals()
        batch = seals.some(2)
        (event,) = batch.key_events
        events = (event, *(event._replace(sequence=1, event=name) for name in ("retired", "added")))
        await store.append(SealedBatch(batch.records, batch.head, (), events), after=Head())
        assert tuple(await store.key_events()) == events

    async def test_records_are_read_in_pages(self, store: RecordStore) -> None:
        """Verification walks trails that do not fit in memory."""
        records = await filled(store, 25)
        pages = [await store.read(first, count=10) for first in (0, 10, 20, 25, 1000)]
        assert [len(page) for page in pages] == [10, 10, 5, 0, 0]
        assert [record for page in pages for record in page] == list(records)

    async def test_append_is_refused_when_the_head_has_moved(self, store: RecordStore, opener: Opener) -> None:
        """Two writers read one head: the second is told, and nothing is lost."""
        other = await opener()
        first, second = Seals().some(3), Seals().some(2)
        await store.append(first, after=Head())
        with pytest.raises(HeadMovedError):
            await other.append(second, after=Head())
        assert list(await other.read(0, count=10)) == list(first.records)
        assert await other.head() == first.head
        await other.close()

    @pytest.mark.parametrize("field", ["size", "record_hash", "root", "frontier", "recorded_at"])
    async def test_every_field_of_the_head_is_compared(self, store: RecordStore, field: str) -> None:
        """A writer whose tree differs from the stored one would extend a trail that never was."""
        seals = Seals()
        await store.append(seals.some(3), after=Head())
        known = seals.head
        changed: dict[str, Any] = {
            "size": 2,
            "record_hash": bytes(32),
            "root": bytes(32),
            "frontier": bytes(32),
            "recorded_at": "",
        }
        wrong = replace(known, **{field: changed[field]})
        with pytest.raises(HeadMovedError):
            await store.append(seals.some(1), after=wrong)
        assert await store.head() == known

    async def test_a_batch_is_appended_whole_or_not_at_all(self, store: RecordStore) -> None:
        """Half a batch would be records that nobody acknowledged, under a head that does not know them."""
        batch = Seals().some(5)
        broken = [*batch.records[:4], batch.records[4]._replace(sequence=3)]
        with pytest.raises(StoreError):
            await store.append(SealedBatch(broken, batch.head), after=Head())
        assert await store.head() == Head()
        assert not await store.read(0, count=10)

    async def test_a_record_that_does_not_follow_the_last_one_is_refused(self, store: RecordStore) -> None:
        """The store's own guard: even a writer that seals wrongly cannot fork or tear the chain."""
        batch = Seals().some(3)
        torn = [*batch.records[:2], batch.records[2]._replace(previous_hash=batch.records[0].record_hash)]
        with pytest.raises(StoreError):
            await store.append(SealedBatch(torn, batch.head), after=Head())
        assert not await store.read(0, count=10)

    async def test_the_store_goes_on_after_a_refused_append(self, store: RecordStore) -> None:
        """A refused batch must not leave a transaction open that blocks every other writer."""
        batch = Seals().some(3)
        with pytest.raises(StoreError):
            await store.append(SealedBatch(batch.records[1:], batch.head), after=Head())
        await store.append(batch, after=Head())
        assert (await store.head()).size == 3

    async def test_checkpoints_are_kept_once_and_by_size(self, store: RecordStore) -> None:
        """Two notes of one size are a fork: the second is evidence, and must not replace the first."""
        await filled(store, 5)
        for size in (5, 3):
            await store.add_checkpoint(StoredCheckpoint(size, f"note of {size}\n"))
        await store.add_checkpoint(StoredCheckpoint(5, "note of 5\n"))
        with pytest.raises(StoreError, match="another checkpoint of size 5"):
            await store.add_checkpoint(StoredCheckpoint(5, "another note\n"))
        assert [checkpoint.size for checkpoint in await store.checkpoints()] == [3, 5]
        assert await store.checkpoint() == await store.checkpoint(5) == StoredCheckpoint(5, "note of 5\n")
        assert await store.checkpoint(3) == StoredCheckpoint(3, "note of 3\n")
        assert await store.checkpoint(4) is None

    async def test_cosignatures_are_kept_once_and_stand_in_their_notes(self, store: RecordStore) -> None:
        """Whoever reads a checkpoint reads its witnesses with it; a second answer of one witness changes nothing."""
        await filled(store, 5)
        checkpoint = Checkpoint("example.org/trail", 5, bytes(32))
        note = SignedCheckpoint(checkpoint, (NoteSignature("example.org/trail", b"hash", bytes(64)),))
        await store.add_checkpoint(StoredCheckpoint(5, note.note()))
        lines = [cosigned(checkpoint, name) for name in ("w1", "w2")]
        kept = [
            StoredCosignature(5, str(witness_key(name)), line.signature)
            for name, line in zip(("w1", "w2"), lines, strict=True)
        ]
        await store.add_cosignatures(kept)
        await store.add_cosignatures([kept[0]._replace(signature=bytes(72))])
        assert list(await store.cosignatures()) == kept
        (stored,) = await store.checkpoints()
        assert SignedCheckpoint.parse(stored.note) == note.with_signatures(*lines)
        assert await store.checkpoint() == await store.checkpoint(5) == stored
        await store.add_checkpoint(StoredCheckpoint(5, note.note()))

    async def test_a_sound_store_has_no_faults(self, store: RecordStore) -> None:
        """An inspection that cries wolf is soon not listened to; indexed and fresh records are both fine."""
        records = await filled(store, 30)
        assert not [fault async for fault in store.inspect()]
        assert not await store.compare(records)
        assert await store.known([bytes(32)], before=20) == [False]
        assert not [fault async for fault in store.inspect()]
        assert not await store.compare(records)

    async def test_the_store_says_where_it_is(self, store: RecordStore) -> None:
        """Every message about a store that fails must let a person find it."""
        assert set(store.describe()) >= {"kind", "location"}

    async def test_closing_twice_is_harmless(self, opener: Opener) -> None:
        """Clean-up runs on every way out, also the second time."""
        store = await opener()
        await store.close()
        await store.close()
