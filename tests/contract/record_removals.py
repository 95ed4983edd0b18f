"""What every record store promises about what goes: erased disclosures and pruned records, and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.contract.record_store import Opener
from tests.support.sealing import Seals

from ami_audit.domain.errors import StoreError
from ami_audit.domain.linkage import (
    ErasedValue,
    Head,
    PruneOrder,
    Pruning,
    SealedDisclosure,
    StoredCheckpoint,
)
from ami_audit.domain.query import AuditFilter
from ami_audit.ports.stores import RecordStore

_ANN, _BOB = b"ann's pseudonym."[:16], b"bob's pseudonym."[:16]


def disclosure(sequence: int, subject: bytes = _ANN) -> SealedDisclosure:
    """Return a disclosure of one record."""
    return SealedDisclosure(sequence, bytes([sequence % 256]) * 32, subject, b"sealed %d" % sequence)


class RecordRemovalsContract:
    """Erasing and pruning."""

    @pytest.fixture
    async def filled(self, opener: Opener) -> AsyncIterator[tuple[RecordStore, Seals]]:
        """A store of 600 records, some with disclosures, under a checkpoint."""
        store, seals = await opener(), Seals()
        disclosures = [disclosure(3), disclosure(4, _BOB), disclosure(599)]
        await store.append(replace(seals.some(600, context={}), disclosures=disclosures), after=Head())
        await store.add_checkpoint(StoredCheckpoint(600, "note\n"))
        yield store, seals
        await store.close()

    async def test_disclosures_are_read_by_record_and_by_subject(self, filled: tuple[RecordStore, Seals]) -> None:
        """They come with their records, in one step, exactly."""
        store, _ = filled
        assert await store.has_disclosures()
        assert await store.disclosures(3, count=1) == [disclosure(3)]
        assert await store.disclosures(0, count=600) == [disclosure(3), disclosure(4, _BOB), disclosure(599)]
        assert await store.disclosures_of([_ANN]) == [disclosure(3), disclosure(599)]
        assert await store.disclosures_of([bytes(16)]) == []

    async def test_an_erased_disclosure_is_gone_and_said_to_be(
        self, filled: tuple[RecordStore, Seals], opener: Opener
    ) -> None:
        """For every process that opens the trail."""
        store, _ = filled
        value = ErasedValue(3, disclosure(3).digest, 599)
        await store.erase([value])
        assert await store.scrub() in {True, False}
        again = await opener()
        assert await again.disclosures_of([_ANN]) == [disclosure(599)]
        assert await again.erased(0, count=600) == await again.erased_by(599) == [value]
        assert await again.has_disclosures()
        await again.close()

    async def test_erasing_what_is_not_there_changes_nothing(self, filled: tuple[RecordStore, Seals]) -> None:
        """All or none: a list with one wrong entry must not be half done."""
        store, _ = filled
        with pytest.raises(StoreError):
            await store.erase([ErasedValue(3, disclosure(3).digest, 1), ErasedValue(5, bytes(32), 1)])
        assert len(await store.disclosures(0, count=600)) == 3
        assert await store.erased(0, count=600) == []

    async def test_pruned_records_are_gone_with_all_that_is_about_them(
        self, filled: tuple[RecordStore, Seals], opener: Opener
    ) -> None:
        """But those that stay, what lies above the cut, the tree, and the identities of known facts."""
        store, seals = filled
        await store.query(AuditFilter())
        head, known = seals.head, [b"k" * 32, b"l" * 32]
        before = store.size_bytes()
        await store.append(replace(seals.some(1), pruning=PruneOrder(512, (0, 300), known)), after=head)
        again = await opener()
        assert await again.prunings() == [Pruning(512, 600)]
        assert [record.sequence for record in await again.read(0, count=4)] == [0, 300, 512, 513]
        assert await again.disclosures(0, count=600) == [disclosure(599)]
        assert len(await again.tiles(0, first=0, count=5)) == 2
        assert list(await again.known([*known, b"m" * 32], before=1 << 40)) == [True, True, False]
        assert list(await again.pruned_facts()) == known
        assert len(await again.query(AuditFilter(limit=1000))) == 91
        await again.close()
        await store.scrub()
        assert store.size_bytes() < before

    @pytest.mark.parametrize("cut", [100, 768, 1024])
    async def test_a_cut_that_nothing_vouches_for_is_refused(self, filled: tuple[RecordStore, Seals], cut: int) -> None:
        """Not at a full tile, above the checkpoint, above the record of it: nothing goes, and nothing is appended."""
        store, seals = filled
        head = seals.head
        with pytest.raises(StoreError):
            await store.append(replace(seals.some(1), pruning=PruneOrder(cut, (0,), ())), after=head)
        assert (await store.head()).size == 600
        assert len(await store.read(0, count=1000)) == 600
