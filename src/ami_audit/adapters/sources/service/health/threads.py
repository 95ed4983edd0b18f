"""Runs calls that block beside the loop."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress


def in_thread(call: Callable[[], object]) -> "asyncio.Future[object]":
    """Return what a call that blocks comes to; its thread never keeps the program from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[object] = loop.create_future()

    def run() -> None:
        try:
            result, error = call(), None
        except Exception as raised:  # noqa: BLE001 (handed to whoever waits)
            result, error = None, raised
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(_settle, future, result, error)

    threading.Thread(target=run, name="ami-audit-probe", daemon=True).start()
    return future


def _settle(future: "asyncio.Future[object]", result: object, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
