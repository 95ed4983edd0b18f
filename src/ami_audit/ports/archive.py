"""Where records go before they are pruned."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from typing import Protocol


class Archive(Protocol):
    """One file of text; written once, whole and durably, or not at all."""

    @property
    def location(self) -> str:
        """Where it lies, as a person would look for it."""

    async def write(self, lines: AsyncIterator[str]) -> str:
        """Write the lines and return the file's SHA-256, hex, when they would survive a power cut.

        Raises:
            StoreError: It is there already, or cannot be written.
        """

    def lines(self) -> AbstractContextManager[Iterator[str]]:
        """Read the lines back.

        Raises:
            StoreError: It is not there, or cannot be read.
        """
