"""Who throws the dice."""

from typing import Protocol


class Chance(Protocol):
    """Gives chance that nobody can foresee."""

    def __call__(self) -> str:
        """Return a fresh seed, 32 hex digits; who is told it can repeat what was drawn with it."""
