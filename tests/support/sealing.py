"""Sealed records for tests of stores: real drafts, real hashes, real signatures, a fixed clock."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import ActorType, AuditSeverity, AuditTargetType
from ami_audit.domain.linkage import Head, SealedBatch, SealedRecord
from ami_audit.ports.stores import RecordStore
from ami_audit.services.sealing import Entry, Sealer
from ami_audit.services.tree import partial_tiles

ORIGIN = "example.org/trail"
SIGNER = "a.tester"
SEED = bytes(range(32))
BEGAN = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
RUN_ID = "0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f"
CORE = NativeCore()


class SeedSigner:
    """A signer that keeps its private key in the open; for tests only."""

    signer = SIGNER

    def __init__(self, seed: bytes = SEED) -> None:
        self._seed = seed
        self.public_key = CORE.public_key(seed)
        self.key_id = CORE.key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return CORE.sign(self._seed, message)

    def sign_records(self, *, origin: str, timestamp_us: int, record_hashes: bytes) -> bytes:
        """Return one signature for each record hash."""
        return CORE.sign_records(
            self._seed, origin=origin, signer=self.signer, timestamp_us=timestamp_us, record_hashes=record_hashes
        )


class Seals:
    """Seals batches one after the other, remembering where the trail ends."""

    def __init__(self, head: Head | None = None, *, edges: Sequence[bytes] = (), is_signed: bool = True) -> None:
        self.head = head or Head()
        self._edges = list(edges)
        self._sealer = Sealer(CORE, origin=ORIGIN)
        self._signers = (SeedSigner(),) if is_signed else ()

    @classmethod
    async def after(cls, store: RecordStore, head: Head) -> "Seals":
        """Return what seals after a head that another writer left."""
        return cls(head, edges=await partial_tiles(store, store, head, core=CORE))

    def batch(self, drafts: Sequence[AuditDraft]) -> SealedBatch:
        """Return the drafts sealed after all that was sealed before, a second later."""
        batch, self._edges = self._sealer.seal(
            [Entry(draft, RUN_ID) for draft in drafts],
            head=self.head,
            edges=self._edges,
            moment=BEGAN + timedelta(seconds=self.head.size),
            signers=self._signers,
        )
        self.head = batch.head
        return batch

    def some(self, count: int, **values: Any) -> SealedBatch:
        """Return that many usual records sealed, the first of a trail its genesis."""
        first = self.head.size
        drafts = [draft(first + index, **values) for index in range(count)]
        return self.batch([genesis(), *drafts[1:]] if first == 0 else drafts)


async def filled(store: RecordStore, count: int, **values: Any) -> Sequence[SealedRecord]:
    """Append that many usual records to an empty store and return them."""
    seals = Seals()
    before = seals.head
    batch = seals.some(count, **values)
    await store.append(batch, after=before)
    return batch.records


def genesis() -> AuditDraft:
    """Return the draft that begins a trail and names its first key."""
    signer = SeedSigner()
    public_key = base64.b64encode(signer.public_key).decode()
    facts = {"origin": ORIGIN, "key_id": signer.key_id.hex(), "public_key": public_key}
    return AuditDraft(
        action="trail.created",
        target=ORIGIN,
        target_type=AuditTargetType.TRAIL,
        source="genesis/1",
        actor=SIGNER,
        timestamp=BEGAN,
        context={**facts, "signer": SIGNER},
    )


def draft(number: int, **values: Any) -> AuditDraft:
    """Return a file's observation, about as large as one of a real run; `values` replace what it says."""
    context: Mapping[str, Any] = {
        "size_bytes": number,
        "mode": "0644",
        "lines": ["a line of the file that was looked at"] * 15,
        "encoding": "utf-8",
    }
    usual = AuditDraft(
        action="file.observed",
        target=f"src/package_{number % 7}/module_{number}.py",
        target_type=AuditTargetType.FILE,
        source="file_source/1",
        actor=f"user{number % 5}",
        actor_type=ActorType.PERSON,
        timestamp=BEGAN + timedelta(minutes=number),
        context=context,
        metadata={"host": "example"},
        severity=AuditSeverity.WARNING if number % 10 == 0 else AuditSeverity.INFO,
        observed=f"{number:064x}",
    )
    return usual._replace(**values)
