"""Static files in a folder of this machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ami_audit.domain.errors import StoreError
from ami_audit.domain.text import readable_path


class StaticFolder:
    """`StaticFiles` below one folder, which is made when the first file is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def location(self) -> str:
        """The folder's path."""
        return readable_path(str(self._folder))

    def read(self, path: str) -> bytes | None:
        """Return what a file holds; None when there is none."""
        with self._speaking_of("reading", path):
            try:
                return (self._folder / path).read_bytes()
            except FileNotFoundError:
                return None

    def size_bytes(self, path: str) -> int | None:
        """Return how long a file is; None when there is none."""
        with self._speaking_of("looking at", path):
            try:
                return (self._folder / path).stat().st_size
            except FileNotFoundError:
                return None

    def write(self, path: str, content: bytes) -> None:
        """Write beside the file, then rename: a reader sees the old one or the new one.

        Nothing waits for the disk: an export that a power cut has taken from is made again, and files that are too
        short are then written anew.
        """
        file = self._folder / path
        fresh = file.with_name(f".{file.name}.{os.getpid()}.new")
        with self._speaking_of("writing", path):
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                fresh.write_bytes(content)
                fresh.replace(file)
            except OSError:
                fresh.unlink(missing_ok=True)
                raise

    def remove(self, folder: str) -> None:
        """Remove a folder of files, if it is there."""
        with self._speaking_of("removing", folder):
            if (self._folder / folder).is_dir():
                shutil.rmtree(self._folder / folder)

    @contextmanager
    def _speaking_of(self, step: str, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            where = readable_path(str(self._folder / path))
            raise StoreError(f"{step} `{where}`", f"{error.strerror}; choose a folder that can be used") from error
