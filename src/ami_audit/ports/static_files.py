"""What an export needs of the place it writes to."""

from typing import Protocol


class StaticFiles(Protocol):
    """Files by their path below one root, parts separated by `/`; each appears whole or not at all."""

    @property
    def location(self) -> str:
        """Where the root is, as a person would look for it."""

    def read(self, path: str) -> bytes | None:
        """Return what a file holds; None when there is none.

        Raises:
            StoreError: It is there and cannot be read.
        """

    def size_bytes(self, path: str) -> int | None:
        """Return how long a file is; None when there is none."""

    def write(self, path: str, content: bytes) -> None:
        """Put a file there, in the place of another one if there is one.

        Raises:
            StoreError: It cannot be written; what was there is still there.
        """

    def remove(self, folder: str) -> None:
        """Remove a folder of files, if it is there."""
