"""An archive in one file, readable by its owner only."""

import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ami_audit.domain.errors import StoreError
from ami_audit.domain.text import readable_path


class FileArchive:
    """`Archive` at one path; it appears there whole, or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def location(self) -> str:
        """The file's path."""
        return readable_path(str(self._path))

    async def write(self, lines: AsyncIterator[str]) -> str:
        """Write the lines and return the file's SHA-256, hex."""
        digest = hashlib.sha256()
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}.new")
        with self._speaking_of("writing the archive"):
            if self._path.exists():
                raise FileExistsError(17, "there is such a file already; name another with `--archive`")
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    async for line in lines:
                        raw = line.encode()
                        digest.update(raw)
                        file.write(raw)
                    file.flush()
                    os.fsync(descriptor)
                draft.rename(self._path)
            finally:
                with suppress(FileNotFoundError):
                    draft.unlink()
            _sync(self._path.parent)
        return digest.hexdigest()

    @contextmanager
    def lines(self) -> Iterator[Iterator[str]]:
        """Read the lines back."""
        with self._speaking_of("reading the archive"), self._path.open(encoding="utf-8", newline="\n") as file:
            yield iter(file)

    @contextmanager
    def _speaking_of(self, step: str) -> Iterator[None]:
        try:
            yield
        except UnicodeDecodeError as error:
            raise StoreError(f"{step} `{self.location}`", "it is not text") from error
        except OSError as error:
            raise StoreError(f"{step} `{self.location}`", error.strerror or str(error)) from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
