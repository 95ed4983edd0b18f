"""Sealing a batch: portion after portion, signed while the next one is linked."""

import pytest
from tests.support.sealing import BEGAN, CORE, ORIGIN, SeedSigner

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import KeyStoreError, MalformedError
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.linkage import Head, SealedRecord
from ami_audit.services.sealing import Entry, Sealer

_SIGNERS = (SeedSigner(), SeedSigner(bytes([7]) * 32))


class _Lost(SeedSigner):
    """A signer whose key goes away after its first answer."""

    def __init__(self) -> None:
        super().__init__()
        self._answers = 0

    def sign_records(self, *, origin: str, timestamp_us: int, record_hashes: bytes) -> bytes:
        self._answers += 1
        if self._answers > 1:
            raise KeyStoreError("the key is gone")
        return super().sign_records(origin=origin, timestamp_us=timestamp_us, record_hashes=record_hashes)


def _entries(count: int) -> list[Entry]:
    return [
        Entry(
            AuditDraft(
                action="git.commit",
                target=f"{index}",
                target_type=AuditTargetType.GIT,
                source="git_source/1",
                actor="Ana",
                context={"é" * (index % 3): index, "text": "x" * (37 * index % 900)},
                record_id=f"0193a5b0-7e1c-7c3a-9d2f-{index:012x}",
            )
        )
        for index in range(count)
    ]


def _sealed(entries: list[Entry], *, at_a_time: int) -> tuple[list[SealedRecord], Head]:
    sealer, head, edges = Sealer(CORE, origin=ORIGIN), Head(), list[bytes]()
    records: list[SealedRecord] = []
    for start in range(0, len(entries), at_a_time):
        some = entries[start : start + at_a_time]
        batch, edges = sealer.seal(some, head=head, edges=edges, moment=BEGAN, signers=_SIGNERS)
        head = batch.head
        records += batch.records
    return records, head


@pytest.mark.parametrize("count", [127, 128, 129, 256, 400])
def test_a_batch_is_sealed_as_its_records_are_one_by_one(count: int) -> None:
    """Portions are an affair of speed: hashes, links, signatures and the tree are those of single records."""
    entries = _entries(count)
    assert _sealed(entries, at_a_time=count) == _sealed(entries, at_a_time=1)


@pytest.mark.parametrize("position", [0, 63, 64, 128, 299])
def test_a_refused_record_is_named_by_its_place_in_the_batch(position: int) -> None:
    """Whoever handed over hundreds of drafts is told which one cannot be sealed."""
    entries = _entries(300)
    draft = entries[position].draft
    for context in ({"age": float("nan")}, {"age": object()}):
        entries[position] = Entry(draft._replace(context=context))
        with pytest.raises(MalformedError) as refusal:
            _sealed(entries, at_a_time=300)
        assert (refusal.value.path, refusal.value.position) == ("context.age", position)


def test_a_signer_that_fails_half_way_fails_the_batch() -> None:
    """No record is handed on unsigned because its portion's signature never came."""
    with pytest.raises(KeyStoreError):
        Sealer(CORE, origin=ORIGIN).seal(_entries(300), head=Head(), edges=[], moment=BEGAN, signers=[_Lost()])
