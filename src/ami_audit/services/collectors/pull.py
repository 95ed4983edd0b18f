"""Pulls a source from a thread of its own, so that collecting and sealing overlap."""

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence

from ami_audit.domain.draft import AuditDraft

# Batches that may wait between source and sealer: enough to overlap, few enough to bound memory.
_AHEAD = 8

Batch = Sequence[AuditDraft]


class Stop:
    """A flag that any thread may raise: the run is to end early."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def raise_(self) -> None:
        """Ask for the end."""
        self._event.set()

    def wait(self, timeout_s: float) -> None:
        """Return when it is raised, or after so many seconds."""
        self._event.wait(timeout_s)

    @property
    def is_raised(self) -> bool:
        """Whether the end was asked for."""
        return self._event.is_set()


class _End:
    """The last thing in the queue: the source's end, with the error that ended it, if any."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


async def pulled(open_stream: Callable[[], Iterator[Batch]], stop: Stop) -> AsyncGenerator[Batch]:
    """Yield a source's batches while its own thread already makes the next; ends early when `stop` is raised.

    Raises:
        Whatever the source raised, once all that came before it was yielded.
    """
    ready: queue.Queue[Batch | _End] = queue.Queue(_AHEAD)
    left = Stop()
    thread = threading.Thread(
        target=_fill,
        args=(ready, open_stream),
        kwargs={"stop": stop, "left": left},
        name="ami-audit-source",
        daemon=True,
    )
    thread.start()
    try:
        while not isinstance(item := await _next(ready), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        left.raise_()
        await asyncio.to_thread(thread.join)


async def _next(ready: "queue.Queue[Batch | _End]") -> "Batch | _End":
    try:
        return ready.get_nowait()
    except queue.Empty:
        return await asyncio.to_thread(ready.get)


def _fill(
    ready: "queue.Queue[Batch | _End]",
    open_stream: Callable[[], Iterator[Batch]],
    *,
    stop: Stop,
    left: Stop,
) -> None:
    error: BaseException | None = None
    stream: Iterator[Batch] | None = None
    try:
        stream = open_stream()
        for batch in stream:
            if stop.is_raised or not _offered(ready, batch, left):
                break
    except BaseException as raised:  # noqa: BLE001 (handed to the puller, who raises it)
        error = raised
    finally:
        if stream is not None and hasattr(stream, "close"):
            stream.close()
    _offered(ready, _End(error), left)


def _offered(ready: "queue.Queue[Batch | _End]", item: "Batch | _End", left: Stop) -> bool:
    while not left.is_raised:
        try:
            ready.put(item, timeout=0.2)
        except queue.Full:
            continue
        return True
    return False
