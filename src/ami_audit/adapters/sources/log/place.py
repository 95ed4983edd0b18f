"""Where logs lie, and how records name what lies there."""

import os
from pathlib import Path

from ami_audit.domain.text import readable_path


class Place:
    """The target of one run.

    Names are relative to the repository (or the folder with a trail) that holds the target; outside one, to the working
    folder where the target lies below it; else they are in full.
    """

    def __init__(self, target: str) -> None:
        """Args: `target` is a folder, a file or a glob, as it was given."""
        self.path = target or "."
        full = _full(self.path)
        self._root = _root(full)

    def target(self, path: str) -> str:
        """Return how records name a path."""
        full = _full(path)
        below = os.path.relpath(full, self._root) if self._root and _is_below(full, self._root) else full
        return readable_path(below)

    @property
    def named(self) -> str:
        """How records name the target itself."""
        return self.target(self.path)


def _full(path: str) -> str:
    return os.path.normpath(Path.cwd() / path)  # a glob or a deleted file cannot be resolved


def _root(full: str) -> str:
    here = str(Path.cwd())
    for folder in (Path(full), *Path(full).parents):
        if (folder / ".git").exists() or (folder / ".audit").is_dir():
            return str(folder)
    return here if _is_below(full, here) else ""


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
