"""Runs what may take long beside the stream, so that nothing that hangs keeps it from ending."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")

# How long the stream waits before its caller gets a turn to stop it.
_TURN_S = 0.05
_LARGEST_OUTPUT = 4 * 1024 * 1024


class Ran(NamedTuple):
    """What a program did: `status` is None when it was ended because its time was over."""

    status: int | None
    output: bytes
    complaint: str


class Job(Generic[T]):
    """One call that runs beside; its `result` is there once it is `done`."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._done = threading.Event()
        self.result: T | None = None
        self.error: Exception | None = None

    def run(self) -> None:
        """Run the call and keep what comes of it."""
        try:
            self.result = self._call()
        except Exception as error:  # noqa: BLE001 (kept for whoever waits, who tells it)
            self.error = error
        self._done.set()

    @property
    def done(self) -> bool:
        """Whether the call has ended."""
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; return whether it has ended."""
        return self._done.wait(seconds)


class Work:
    """Threads and children of one run; closing it ends all of them."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self.stopped = threading.Event()
        self._closers: list[Callable[[], object]] = []
        self._lock = threading.Lock()
        self._children: set[subprocess.Popen[bytes]] = set()

    def start(self, call: Callable[[], T]) -> Job[T]:
        """Start a call in a thread of its own."""
        job = Job(call)
        threading.Thread(target=job.run, name="ami-audit-service", daemon=True).start()
        return job

    def turns(self, job: Job[Any], *, most_s: float) -> Iterator[None]:
        """Yield every now and then until the job has ended, or its time is over."""
        end = monotonic() + most_s
        while not job.wait(_TURN_S) and monotonic() < end:
            yield None

    def closing(self, closer: Callable[[], object]) -> None:
        """Have something closed when the work ends."""
        with self._lock:
            self._closers.append(closer)

    def run(
        self, words: Sequence[str], *, timeout_s: float, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> Ran:
        """Run a program to its end or to the end of its time; it reads nothing and has a process group of its own.

        Raises:
            OSError: It cannot be started.
        """
        with TemporaryFile() as output, TemporaryFile() as complaints:
            process = subprocess.Popen(  # noqa: S603 (no shell)
                list(words),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=complaints,
                cwd=cwd,
                env=None if env is None else dict(env),
                process_group=0,
            )
            self._keep(process)
            try:
                status: int | None = process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                self._end(process)
            output.seek(0)
            complaints.seek(0)
            lines = complaints.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
            return Ran(status, output.read(_LARGEST_OUTPUT), lines[-1][:500] if lines else "")

    def _keep(self, process: "subprocess.Popen[bytes]") -> None:
        with self._lock:
            self._children.add(process)
            is_late = self.stopped.is_set()
        if is_late:
            _kill(process)

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        _kill(process)
        process.wait()
        with self._lock:
            self._children.discard(process)

    def close(self) -> None:
        """End children, and let what still runs find nothing to work with."""
        self.stopped.set()
        with self._lock:
            children, closers = list(self._children), self._closers[:]
        for process in children:
            _kill(process)
        for closer in closers:
            with suppress(Exception):
                closer()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End a program and all that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
