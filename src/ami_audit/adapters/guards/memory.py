"""How far a trail was verified: one small file for each trail and place, in the user's state folder."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ami_audit.adapters.guards.replacing import replace_text
from ami_audit.domain.errors import StoreError
from ami_audit.domain.text import readable_path


class FileMemory:
    """Keeps `<folder>/<SHA-256 of origin and store>.verified`: a copy of a trail elsewhere has its own memory."""

    def __init__(self, folder: Path, *, origin: str, store: str) -> None:
        name = hashlib.sha256(f"{origin}\n{store}".encode()).hexdigest()[:32]
        self._file = folder / f"{name}.verified"

    @property
    def location(self) -> str:
        """The file's path."""
        return readable_path(str(self._file))

    def recall(self) -> str | None:
        """Return the text kept, or None when there is none yet.

        Raises:
            StoreError: The file is there and cannot be read.
        """
        with self._speaking_of("reading what was verified before"):
            try:
                return self._file.read_text(encoding="utf-8", errors="backslashreplace")
            except FileNotFoundError:
                return None

    def keep(self, text: str) -> None:
        """Keep `text` instead of what was there.

        Raises:
            StoreError: The file cannot be written.
        """
        with self._speaking_of("keeping what was verified"):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_text(self._file, text)

    @contextmanager
    def _speaking_of(self, step: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(step, f"{self.location}: {error.strerror}; set AMI_AUDIT_STATE_DIR to a folder") from error
