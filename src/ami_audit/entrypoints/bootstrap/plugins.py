"""What installed plug-ins add, by entry point."""

from collections.abc import Callable
from typing import Any


def plugins(group: str, *, taken: set[str]) -> dict[str, Callable[[], Any]]:
    """Return what installed plug-ins add to a group of entry points; a built-in name cannot be taken over."""
    from importlib.metadata import EntryPoint, entry_points

    def maker(point: EntryPoint) -> Callable[[], Any]:
        def make() -> Any:
            return point.load()()

        return make

    return {point.name: maker(point) for point in entry_points(group=group) if point.name not in taken}
