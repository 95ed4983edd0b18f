"""One background event loop that every door shares, so that sync and async callers meet the same writer.

A trail and its store live on this loop. A caller on another loop awaits `call`, a plain caller uses `run`; writers that
come at the same time are grouped into one transaction, whichever thread they come from.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Portal:
    """A loop in a daemon thread, started at the first use and again after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._process = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the loop and return what it returns; blocks the calling thread.

        On Ctrl-C the work is cancelled, waited for, and KeyboardInterrupt raised.
        """
        future = self._submit(work)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise

    async def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the loop and return what it returns; waits without blocking the caller's loop."""
        if self._loop is asyncio.get_running_loop():
            return await work
        return await asyncio.wrap_future(self._submit(work))

    def _submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._running())

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._process != os.getpid():
                self._loop = asyncio.new_event_loop()
                self._process = os.getpid()
                self._thread = threading.Thread(target=self._loop.run_forever, name="ami-audit", daemon=True)
                self._thread.start()
            return self._loop


portal = Portal()
"""The process's own portal."""
