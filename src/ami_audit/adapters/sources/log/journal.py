"""A journal, as `journalctl` exports it: laid into a file that is then read like any other."""

import glob
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from ami_audit.adapters.sources.log.discovery import LogFile
from ami_audit.adapters.sources.log.selection import Selection
from ami_audit.domain.kinds import LogLevel
from ami_audit.domain.log_names import LogName

_TARGET = "journal"
_MOST_BYTES = 2 << 30
_PATIENCE_S = 600.0
_WAIT_S = 0.05
_PIECE = 1 << 20
_PRIORITY = {
    LogLevel.CRITICAL: "crit",
    LogLevel.ERROR: "err",
    LogLevel.WARNING: "warning",
    LogLevel.INFO: "info",
}


class Journal:
    """One export of the journal; leaving it ends the child and removes what was laid down."""

    def __init__(self, selection: Selection, journal: LogFile | None = None) -> None:
        """Nothing runs yet.

        Args:
            selection: Keeps what is not wanted from being exported at all.
            journal: The file of a journal; None means the system's.
        """
        self.trouble = ""
        self._selection = selection
        self._journal = journal
        self._folder = TemporaryDirectory(prefix="ami-audit-journal-")
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._end()
        self._folder.cleanup()

    @property
    def file(self) -> LogFile:
        """The export, once `laid_down` has ended."""
        if self._journal is not None:
            return self._journal._replace(path=str(self._path))
        return LogFile(str(self._path), _TARGET, LogName(_TARGET, is_current=True, order=(1, "", 0)))

    def laid_down(self) -> Iterator[int]:
        """Yield the bytes exported so far, every now and then; afterwards `trouble` says what went wrong."""
        program = shutil.which("journalctl")
        if program is None:
            self._path.touch()
            self.trouble = "journalctl is not on this machine"
            return
        with (self._folder_path / "complaints").open("wb") as complaints:
            self._child = subprocess.Popen(  # noqa: S603 (no shell; the program was found on the PATH)
                [program, *self._arguments()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env={**os.environ, "LC_ALL": "C", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""},
                cwd="/",
                process_group=0,
            )
        yield from self._copied(self._child)
        if self._child.wait() and not self.trouble:
            self.trouble = self._complaint() or f"journalctl ended with {self._child.returncode}"

    @property
    def _folder_path(self) -> Path:
        return Path(self._folder.name)

    @property
    def _path(self) -> Path:
        return self._folder_path / "export"

    def _arguments(self) -> list[str]:
        wanted = self._selection
        arguments = ["--output=export", "--no-pager", "--quiet"]
        if self._journal is not None:
            arguments.append(f"--file={glob.escape(str(Path(self._journal.path).absolute()))}")
        if wanted.since_us is not None:
            arguments.append(f"--since=@{wanted.since_us // 1_000_000}")
        if wanted.until_us is not None:
            arguments.append(f"--until=@{-(-wanted.until_us // 1_000_000)}")
        if wanted.level in _PRIORITY:
            arguments.append(f"--priority={_PRIORITY[wanted.level]}")
        return arguments

    def _copied(self, child: "subprocess.Popen[bytes]") -> Iterator[int]:
        assert child.stdout is not None  # noqa: S101 (it was asked for)
        pipe, last, size = child.stdout.fileno(), time.monotonic() + _PATIENCE_S, 0
        with self._path.open("wb") as export:
            while True:
                if select.select([pipe], [], [], _WAIT_S)[0]:
                    piece = os.read(pipe, _PIECE)
                    if not piece:
                        return
                    size += export.write(piece)
                yield size
                if size > _MOST_BYTES or time.monotonic() > last:
                    what = "it is larger than 2 GiB" if size > _MOST_BYTES else "it took longer than ten minutes"
                    self.trouble = f"the export was cut off, because {what}; narrow it with --since or --level"
                    self._end()
                    return

    def _complaint(self) -> str:
        text = (self._folder_path / "complaints").read_bytes()[: 1 << 16].decode("utf-8", "backslashreplace")
        lines = text.strip().splitlines()
        return lines[-1][:300] if lines else ""

    def _end(self) -> None:
        if self._child is None:
            return
        if self._child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()
