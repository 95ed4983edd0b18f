"""StreamCollector: the same sources over and over; what is new is sealed, and handed on at once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

from ami_audit.domain.options import AuditOptions
from ami_audit.domain.record import AuditRecord
from ami_audit.ports.caller import Caller
from ami_audit.ports.source import AuditSource
from ami_audit.services.collectors.pull import Stop
from ami_audit.services.collectors.run import Run, Task
from ami_audit.services.portal import Portal, portal
from ami_audit.services.store import AuditStore

_SOURCE = "stream_collector/1"
_EVERY_S = 10.0


class StreamCollector:
    """Watches sources, and seals what is new into one store."""

    def __init__(self, store: AuditStore, *, caller: Caller, on: Portal = portal) -> None:
        """Args: `caller` says who watches, and from where."""
        self._store = store
        self._caller = caller
        self._portal = on

    async def stream(
        self,
        sources: Sequence[AuditSource],
        target: str = ".",
        *,
        named: str = "",
        options: AuditOptions | None = None,
        every_s: float = _EVERY_S,
        rounds: int | None = None,
        stop: Stop | None = None,
    ) -> AsyncGenerator[AuditRecord]:
        """Yield each new record once it is sealed; a fact that the trail holds is not recorded again.

        All rounds are one run. A source that cannot open the target may in a later one, unless in the first none could.

        Args:
            sources: Who looks.
            target: At what.
            named: What the run's own records call it; as it was given when left out.
            options: What the sources are told.
            every_s: Seconds between the end of a round and the begin of the next.
            rounds: Ends after so many; goes on until `stop` is raised, or the iterator is closed, when left out.
            stop: Ends the stream when it is raised; what was collected is sealed.

        Raises:
            SourceError: At the end, when no source could open the target in the last round.
            StoreError: The store failed; what was sealed before stays sealed.
        """
        task = Task(
            target=target,
            named=named or target,
            collector=_SOURCE,
            options=options or AuditOptions(),
            stop=Stop() if stop is None else stop,
            on=self._portal,
        )
        run = Run(self._store, self._caller, task)
        await self._portal.call(run.begin(sources))
        try:
            done = 0
            while not task.stop.is_raised and (rounds is None or done < rounds):
                if done:
                    await asyncio.to_thread(task.stop.wait, every_s)
                async with aclosing(self._round(run, sources)) as records:
                    async for record in records:
                        yield record
                done += 1
                if done == 1 and run.has_failed:
                    break  # it was never there: a mistyped name is told now, not when nobody waits any more
        finally:
            await self._portal.call(run.finish())

    async def _round(self, run: Run, sources: Sequence[AuditSource]) -> AsyncGenerator[AuditRecord]:
        """Yield the records of one round; each batch is collected on the store's loop."""
        batches = run.round(sources)
        try:
            while (batch := await self._portal.call(_next(batches))) is not None:
                for record in batch:
                    yield record
        finally:
            await self._portal.call(batches.aclose())


async def _next(batches: AsyncIterator[Sequence[AuditRecord]]) -> Sequence[AuditRecord] | None:
    return await anext(batches, None)
