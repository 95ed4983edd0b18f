"""One run over a target, from `collection.started` to `collection.finished`, round after round."""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.errors import MalformedError, SourceError, UnknownNameError
from ami_audit.domain.installed import new_id, now
from ami_audit.domain.kinds import AuditTargetType, Outcome, VerificationLevel
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.run import RunSummary
from ami_audit.ports.analyzer import AuditAnalyzer
from ami_audit.ports.caller import Caller
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import AuditSource, RecallingSource
from ami_audit.services.collectors.mending import sealable, unbroken
from ami_audit.services.collectors.pull import Stop, pulled
from ami_audit.services.collectors.recall import Recaller
from ami_audit.services.collectors.tally import SourceTally
from ami_audit.services.portal import Portal, portal
from ami_audit.services.store import AuditStore

_EVERYTHING = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a run was asked to do.

    Attributes:
        target: What the sources look at.
        named: What the run's own records call it.
        collector: Who runs it, with the version: `batch_collector/1`.
        stop: Ends the run early when it is raised.
        on: The loop on which the store lives.
    """

    target: str
    named: str
    collector: str
    options: AuditOptions = field(default_factory=AuditOptions)
    progress: Progress = silent
    stop: Stop = field(default_factory=Stop)
    on: Portal = portal


class Run:
    """One run; lives on the portal's loop."""

    def __init__(self, store: AuditStore, caller: Caller, task: Task) -> None:
        self._store = store
        self._caller = caller
        self._task = task
        self._id = new_id()
        self._tallies: dict[str, SourceTally] = {}
        self._unknown: dict[str, UnknownNameError] = {}
        self._provenance = caller.provenance(task.target)
        self._first = 0
        self._known_size = 0
        self._started = now()
        self._clock_started = perf_counter()

    async def begin(self, sources: Sequence[AuditSource]) -> None:
        """Record that the run has started."""
        self._first = await self._size()
        await self._append([self._event("collection.started", {"sources": [_name(source) for source in sources]})])

    async def round(self, sources: Sequence[AuditSource]) -> AsyncGenerator[Sequence[AuditRecord]]:
        """Collect from each source once, and yield what was sealed, batch by batch.

        A source that fails is noted, and the others go on.
        """
        self._known_size = await self._size()
        for source in sources:
            if not self._task.stop.is_raised:
                async with aclosing(self._collect_from(source)) as collected:
                    async for records in collected:
                        yield records

    @property
    def has_failed(self) -> bool:
        """Whether no source could open the target when it was last looked at."""
        return bool(self._tallies) and all(tally.error for tally in self._tallies.values())

    async def analyze(self, analyzers: Sequence[AuditAnalyzer]) -> None:
        """Record what each analyzer finds in the records of this run."""
        if not analyzers:
            return
        records = await self._store.query_records(AuditFilter(run_id=self._id, limit=_EVERYTHING))
        for analyzer in analyzers:
            concerned = [record for record in records if analyzer.supports(record.source.partition("/")[0])]
            findings = tuple(await analyzer.analyze(concerned))
            event = self._event(
                "collection.analyzed",
                {"analyzer": analyzer.name, "records": len(concerned)},
            )
            await self._append([event._replace(findings=findings)])

    async def finish(self) -> None:
        """Record that the run is over, with its counts.

        Raises:
            SourceError: No source could open the target.
            UnknownNameError: The only source knows nothing by a name that it was asked for.
        """
        await self._append([self._event("collection.finished", self._counts(), outcome=self._outcome())])
        if self.has_failed:
            if len(self._tallies) == len(self._unknown) == 1:
                raise next(iter(self._unknown.values()))
            raise SourceError(self._task.target, "; ".join(str(tally.error) for tally in self._tallies.values()))

    async def summary(self) -> RunSummary:
        """Return what the run did, and where the trail ends."""
        session = await self._store.session()
        trail = await session.trail()
        tallies = self._tallies.values()
        findings: Counter[str] = sum((tally.findings for tally in tallies), Counter())
        return RunSummary(
            run_id=self._id,
            target=self._task.named,
            origin=trail.origin,
            sources=tuple(tally.summary() for tally in tallies),
            findings=dict(findings),
            standing=dict(sum((tally.standing for tally in tallies), Counter[str]())),
            started_at=self._started,
            seconds=round(perf_counter() - self._clock_started, 3),
            first=self._first,
            size=trail.head.size,
            head=trail.head.record_hash.hex(),
            root=trail.head.root.hex(),
            location=session.store.describe()["location"],
            # Closing the trail signs a checkpoint and keeps it outside.
            provable=VerificationLevel.CHECKPOINT if trail.signers else VerificationLevel.HASHES,
            interrupted=self._task.stop.is_raised,
        )

    async def _size(self) -> int:
        trail = await (await self._store.session()).trail()
        return (await trail.refresh()).size

    def _stream(self, source: AuditSource, tally: SourceTally) -> Iterator[Sequence[AuditDraft]]:
        task = self._task
        stream = self._recalling(source).stream(
            task.target, task.options, known=self._known_from_thread, progress=tally
        )
        return unbroken(stream, task.target)

    def _recalling(self, source: AuditSource) -> AuditSource:
        if not isinstance(source, RecallingSource) or self._task.options.full or self._known_size <= 1:
            return source
        return source.recalling(Recaller(self._store, before=self._known_size, on=self._task.on))

    async def _collect_from(self, source: AuditSource) -> AsyncGenerator[Sequence[AuditRecord]]:
        name, task = _name(source), self._task
        tally = self._tallies.setdefault(name, SourceTally(name, task.progress))
        began, tally.error = perf_counter(), None
        self._unknown.pop(name, None)
        try:
            async with aclosing(pulled(lambda: self._stream(source, tally), task.stop)) as batches:
                async for batch in batches:
                    fresh = await self._fresh(batch, tally)
                    fresh, sealed = await self._append_all(fresh)
                    tally.recorded(fresh)
                    yield sealed
        except SourceError as error:
            tally.error = error.reason
            if isinstance(error, UnknownNameError):
                self._unknown[name] = error
        finally:
            tally.seconds += perf_counter() - began

    async def _fresh(self, batch: Sequence[AuditDraft], tally: SourceTally) -> Sequence[AuditDraft]:
        if self._task.options.full or self._known_size <= 1:
            return batch
        facts = [index for index, draft in enumerate(batch) if draft.observed]
        keys = [fact_key(batch[index].source, batch[index].target, batch[index].observed) for index in facts]
        known = await self._store.known(keys, before=self._known_size)
        stale = {index for index, is_known in zip(facts, known, strict=True) if is_known}
        if stale:
            tally.known([batch[index] for index in sorted(stale)])
        return [draft for index, draft in enumerate(batch) if index not in stale]

    def _known_from_thread(self, keys: Sequence[bytes]) -> Sequence[bool]:
        if self._task.options.full or self._known_size <= 1:
            return [False] * len(keys)
        return self._task.on.run(self._store.known(keys, before=self._known_size))

    async def _append_all(self, drafts: Sequence[AuditDraft]) -> tuple[Sequence[AuditDraft], Sequence[AuditRecord]]:
        """Append a batch of a source; in the place of a draft that cannot be sealed stands a record that says so."""
        tried = list(drafts)
        last = -1
        while True:
            try:
                return tried, await self._append(tried)
            except MalformedError as error:
                if error.position == last:  # what stands there already is ours
                    raise
                last = error.position
                tried[last] = sealable(tried[last], error)

    async def _append(self, drafts: Sequence[AuditDraft]) -> Sequence[AuditRecord]:
        if not drafts:
            return ()
        reason, provenance = self._task.options.reason, self._provenance
        return await self._store.append(
            [
                draft._replace(reason=draft.reason or reason, metadata={**draft.metadata, **provenance})
                for draft in drafts
            ],
            run_id=self._id,
        )

    def _event(self, action: str, facts: dict[str, Any], *, outcome: Outcome = Outcome.SUCCESS) -> AuditDraft:
        return AuditDraft(
            action=action,
            target=self._task.named,
            target_type=AuditTargetType.RUN,
            source=self._task.collector,
            actor=self._caller.name,
            actor_type=self._caller.actor_type,
            outcome=outcome,
            context=facts,
        )

    def _counts(self) -> dict[str, Any]:
        return {
            "interrupted": self._task.stop.is_raised,
            "sources": [tally.summary().model_dump(mode="json") for tally in self._tallies.values()],
        }

    def _outcome(self) -> Outcome:
        failed = [tally.error is not None for tally in self._tallies.values()]
        if failed and all(failed):
            return Outcome.FAILURE
        return Outcome.PARTIAL if any(failed) or self._task.stop.is_raised else Outcome.SUCCESS


def _name(source: AuditSource) -> str:
    return str(source.get_metadata()["name"])
