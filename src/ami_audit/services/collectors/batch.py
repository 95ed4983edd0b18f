"""BatchCollector: everything once, from `collection.started` to `collection.finished`."""

from collections.abc import Sequence

from ami_audit.domain.options import AuditOptions
from ami_audit.domain.run import RunSummary
from ami_audit.ports.analyzer import AuditAnalyzer
from ami_audit.ports.caller import Caller
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import AuditSource
from ami_audit.services.collectors.pull import Stop
from ami_audit.services.collectors.run import Run, Task
from ami_audit.services.portal import Portal, portal
from ami_audit.services.store import AuditStore

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
        task = Task(
            target=target,
            named=named or target,
            collector=_SOURCE,
            options=options or AuditOptions(),
            progress=progress,
            stop=Stop() if stop is None else stop,
            on=self._portal,
        )
        return await self._portal.call(_collected(Run(self._store, self._caller, task), sources, analyzers))


async def _collected(run: Run, sources: Sequence[AuditSource], analyzers: Sequence[AuditAnalyzer]) -> RunSummary:
    await run.begin(sources)
    async for _ in run.round(sources):
        pass
    await run.analyze(analyzers)
    await run.finish()
    return await run.summary()
