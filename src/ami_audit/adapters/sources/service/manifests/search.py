"""Where manifests lie, in the order in which they are read."""

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

# Each is a name below the root; the last part may be a pattern.
DEFAULT_PLACES = (
    "nodes/config/setup-service.yaml",
    "scripts/config/services.yaml",
    "scripts/services.yaml",
    "res/ansible/services.yml",
    "Procfile*",
    "docker-compose*.yml",
    "docker-compose*.yaml",
    "compose*.yml",
    "compose*.yaml",
)
_MOST = 200


def places(root: Path, wanted: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield the manifests below `root`, each once, and whether it was asked for by its name.

    Args:
        root: The audited place.
        wanted: Names or patterns of the last part; empty means where they usually lie.
    """
    seen: set[str] = set()
    for place in wanted or DEFAULT_PLACES:
        for path in _matching(root, place):
            if path not in seen and len(seen) < _MOST:
                seen.add(path)
                yield path, bool(wanted) and path == place


def _matching(root: Path, place: str) -> list[str]:
    folder, _, name = place.rpartition("/")
    if not any(sign in name for sign in "*?["):
        is_there = os.path.lexists(root / place)
        return [place] if is_there or place not in DEFAULT_PLACES else []
    try:
        found = sorted(entry.name for entry in os.scandir(root / folder) if fnmatchcase(entry.name, name))
    except OSError:
        return []
    return [f"{folder}/{entry}" if folder else entry for entry in found]
