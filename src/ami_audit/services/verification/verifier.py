"""Checks a whole trail and says how far it is proven."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from time import perf_counter
from typing import Any

from ami_audit.domain.errors import IntegrityError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.verification import Fault, VerificationReport, proven
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.clock import Clock
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.stores import RecordStore
from ami_audit.services.genesis import genesis_facts
from ami_audit.services.verification.endings import Endings
from ami_audit.services.verification.walk import Walk

# About as much as the caches of a core hold.
_CHUNK = 2048
_LOWEST = -(1 << 63)
_TRIES = 50

GuardOf = Callable[[str], CheckpointGuard]


class Verifier:
    """Checks one trail's store."""

    def __init__(self, store: RecordStore, core: ChainCore, *, clock: Clock) -> None:
        self._store = store
        self._core = core
        self._clock = clock

    async def verify(
        self,
        *,
        required: VerificationLevel = VerificationLevel.HASHES,
        pinned: Iterable[bytes] = (),
        guard_of: GuardOf | None = None,
        progress: Progress = silent,
    ) -> VerificationReport:
        """Check everything the store holds against the canonical bytes, and these against each other.

        Args:
            required: A lower level is a failure, and so is every fault.
            pinned: Ids of keys the caller trusts; with one of them in genesis the level may reach `pinned-keys`.
            guard_of: Gives the place outside the store where a trail's last checkpoint is remembered.
            progress: Told of `records` checked.
        """
        started, clock_started = self._clock(), perf_counter()
        faults = await self._inspected()
        walk = await self._begin(faults)
        guard = guard_of(walk.origin) if guard_of and walk.origin else None
        endings = Endings(self._store, self._core, walk, guard=guard)
        try:
            await endings.read(faults)
            await self._check_all(walk, endings, faults=faults, progress=progress)
        except IntegrityError as error:  # the file itself cannot be read any further
            faults.append(_unreadable(self._store.describe()["location"], error))
        level, reasons = endings.level(frozenset(pinned))
        return VerificationReport(
            origin=walk.origin,
            level=proven(level, faults),
            required=required,
            size=walk.head.size,
            unsigned=walk.unsigned,
            root=walk.head.root.hex(),
            head=walk.head.record_hash.hex(),
            checkpoint_size=endings.checkpoint_size,
            faults=tuple(faults),
            reasons=tuple(reasons),
            started_at=started,
            seconds=perf_counter() - clock_started,
        )

    async def verify_one(self, record: SealedRecord, *, required: VerificationLevel) -> VerificationReport:
        """Check one record: hash, link to the record before, signatures, columns; the rest of the trail is not read."""
        started, clock_started = self._clock(), perf_counter()
        faults: list[Fault] = []
        walk = await self._begin(faults)
        before = await self._store.read(record.sequence - 1, count=1) if record.sequence > 0 else ()
        walk.begin_after(before[0] if before else None, ring=KeyRing(await self._store.key_events()))
        faults += await self._store.compare([record])
        faults += walk.check([record])
        reached = VerificationLevel.HASHES if walk.unsigned else VerificationLevel.SIGNATURES
        return VerificationReport(
            origin=walk.origin,
            level=proven(reached, faults),
            required=required,
            first=record.sequence,
            size=1,
            unsigned=walk.unsigned,
            head=record.record_hash.hex(),
            faults=tuple(faults),
            reasons=("Only this record was checked, not the trail it stands in.",),
            started_at=started,
            seconds=perf_counter() - clock_started,
        )

    async def _inspected(self) -> list[Fault]:
        faults: list[Fault] = []
        try:
            async for fault in self._store.inspect():
                faults.append(fault)  # noqa: PERF401 (what was found before the file gave out must not be lost)
        except IntegrityError as error:
            faults.append(_unreadable(self._store.describe()["location"], error))
        return faults

    async def _begin(self, faults: list[Fault]) -> Walk:
        try:
            first = await self._store.read(0, count=1)
            facts: dict[str, Any] = genesis_facts(first[0]) if first else {"origin": "", "difficulty_bits": 0}
        except IntegrityError as error:
            faults.append(_unreadable("record 0", error))
            facts = {"origin": "", "difficulty_bits": 0}
        return Walk(self._core, origin=facts["origin"], difficulty_bits=facts["difficulty_bits"])

    async def _check_all(self, walk: Walk, endings: Endings, *, faults: list[Fault], progress: Progress) -> None:
        """Walk along the records and check what stands at their end, while others may be appending.

        What a writer appends meanwhile is walked, too; the end is judged when it stood still while it was looked at.
        """
        ending: list[Fault] = []
        for _ in range(_TRIES):
            await self._check_records(walk, endings, faults=faults, progress=progress)
            stored = await self._store.head()
            ending = await endings.check(stored)
            if stored.size <= walk.head.size and await self._store.head() == stored:
                break
            if stored.size > walk.head.size and not await self._store.read(walk.next_sequence, count=1):
                break
        faults += ending

    async def _check_records(self, walk: Walk, endings: Endings, *, faults: list[Fault], progress: Progress) -> None:
        """Check each chunk in a thread, while the next one is read and compared."""
        total = (await self._store.head()).size
        loop = asyncio.get_running_loop()
        checking: asyncio.Future[list[Fault]] | None = None
        compared: Sequence[Fault] = ()

        async def finish() -> None:
            if checking is not None:
                found = await checking
                faults.extend((*compared, *found, *await endings.check_tiles()))
                progress.step("records", done=walk.head.size, total=max(total, walk.head.size))

        try:
            async for records in self._chunks(walk, endings.sizes()):
                differing = await self._store.compare(records)
                await finish()
                compared, checking = differing, loop.run_in_executor(None, walk.check, records)
        finally:
            await finish()

    async def _chunks(self, walk: Walk, stops: Sequence[int]) -> AsyncIterator[Sequence[SealedRecord]]:
        """Yield all records that were not walked yet, cut after each size in `stops`, whose roots are asked for."""
        size = walk.head.size
        first = walk.next_sequence if size else _LOWEST
        while True:
            stop = next((stop for stop in stops if stop > size), size + _CHUNK)
            records = await self._store.read(first, count=min(_CHUNK, stop - size))
            if not records:
                return
            yield records
            size += sum(record.sequence >= 0 for record in records)
            first = records[-1].sequence + 1


def _unreadable(where: str, error: IntegrityError) -> Fault:
    return Fault(check="pages", where=where, detail=str(error), breaks=VerificationLevel.LINKS)
