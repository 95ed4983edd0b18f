"""One running tool: its output in files, its end waited for in small steps, itself gone when it is closed."""

import os
import re
import resource
import signal
import subprocess
from collections.abc import Generator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO

# Beyond this a tool's output is no answer any more; the kernel stops it.
_MOST_OUTPUT = 4 << 30
_LONGEST_COMPLAINT = 4_000
# A line of source in a complaint, or what points into it.
_QUOTED = re.compile(r"\s*\d*\s*\|")
# How long one wait keeps the caller from stopping the run.
_PATIENCE_S = 0.05


class Child:
    """A tool in its own process group, bounded in time and output, that can ask nobody anything."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, environment: dict[str, str], folder: Path, name: str
    ) -> None:
        """Start it.

        Args:
            command: Its words.
            cwd: Where it runs.
            environment: All that it sees.
            folder: Where its output is kept.
            name: What its output's files are called.

        Raises:
            OSError: It cannot be started.
        """
        self._out = folder / f"{name}.out"
        self._err = folder / f"{name}.err"
        self._began = monotonic()
        self._ended: float | None = None
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(  # noqa: S603 (no shell; the program was found by its full path)
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=environment,
                cwd=cwd,
                process_group=0,
            )
        with suppress(OSError, ValueError):
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (_MOST_OUTPUT, _MOST_OUTPUT))

    def wait(self, patience_s: float) -> int | None:
        """Return the exit code, or None when it still runs after that time."""
        try:
            code = self._process.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            return None
        if self._ended is None:
            self._ended = monotonic()
        return code

    def waited(self, timeout_s: float) -> Generator[tuple[()], None, int | None]:
        """Yield now and then until it ends; the generator's value is the exit code, or None when its time is over."""
        while (code := self.wait(_PATIENCE_S)) is None:
            if self.seconds > timeout_s:
                return None
            yield ()
        return code

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return (self._ended or monotonic()) - self._began

    def output(self) -> IO[bytes]:
        """Return what it wrote to standard output, open for reading."""
        return self._out.open("rb")

    def complaint(self) -> str:
        """Return the end of what it wrote to standard error, without lines of files that it quotes."""
        with self._err.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LONGEST_COMPLAINT))
            told = file.read().decode("utf-8", "backslashreplace")
        return "\n".join(line for line in told.split("\n") if not _QUOTED.match(line)).strip()

    def stop(self) -> None:
        """End it and whatever it has started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End it and drop its output."""
        self.stop()
        self._process.wait()
        self._out.unlink(missing_ok=True)
        self._err.unlink(missing_ok=True)
