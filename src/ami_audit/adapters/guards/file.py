"""One small file a trail, in the user's state folder."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ami_audit.adapters.guards.replacing import replace_text
from ami_audit.domain.errors import StoreError
from ami_audit.domain.text import readable_path


class FileGuard:
    """Keeps the last checkpoint of one trail in `<folder>/<SHA-256 of the origin>.checkpoint`."""

    def __init__(self, folder: Path, origin: str) -> None:
        self._file = folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.checkpoint"

    @property
    def location(self) -> str:
        """The file's path."""
        return readable_path(str(self._file))

    def last(self) -> str | None:
        """Return the note kept, or None when there is none yet.

        Raises:
            StoreError: The file is there and cannot be read.
        """
        with self._speaking_of("reading the last checkpoint kept outside the store"):
            try:
                return self._file.read_text(encoding="utf-8")
            except FileNotFoundError:
                return None
            except UnicodeDecodeError:
                return ""  # not a note: verification and the next signing say so

    def keep(self, note: str, *, after: str | None) -> bool:
        """Keep `note` if the last one kept is still `after`; return whether it was kept.

        Raises:
            StoreError: The file cannot be written.
        """
        with self._speaking_of("keeping the checkpoint of the sealed records outside the store"), self._locked():
            if self.last() != after:
                return False
            replace_text(self._file, note)
            return True

    @contextmanager
    def _speaking_of(self, step: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            mend = "set AMI_AUDIT_STATE_DIR to a folder that you can write"
            raise StoreError(step, f"{self.location}: {error.strerror}; {mend}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._file.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
