"""What is checked: the target, the project around it, and how its files are named."""

import os
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from ami_audit.adapters.sources.quality import reading
from ami_audit.domain.errors import SourceError
from ami_audit.domain.text import readable_path


class Place(NamedTuple):
    """One target.

    Attributes:
        target: It, absolute.
        root: The repository around it, or the folder itself outside of one; files are named relative to it.
    """

    target: Path
    root: Path

    @property
    def named(self) -> str:
        """The target, as records name it; `.` is the root."""
        return readable_path(os.path.relpath(self.target, self.root))

    def relative(self, path: str, *, folder: Path | None = None) -> str:
        """Return a path that a tool has told, as records name it.

        Args:
            path: Absolute, or relative to where the tool ran.
            folder: Where it ran; the root when left out.
        """
        full = os.path.normpath((folder or self.root) / path)
        root = f"{self.root}{os.sep}" if self.root != Path("/") else "/"
        return readable_path(full.removeprefix(root))

    def folders(self) -> list[Path]:
        """Return the folders from the target up to the root, the nearest first."""
        start = self.target if self.target.is_dir() else self.target.parent
        above = [folder for folder in start.parents if folder.is_relative_to(self.root)]
        return [start, *above]


def locate(target: str) -> Place:
    """Return the place of a target.

    Raises:
        SourceError: It is not there, or cannot be looked at.
    """
    path = Path(os.path.realpath(target))
    try:
        folder = path if path.is_dir() else path.parent
        if not path.exists():
            raise SourceError(target, "there is no such file or folder.")
        if path.is_dir():
            next(path.iterdir(), None)
        root = next((it for it in (folder, *folder.parents) if (it / ".git").exists()), folder)
    except OSError as error:
        raise SourceError(target, f"it cannot be looked into ({error.strerror}).") from error
    return Place(path, root)


def toml_table(path: Path, *keys: str, root: Path) -> dict[str, Any]:
    """Return the table under these keys of a TOML file below `root`; an empty one when there is none to be read."""
    try:
        found: Any = tomllib.loads(reading.text(path, root=root))
    except (OSError, ValueError, RecursionError):
        return {}
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
