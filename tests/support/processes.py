"""Which processes this one has started and that still run."""

import os
from pathlib import Path


def children() -> set[int]:
    """Return the numbers of this process's living children and of theirs; zombies count, for nobody waited for them."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parent = _parent(entry / "stat")
            if parent is not None:
                parents[int(entry.name)] = parent
    found: set[int] = set()
    frontier = {os.getpid()}
    while frontier:
        frontier = {number for number, parent in parents.items() if parent in frontier} - found
        found |= frontier
    return found


def _parent(stat: Path) -> int | None:
    """Return the second number after the command's closing parenthesis (proc(5)); None when the process has gone."""
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None
