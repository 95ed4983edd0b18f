"""BatchCollector: one run over a target, from `collection.started` to `collection.finished`."""

from collections import Counter
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.errors import SourceError
from ami_audit.domain.installed import new_id, now
from ami_audit.domain.kinds import AuditTargetType, Outcome, VerificationLevel
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.run import RunSummary
from ami_audit.ports.analyzer import AuditAnalyzer
from ami_audit.ports.caller import Caller
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import AuditSource
from ami_audit.services.collectors.pull import Stop, pulled
from ami_audit.services.collectors.tally import SourceTally
from ami_audit.services.portal import Portal, portal
from ami_audit.services.store import AuditStore

_EVERYTHING = 1 << 40
_SOURCE = "batch_collector/1"


class BatchCollector:
    """Collects once, from several sources, into one store."""

    def __init__(self, store: AuditStore, *, caller: Caller, on: Portal = portal) -> None:
        """Args: `caller` says who runs the collection, and where."""
        self._store = store
        self._caller = caller
        self._portal = on

    async def collect(
        self,
        sources: Sequence[AuditSource],
        analyzers: Sequence[AuditAnalyzer] = (),
        target: str = ".",
        *,
        named: str = "",
        options: AuditOptions | None = None,
        progress: Progress = silent,
        stop: Stop | None = None,
    ) -> RunSummary:
        """Collect everything the sources find at `target` and seal it; return what was done.

        The run's own records call it `named`, or as it was given.

        A source that fails is recorded as failed and the others go on; when `stop` is raised, what was collected so far
        is sealed and the summary says that the run was interrupted.

        Raises:
            SourceError: No source could open the target.
            StoreError: The store failed; what was sealed before stays sealed.
        """
        run = _Run(
            self._store,
            self._caller,
            target,
            named=named or target,
            options=options or AuditOptions(),
            progress=progress,
            stop=Stop() if stop is None else stop,
            on=self._portal,
        )
        return await self._portal.call(run.collect(sources, analyzers))


class _Run:
    """One run; lives on the portal's loop."""

    def __init__(
        self,
        store: AuditStore,
        caller: Caller,
        target: str,
        *,
        named: str,
        options: AuditOptions,
        progress: Progress,
        stop: Stop,
        on: Portal,
    ) -> None:
        self._portal = on
        self._store = store
        self._caller = caller
        self._target = target
        self._named = named
        self._options = options
        self._progress = progress
        self._stop = stop
        self._run_id = new_id()
        self._tallies: list[SourceTally] = []
        self._provenance = caller.provenance(target)
        self._first = 0

    async def collect(self, sources: Sequence[AuditSource], analyzers: Sequence[AuditAnalyzer]) -> RunSummary:
        started, clock_started = now(), perf_counter()
        trail = await (await self._store.session()).trail()
        self._first = (await trail.refresh()).size
        await self._append(
            [
                self._event(
                    "collection.started",
                    {"sources": [_name(source) for source in sources]},
                )
            ]
        )
        for source in sources:
            if not self._stop.is_raised:
                await self._collect_from(source)
        await self._analyze(analyzers)
        await self._append([self._event("collection.finished", self._counts(), outcome=self._outcome())])
        if sources and all(tally.error for tally in self._tallies):
            raise SourceError(self._target, "; ".join(str(tally.error) for tally in self._tallies))
        return await self._summary(started, perf_counter() - clock_started)

    async def _collect_from(self, source: AuditSource) -> None:
        tally = SourceTally(_name(source), self._progress)
        self._tallies.append(tally)
        began = perf_counter()
        try:
            async for batch in pulled(
                lambda: source.stream(
                    self._target,
                    self._options,
                    known=self._known_from_thread,
                    progress=tally,
                ),
                self._stop,
            ):
                fresh = await self._fresh(batch, tally)
                await self._append(fresh)
                tally.recorded(fresh)
        except SourceError as error:
            tally.error = error.reason
        tally.seconds = perf_counter() - began

    async def _fresh(self, batch: Sequence[AuditDraft], tally: SourceTally) -> Sequence[AuditDraft]:
        if self._options.full or self._first <= 1:
            return batch
        facts = [index for index, draft in enumerate(batch) if draft.observed]
        keys = [fact_key(batch[index].source, batch[index].target, batch[index].observed) for index in facts]
        known = await self._store.known(keys, before=self._first)
        stale = {index for index, is_known in zip(facts, known, strict=True) if is_known}
        if stale:
            tally.unchanged(len(stale))
        return [draft for index, draft in enumerate(batch) if index not in stale]

    def _known_from_thread(self, keys: Sequence[bytes]) -> Sequence[bool]:
        if self._options.full or self._first <= 1:
            return [False] * len(keys)
        return self._portal.run(self._store.known(keys, before=self._first))

    async def _append(self, drafts: Sequence[AuditDraft]) -> None:
        if drafts:
            reason, provenance = self._options.reason, self._provenance
            await self._store.append(
                [
                    draft._replace(
                        reason=draft.reason or reason,
                        metadata={**draft.metadata, **provenance},
                    )
                    for draft in drafts
                ],
                run_id=self._run_id,
            )

    async def _analyze(self, analyzers: Sequence[AuditAnalyzer]) -> None:
        if not analyzers:
            return
        records = await self._store.query_records(AuditFilter(run_id=self._run_id, limit=_EVERYTHING))
        for analyzer in analyzers:
            concerned = [record for record in records if analyzer.supports(record.source.partition("/")[0])]
            findings = tuple(await analyzer.analyze(concerned))
            event = self._event(
                "collection.analyzed",
                {"analyzer": analyzer.name, "records": len(concerned)},
            )
            await self._append([event._replace(findings=findings)])

    def _event(self, action: str, facts: dict[str, Any], *, outcome: Outcome = Outcome.SUCCESS) -> AuditDraft:
        return AuditDraft(
            action=action,
            target=self._named,
            target_type=AuditTargetType.RUN,
            source=_SOURCE,
            actor=self._caller.name,
            actor_type=self._caller.actor_type,
            outcome=outcome,
            context=facts,
        )

    def _counts(self) -> dict[str, Any]:
        return {
            "interrupted": self._stop.is_raised,
            "sources": [tally.summary().model_dump(mode="json") for tally in self._tallies],
        }

    def _outcome(self) -> Outcome:
        failed = [tally.error is not None for tally in self._tallies]
        if failed and all(failed):
            return Outcome.FAILURE
        return Outcome.PARTIAL if any(failed) or self._stop.is_raised else Outcome.SUCCESS

    async def _summary(self, started: Any, seconds: float) -> RunSummary:
        session = await self._store.session()
        trail = await session.trail()
        findings: Counter[str] = sum((tally.findings for tally in self._tallies), Counter())
        return RunSummary(
            run_id=self._run_id,
            target=self._named,
            origin=trail.origin,
            sources=tuple(tally.summary() for tally in self._tallies),
            findings=dict(findings),
            started_at=started,
            seconds=round(seconds, 3),
            first=self._first,
            size=trail.head.size,
            head=trail.head.record_hash.hex(),
            root=trail.head.root.hex(),
            location=session.store.describe()["location"],
            # Closing the trail signs a checkpoint and keeps it outside.
            provable=VerificationLevel.CHECKPOINT if trail.signers else VerificationLevel.HASHES,
            interrupted=self._stop.is_raised,
        )


def _name(source: AuditSource) -> str:
    return str(source.get_metadata()["name"])
