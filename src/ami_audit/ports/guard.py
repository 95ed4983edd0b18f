"""Who remembers, outside the store, the last checkpoint that was signed."""

from collections.abc import Callable
from typing import Protocol


class CheckpointGuard(Protocol):
    """Keeps one trail's last signed checkpoint away from its store, so that a store set back is noticed."""

    def last(self) -> str | None:
        """Return the last note kept, or None when this machine has signed none for this trail."""

    def keep(self, note: str, *, after: str | None) -> bool:
        """Keep `note` if the last one kept is still `after`; return whether it was kept (compare-and-swap)."""

    @property
    def location(self) -> str:
        """Where the note is kept, as a person would look for it."""


GuardOf = Callable[[str], CheckpointGuard]
"""Gives the guard of the trail of that origin."""
