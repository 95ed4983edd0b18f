"""The first Ctrl-C ends a run in order; the second ends it at once."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ami_audit.services.collectors.pull import Stop


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Yield a flag that Ctrl-C or SIGTERM raises, so that what was collected is sealed."""
    stop = Stop()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_raised:
            raise KeyboardInterrupt
        stop.raise_()
        print("\nStopping: sealing what was collected. Press Ctrl-C again to leave at once.", file=sys.stderr)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
