"""What Git leaves alone: ignored and not tracked."""

import os
from pathlib import Path
from typing import Any


class Ignores:
    """The ignore rules of the repository around a folder; outside one nothing is ignored."""

    def __init__(self, root: Path) -> None:
        """Args: `root` is what the paths that are asked for are relative to."""
        self._root = root
        self._repository = _repository(root)
        self._tracked = _tracked(self._repository)
        self._entered: set[str] = set()

    def enter(self, folder: Path) -> None:
        """Note that a folder is ignored as a whole."""
        self._entered.add(str(folder))

    def is_inside(self, folder: str) -> bool:
        """Return whether a folder is one of those, or lies in one."""
        return any(folder == known or folder.startswith(f"{known}{os.sep}") for known in self._entered)

    def has(self, path: str, *, is_folder: bool = False) -> bool:
        """Return whether Git ignores a path below the root and tracks nothing there."""
        if self._repository is None:
            return False
        inside = os.path.relpath(self._root / path, self._repository.workdir)
        if inside.startswith("..") or inside in self._tracked:
            return False
        return bool(self._repository.path_is_ignored(f"{inside}/" if is_folder else inside))


def _repository(root: Path) -> Any:
    """Return the repository that a folder lies in; None outside one, and for one that cannot be opened."""
    import pygit2

    try:
        found = pygit2.discover_repository(str(root))
        repository = pygit2.Repository(found) if found else None
    except (pygit2.GitError, OSError, ValueError):
        return None
    return repository if repository is not None and repository.workdir else None


def _tracked(repository: Any) -> frozenset[str]:
    """Return what is tracked, and the folders that it lies in."""
    import pygit2

    try:
        paths = [entry.path for entry in repository.index] if repository is not None else []
    except (pygit2.GitError, OSError):
        return frozenset()
    folders = {parent.as_posix() for path in paths for parent in Path(path).parents}
    return frozenset(paths) | folders
