"""Who is told how far a run has come."""

from typing import Protocol


class Progress(Protocol):
    """Told of progress; called from worker threads, so it must be quick and must not raise."""

    def step(self, what: str, *, done: int, total: int | None = None) -> None:
        """`done` of `total` (None: not known yet) things of that name, such as `commits`, are done."""

    def unchanged(self, count: int) -> None:
        """That many facts more are as an earlier run recorded them and were not looked at again."""

    def skipped(self, what: str, *, why: str, count: int = 1) -> None:
        """`what` (a path, a pattern) was left out, and why: `ignored by .gitignore`."""


class _Silent:
    """Progress that nobody watches."""

    def step(self, what: str, *, done: int, total: int | None = None) -> None:
        """Say nothing."""

    def unchanged(self, count: int) -> None:
        """Say nothing."""

    def skipped(self, what: str, *, why: str, count: int = 1) -> None:
        """Say nothing."""


silent: Progress = _Silent()
