"""Running another program beside us: bounded in time and output, ended with whoever asked for it."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

_TURN_S = 0.05
_MOST_BYTES = 1 << 30
_COMPLAINT_BYTES = 4_000


class Answer(NamedTuple):
    """How a program ended.

    Attributes:
        output: What it wrote.
        complaint: The last line it wrote to standard error.
        fault: Why its output cannot be trusted; empty when it ended by itself.
    """

    output: bytes
    complaint: str
    fault: str
    status: int


def ran(
    command: Sequence[str | Path], *, cwd: Path, timeout_s: float, environment: Mapping[str, str] | None = None
) -> Generator[None, None, Answer]:
    """Run a program to its end, yielding some times a second meanwhile; closing the generator kills it."""
    with TemporaryFile() as output, TemporaryFile() as complaints:
        # Its own process group: Ctrl-C is for us, and what it started ends with it.
        process = subprocess.Popen(  # noqa: S603 (no shell; whoever calls has found the program itself)
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=complaints,
            cwd=cwd,
            env=_environment() | dict(environment or {}),
            process_group=0,
        )
        try:
            fault = yield from _watched(process, output, timeout_s)
        finally:
            _end(process)
        output.seek(0)
        return Answer(output.read(_MOST_BYTES), _last(complaints), fault, process.returncode)


def together(*works: Generator[None, None, Any]) -> Generator[None, None, list[Any]]:
    """Do several pieces of work at once, and return what came of each, in their order; closing it closes them all."""
    results: dict[int, Any] = {}
    try:
        while True:
            for index, work in enumerate(works):
                if index not in results:
                    try:
                        next(work)
                    except StopIteration as ended:
                        results[index] = ended.value
            if len(results) == len(works):
                return [results[index] for index in range(len(works))]
            yield
    finally:
        for work in works:
            work.close()


def python_script(name: str) -> list[str | Path]:
    """Return the command that runs a script of this folder in our own interpreter.

    Isolated: neither the working folder, nor the environment, nor the user's own packages are looked at.
    """
    return [sys.executable, "-I", "-X", "utf8", Path(__file__).parent / "scripts" / name]


def _watched(process: "subprocess.Popen[bytes]", output: IO[bytes], timeout_s: float) -> Generator[None, None, str]:
    waited = 0.0
    while True:
        try:
            process.wait(_TURN_S)
        except subprocess.TimeoutExpired:
            waited += _TURN_S
        else:
            return "" if process.returncode >= 0 else f"it was ended by signal {-process.returncode}"
        if waited > timeout_s:
            return f"it did not end within {timeout_s:.0f} s"
        if os.fstat(output.fileno()).st_size > _MOST_BYTES:
            return "it wrote more than 1 GiB"
        yield


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last(complaints: IO[bytes]) -> str:
    size = complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, size - _COMPLAINT_BYTES))
    lines = complaints.read().decode("utf-8", "backslashreplace").strip().splitlines()
    return lines[-1].strip()[:300] if lines else ""


def _environment() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}
