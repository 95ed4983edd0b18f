"""Who remembers, outside the store, how far a trail was verified."""

from collections.abc import Callable
from typing import Protocol


class VerificationMemory(Protocol):
    """Keeps what the last incremental verification of one trail at one place came to."""

    def recall(self) -> str | None:
        """Return the text kept last, or None when nothing was; what is damaged is returned as it is.

        Raises:
            StoreError: Something is there and cannot be read.
        """

    def keep(self, text: str) -> None:
        """Keep `text` instead of what was kept before, whole or not at all.

        Raises:
            StoreError: It cannot be written.
        """

    @property
    def location(self) -> str:
        """Where it is kept, as a person would look for it."""


MemoryOf = Callable[[str], VerificationMemory]
"""Gives the memory of the trail of that origin, at the place where it lies."""
