"""Shows on stderr how far a run has come, when stderr is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from ami_audit.ports.progress import Progress, silent


class _Shown:
    """Progress as lines of a rich display, one for each kind of thing."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._tasks: dict[str, Any] = {}
        self._lock = Lock()

    def step(self, what: str, *, done: int, total: int | None = None) -> None:
        """Show it."""
        with self._lock:
            if what not in self._tasks:
                self._tasks[what] = self._display.add_task(what, total=total)
            self._display.update(self._tasks[what], completed=done, total=total)

    def unchanged(self, count: int) -> None:
        """Leave it to the summary."""

    def skipped(self, what: str, *, why: str, count: int = 1) -> None:
        """Leave it to the summary."""


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Progress]:
    """Yield progress that is shown while the block runs; silent when not on a terminal or when asked."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Display(*columns, console=Console(stderr=True), transient=True) as display:
        yield _Shown(display)
