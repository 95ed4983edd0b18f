"""Checks a whole trail and says how far it is proven."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from time import perf_counter

from ami_audit.domain.approvals import ApprovalSummary
from ami_audit.domain.blame import with_fields
from ami_audit.domain.errors import IntegrityError
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.lowering import lowerings
from ami_audit.domain.remembered import RULES, Remembered, keys_digest
from ami_audit.domain.verification import Checked, Fault, VerificationMode, VerificationReport, proven, remaining
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.clock import Clock
from ami_audit.ports.memory import MemoryOf
from ami_audit.ports.progress import Progress
from ami_audit.ports.stores import RecordStore
from ami_audit.services.approving import all_approvals
from ami_audit.services.verification.beginning import begun, inspected, unreadable
from ami_audit.services.verification.endings import Endings
from ami_audit.services.verification.indexes import index_faults
from ami_audit.services.verification.pruned import Passed, cut_of, pass_over
from ami_audit.services.verification.recalling import Recalled, know_roots, recall
from ami_audit.services.verification.terms import Terms
from ami_audit.services.verification.walk import Walk
from ami_audit.services.verification.witnessed import Witnesses

# Two cores judge the signatures of so many in equations of 2,048 each; larger ones gain no more, and cost memory.
_CHUNK = 4096
_LOWEST = -(1 << 63)
_TRIES = 50


class Verifier:
    """Checks one trail's store."""

    def __init__(self, store: RecordStore, core: ChainCore, *, clock: Clock) -> None:
        self._store = store
        self._core = core
        self._clock = clock

    async def verify(self, terms: Terms = Terms()) -> VerificationReport:  # noqa: B008 (frozen)
        """Check everything the store holds against the canonical bytes, and these against each other."""
        check = _Check(self._clock, await inspected(self._store))
        walk = await begun(self._store, self._core, faults=check.faults)
        endings = self._endings(walk, terms)
        await self._finish(check, walk, endings, terms=terms)
        report = self._report(check, walk, endings, terms=terms)
        return report.model_copy(update={"approvals": await self._approvals(walk)})

    async def verify_new(self, memory_of: MemoryOf, *, terms: Terms = Terms()) -> VerificationReport:  # noqa: B008
        """Check what was added since the last call for this trail, and that what was there is still in the tree.

        Everything is checked when nothing is remembered, or when what is remembered cannot be relied on; then the
        answer is that of `verify` and says why. A trail without any fault is remembered for the next call.
        """
        check = _Check(self._clock, [])
        walk = await begun(self._store, self._core, faults=check.faults)
        if not walk.origin:
            return await self.verify(terms)
        memory = memory_of(walk.origin)
        recalled = await recall(memory, self._store, self._core, walk=walk)
        if recalled.known is None:
            check = _Check(self._clock, [*await inspected(self._store), *recalled.faults])
            walk = await begun(self._store, self._core, faults=check.faults)
        else:
            check.faults += await inspected(self._store, since=recalled.known.size)
            walk.held_from = await cut_of(self._store)
        endings = self._endings(walk, terms)
        await self._finish(check, walk, endings, terms=terms, known=recalled.known)
        if not check.faults and walk.head.size:
            memory.keep(self._remembered(check, walk, recalled.known).text())
        return self._report(check, walk, endings, terms=terms, recalled=recalled)

    async def _approvals(self, walk: Walk) -> ApprovalSummary | None:
        """Return how far records are approved; costs one more reading of the trail, where a rule asks for it."""
        if not any(rules.approvals for rules in walk.stated or ()):
            return None
        states = await all_approvals(self._store, self._core, origin=walk.origin)
        return ApprovalSummary.of(states, lowerings(walk.stated or ()))

    def _endings(self, walk: Walk, terms: Terms) -> Endings:
        guard = terms.guard_of(walk.origin) if terms.guard_of and walk.origin else None
        witnesses = Witnesses(self._core, policy=terms.policy)
        return Endings(self._store, self._core, walk, guard=guard, witnesses=witnesses)

    async def _finish(
        self, check: "_Check", walk: Walk, endings: Endings, *, terms: Terms, known: Remembered | None = None
    ) -> None:
        try:
            await endings.read(check.faults, after=known.size - 1 if known else -1)
            if known is not None:
                check.proofs += await know_roots(endings.sizes(), self._store, self._core, walk=walk)
            if known is None:
                check.passed = await pass_over(walk, self._store, self._core, stops=endings.sizes())
                check.faults += [*check.passed.faults, *await endings.check_tiles()]
            await self._check_all(walk, endings, faults=check.faults, progress=terms.progress)
            check.faults += endings.covering_faults(check.passed.unproven)
        except IntegrityError as error:  # the file itself cannot be read any further
            check.faults.append(unreadable(self._store.describe()["location"], error))

    def _report(
        self, check: "_Check", walk: Walk, endings: Endings, *, terms: Terms, recalled: Recalled | None = None
    ) -> VerificationReport:
        level, reasons = endings.level(frozenset(terms.pinned))
        faults = with_fields(check.faults)
        known = recalled.known if recalled else None
        records = walk.head.size - (known.size if known else 0) - check.passed.records
        proofs = check.proofs + (1 if known else 0)
        found = proven(level, faults)
        return VerificationReport(
            origin=walk.origin,
            mode=VerificationMode.INCREMENTAL if known else VerificationMode.FULL,
            level=found,
            covered_size=endings.covers(found),
            remaining=remaining(level, faults),
            required=terms.required,
            approvals_required=terms.require_approvals,
            scope=(*(recalled.scope if recalled else ()), *check.passed.scope),
            size=walk.head.size,
            checked=Checked(records=records, checkpoints=endings.notes, proofs=proofs),
            unsigned=walk.unsigned,
            witnesses=endings.witnessing,
            root=walk.head.root.hex(),
            head=walk.head.record_hash.hex(),
            checkpoint_size=endings.checkpoint_size,
            location=self._store.describe()["location"],
            faults=faults,
            reasons=tuple(reasons),
            started_at=check.started,
            seconds=perf_counter() - check.clock_started,
        )

    def _remembered(self, check: "_Check", walk: Walk, known: Remembered | None) -> Remembered:
        return Remembered(
            rules=RULES,
            origin=walk.origin,
            size=walk.head.size,
            root=walk.head.root.hex(),
            frontier=walk.head.frontier.hex(),
            head=walk.head.record_hash.hex(),
            recorded_at=walk.head.recorded_at,
            keys=keys_digest(walk.key_events),
            unsigned=walk.unsigned,
            difficulty_bits=walk.difficulty_bits,
            holds=tuple(sorted(walk.holds)),
            read_at=known.read_at if known else check.started,
            verified_at=check.started,
        )

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
        faults += await index_faults(walk.indexes, self._store, self._core, held_from=walk.held_from)

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


class _Check:
    """What one verification has come to so far."""

    def __init__(self, clock: Clock, faults: list[Fault]) -> None:
        self.started, self.clock_started = clock(), perf_counter()
        self.faults = faults
        self.proofs = 0
        self.passed = Passed()
