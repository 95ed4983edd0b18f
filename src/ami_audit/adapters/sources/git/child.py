"""One running git command that is talked to while it works."""

import fcntl
import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

# The pipes are the only buffers between git and us; the kernel may grant less, which is slower but no less safe.
_PIPE_BYTES = 1 << 20
_LONGEST_COMPLAINT = 500


class Child:
    """A command with its pipes; closing it ends it at once.

    Sending never waits: what does not fit into the pipe follows while answers are being received, so that neither
    side can wait for the other for ever, however small the pipes are.
    """

    def __init__(self, command: list[str | bytes], environment: dict[str, str], folder: Path) -> None:
        """Start the command in `folder`, where its complaints are kept too."""
        self._complaints: IO[bytes] = TemporaryFile(dir=folder)  # noqa: SIM115 (closed with the child)
        # Its own process group: Ctrl-C is for this program, which then decides what to seal.
        self._process = subprocess.Popen(  # noqa: S603 (no shell; the program was found on the PATH)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=environment,
            cwd=folder,
            bufsize=0,
            process_group=0,
        )
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._stdout = cast("IO[bytes]", self._process.stdout)
        self._unsent = bytearray()
        self._prepare()

    def _prepare(self) -> None:
        os.set_blocking(self._stdin.fileno(), False)
        for pipe in (self._stdin, self._stdout):
            with suppress(OSError):
                fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._poll = select.poll()
        self._poll.register(self._stdin, select.POLLOUT)
        self._poll.register(self._stdout, select.POLLIN)

    def send(self, data: bytes) -> None:
        """Send without waiting; a child that has died says so when it is received from, not here."""
        self._unsent += data
        self._push()

    def _push(self) -> None:
        try:
            while self._unsent:
                sent = os.write(self._stdin.fileno(), self._unsent[:_PIPE_BYTES])
                del self._unsent[:sent]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._unsent.clear()

    def receive(self) -> bytes:
        """Return what the command has written, waiting for the first byte; nothing means that it has ended."""
        while self._unsent:
            ready = dict(self._poll.poll())
            if self._stdin.fileno() in ready:
                self._push()
            if self._stdout.fileno() in ready:
                break
        return os.read(self._stdout.fileno(), _PIPE_BYTES)

    def words(self, end: bytes) -> Iterator[bytes]:
        """Yield what the command writes, cut at each `end`; a last word that has no end is left out."""
        rest = b""
        while block := self.receive():
            *whole, rest = (rest + block).split(end)
            yield from whole

    def converse(self, data: bytes, *, timeout_s: float | None = None) -> bytes:
        """Send the last input, and return all that is written until the command ends.

        Raises:
            TimeoutExpired: It did not end in time.
        """
        os.set_blocking(self._stdin.fileno(), True)
        return self._process.communicate(data, timeout=timeout_s)[0]

    def finish(self, data: bytes) -> None:
        """Send the last input, waiting until it is taken: for commands that read everything before they answer."""
        os.set_blocking(self._stdin.fileno(), True)
        with suppress(BrokenPipeError):
            view = memoryview(data)
            while view:
                view = view[os.write(self._stdin.fileno(), view) :]
        self._stdin.close()

    def status(self) -> int:
        """Return the exit status, waiting for the end."""
        return self._process.wait()

    def complaint(self) -> str:
        """Return the last line the command wrote to standard error, without its `fatal:`."""
        self._complaints.seek(0)
        lines = self._complaints.read(1 << 16).decode("utf-8", "backslashreplace").strip().splitlines()
        return lines[-1].removeprefix("fatal: ").removeprefix("error: ")[:_LONGEST_COMPLAINT] if lines else ""

    def kill(self) -> None:
        """End the command; safe from any thread while another one talks to it and will close it."""
        self._process.kill()

    def close(self) -> None:
        """End the command, whatever it is doing."""
        self._process.kill()
        self._stdin.close()
        self._stdout.close()
        self._process.wait()
        self._complaints.close()
