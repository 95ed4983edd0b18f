"""Checks a part of a trail: one record, a range, or a random sample, each proven into the tree."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from time import perf_counter

from ami_audit.domain.blame import with_fields
from ami_audit.domain.errors import IntegrityError, UsageError
from ami_audit.domain.keyring import KeyRing, signers_of
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.sampling import chance_of_missing, picked
from ami_audit.domain.verification import (
    Fault,
    Missing,
    Sample,
    VerificationMode,
    VerificationReport,
    broken_by,
    proven,
    remaining,
)
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.chance import Chance
from ami_audit.ports.clock import Clock
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.stores import RecordStore
from ami_audit.services.verification.anchor import Anchor
from ami_audit.services.verification.beginning import begun, inspected, unreadable
from ami_audit.services.verification.pruned import cut_of
from ami_audit.services.verification.terms import Terms
from ami_audit.services.verification.walk import Walk, events_in, not_admitted

_CHUNK = 2048
_ALTERED = (1, 10, 100, 1000)


class ExcerptVerifier:
    """Checks parts of one trail's store; cheap at any size, and no more is claimed than was read."""

    def __init__(self, store: RecordStore, core: ChainCore, *, clock: Clock) -> None:
        self._store = store
        self._core = core
        self._clock = clock

    async def range(self, first: int, last: int, *, terms: Terms) -> VerificationReport:
        """Check the records `first` to `last`, their links to both neighbours, and their leaves against the tree.

        Raises:
            UsageError: The trail has no such records.
        """
        size = (await self._store.head()).size
        # A damaged head may say less than there is; then its own fault is told, and the records are looked at.
        is_there = last < size or bool(await self._store.read(last, count=1))
        if not (0 <= first <= last and is_there):
            raise UsageError(_no_range(first, last, size))
        await self._refuse_pruned(first, last)
        check = await self._begin(terms)
        await check.run(first, last, progress=terms.progress)
        await check.finish()
        is_one = first == last
        mode = VerificationMode.RECORD if is_one else VerificationMode.RANGE
        what = f"record {first}" if is_one else f"records {first} to {last}"
        verb = "was" if is_one else "were"
        scope = (f"Only {what} of {size} {verb} read and held against the tree; nothing is said of the others.", *_KEYS)
        return check.report(terms, mode=mode, first=first, size=last - first + 1, last=last, scope=scope)

    async def sample(self, count: int, *, seed: str | Chance, terms: Terms) -> VerificationReport:
        """Check `count` records drawn with `seed`, or with a fresh one, each with its links and its place in the tree.

        Raises:
            UsageError: Nothing can be drawn.
        """
        seed = seed if isinstance(seed, str) else seed()
        cut = await cut_of(self._store)
        size = (await self._store.head()).size - cut
        if count < 1 or not seed:
            raise UsageError("A sample needs at least one record and a seed that is not empty.")
        drawn = [cut + place for place in picked(seed, count=count, population=size)]
        check = await self._begin(terms)
        for done, sequence in enumerate(drawn, 1):
            await check.run(sequence, sequence)
            terms.progress.step("records", done=done, total=len(drawn))
        await check.finish()
        sample = Sample(
            seed=seed,
            drawn=len(drawn),
            share=len(drawn) / size if size else 0.0,
            missing=tuple(
                Missing(altered=altered, chance=chance_of_missing(size, sampled=len(drawn), altered=altered))
                for altered in _ALTERED
                if altered <= size
            ),
        )
        told = f"Only {len(drawn)} of {size} records, drawn at random, were read; nothing is said of the others."
        last = drawn[-1] if drawn else 0
        return check.report(
            terms,
            mode=VerificationMode.SAMPLE,
            first=0,
            size=size,
            last=last,
            scope=(told, *_KEYS),
            sample=sample,
        )

    async def _refuse_pruned(self, first: int, last: int) -> None:
        """Raise when the range holds records that were pruned; one that was left may be checked by itself."""
        prunings = await self._store.prunings()
        if not prunings or first >= prunings[-1].cut:
            return
        found = await self._store.read(first, count=1) if first == last else ()
        if not found or found[0].sequence != first:
            cut, record = prunings[-1]
            raise UsageError(f"The records below {cut} were pruned, as record {record} says; begin at {cut}.")

    async def _begin(self, terms: Terms) -> "_Excerpt":
        check = _Excerpt(self._store, self._core, started=self._clock)
        await check.begin(terms)
        return check


_KEYS = ("The keys are those of the key table; whether the trail names more of them was not checked.",)


class _Excerpt:
    """One check of some records."""

    def __init__(self, store: RecordStore, core: ChainCore, *, started: Clock) -> None:
        self._store = store
        self._core = core
        self._started, self._clock = started(), perf_counter()
        self._faults: list[Fault] = []
        self._walked: set[int] = set()
        self._head = b""
        self._asked = 0

    async def begin(self, terms: Terms) -> None:
        """Look at what is cheap to look at: the container, the head, the last checkpoints."""
        self._faults += await inspected(self._store, since=1)
        self._walk = await begun(self._store, self._core, faults=self._faults)
        guard = terms.guard_of(self._walk.origin) if terms.guard_of and self._walk.origin else None
        self._cut = await cut_of(self._store)
        self._anchor = Anchor(self._store, self._core, self._walk, guard=guard, policy=terms.policy)
        async with _reading(self._store, self._faults):
            self._faults += await self._anchor.check()

    async def run(self, first: int, last: int, *, progress: Progress = silent) -> None:
        """Check the records `first` to `last`, and that their neighbours on both sides are linked with them."""
        walk = self._walk.branched()
        async with _reading(self._store, self._faults):
            before = await self._before(first)
            walk.begin_after(before, ring=walk.ring)
            async for records in self._chunks(first, last):
                self._faults += await self._store.compare(records)
                self._faults += await asyncio.to_thread(walk.check, records)
                self._faults += await self._anchor.check_leaves(records)
                self._walked.update(record.sequence for record in records)
                self._head = records[-1].record_hash
                progress.step("records", done=records[-1].sequence - first + 1, total=last - first + 1)
            await self._check_after(last, walk)
        self._walk.unsigned += walk.unsigned

    async def finish(self) -> None:
        """Check the records that name the keys: what they say, and all else about them."""
        unsigned, head = self._walk.unsigned, self._head
        self._asked = len(self._walked)
        named = {event.sequence for event in self._walk.key_events if event.sequence >= 0}
        for sequence in sorted(named - self._walked):
            await self.run(sequence, sequence)
        self._walk.unsigned, self._head = unsigned, head  # they are not what was asked for
        async with _reading(self._store, self._faults):
            await self._check_key_table()

    def report(self, terms: Terms, *, last: int, **facts: object) -> VerificationReport:
        """Return the answer; `facts` are fields of it, `last` is the highest record asked for."""
        level, reasons = self._anchor.level(frozenset(terms.pinned), last=last)
        faults = with_fields(self._faults)
        return VerificationReport.model_validate(
            {
                "origin": self._walk.origin,
                "level": proven(level, faults),
                "remaining": remaining(level, faults),
                "required": terms.required,
                "checked": self._anchor.checked(self._asked),
                "unsigned": self._walk.unsigned,
                "witnesses": self._anchor.witnessing,
                "root": self._walk.head.root.hex(),
                "head": self._head.hex(),
                "checkpoint_size": self._anchor.checkpoint_size,
                "location": self._store.describe()["location"],
                "faults": faults,
                "reasons": tuple(reasons),
                "started_at": self._started,
                "seconds": perf_counter() - self._clock,
                **facts,
            }
        )

    async def _chunks(self, first: int, last: int) -> AsyncIterator[Sequence[SealedRecord]]:
        while first <= last:
            found = await self._store.read(first, count=min(_CHUNK, last - first + 1))
            records = [record for record in found if record.sequence <= last]
            if not records:
                break
            yield records
            first = records[-1].sequence + 1
        if first <= last:
            self._faults.append(_gone(first, last))

    async def _before(self, first: int) -> SealedRecord | None:
        """Return the record before; where it is missing, one that stands in its place, so that it is told once."""
        if first == 0:
            return None
        found = await self._store.read(first - 1, count=1)
        if found and found[0].sequence == first - 1:
            return found[0]
        if first > self._cut:
            self._faults.append(_gone(first - 1, first - 1))
        named = found[0].previous_hash if found and found[0].sequence == first else bytes(32)
        return SealedRecord(first - 1, "", bytes(32), 0, named, b"", b"")

    async def _check_after(self, last: int, walk: Walk) -> None:
        if last + 1 >= self._walk.head.size or walk.next_sequence != last + 1 or last + 1 < self._cut:
            return
        found = await self._store.read(last + 1, count=1)
        if not found or found[0].sequence != last + 1:
            self._faults.append(_gone(last + 1, last + 1))
        elif found[0].previous_hash != self._head:
            detail = f"its previous_hash is not the hash of record {last}"
            self._faults.append(_fault("link", last + 1, detail, record_id=found[0].record_id))

    async def _check_key_table(self) -> None:
        events, ring = self._walk.key_events, KeyRing()
        for sequence in sorted({event.sequence for event in events}):
            records = await self._store.read(sequence, count=1)
            said = events_in(records[0]) if records and records[0].sequence == sequence else ()
            if said != tuple(event for event in events if event.sequence == sequence):
                self._faults.append(_fault("key", sequence, "the key table differs from what this record says"))
            elif not ring.admits(said, signers_of(records[0].signatures)):
                self._faults.append(not_admitted(records[0]))
            for event in said:
                ring.learn(event)


class _reading:  # noqa: N801 (it is used like a function)
    """Turns a store that cannot be read any further into a fault."""

    def __init__(self, store: RecordStore, faults: list[Fault]) -> None:
        self._store = store
        self._faults = faults

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, IntegrityError):
            return False
        self._faults.append(unreadable(self._store.describe()["location"], error))
        return True


def _no_range(first: int, last: int, size: int) -> str:
    if first > last:
        return f"The range ends before it begins: {first} to {last}."
    held = f"its records are 0 to {size - 1}" if size else "it is empty"
    which = f"record {first}" if first == last else f"records {first} to {last}"
    return f"The trail has no {which}: {held}."


def _gone(first: int, last: int) -> Fault:
    detail = f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
    return _fault("sequence", first, detail)


def _fault(check: str, sequence: int, detail: str, *, record_id: str | None = None) -> Fault:
    return Fault(
        check=check,
        where=f"record {sequence}",
        detail=detail,
        sequence=sequence,
        record_id=record_id,
        breaks=broken_by(check),
    )
