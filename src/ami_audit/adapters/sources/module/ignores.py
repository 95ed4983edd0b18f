"""What Git leaves alone: ignored and not tracked."""

import os
import shutil
import stat
import weakref
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from ami_audit.adapters.sources.module.repository import GitFolders, folders_around, small_file


class Ignores:
    """The ignore rules of the repository around a folder; outside one nothing is ignored."""

    def __init__(self, root: Path) -> None:
        """Args: `root` is what the paths that are asked for are relative to."""
        self._root = root
        self._folders = folders_around(root)
        self._tracked = _tracked(self._folders)
        self._rules = self._opened(self._folders) if self._folders else None
        self._readable: dict[str, bool] = {}
        self._entered: set[str] = set()

    def enter(self, folder: Path) -> None:
        """Note that a folder is ignored as a whole."""
        self._entered.add(str(folder))

    def is_inside(self, folder: str) -> bool:
        """Return whether a folder is one of those, or lies in one."""
        return any(folder == known or folder.startswith(f"{known}{os.sep}") for known in self._entered)

    def has(self, path: str, *, is_folder: bool = False) -> bool:
        """Return whether Git ignores a path below the root and tracks nothing there."""
        if self._folders is None or self._rules is None:
            return False
        inside = os.path.relpath(self._root / path, self._folders.top)
        if inside.startswith("..") or inside in self._tracked or not self._can_be_asked(self._folders.top, inside):
            return False
        return bool(self._rules.path_is_ignored(f"{inside}/" if is_folder else inside))

    def _opened(self, folders: GitFolders) -> Any:
        """Return a repository of our own over that work tree: the audited one's configuration could name anything."""
        import pygit2

        place = mkdtemp(prefix="ami-audit-ignores-")
        weakref.finalize(self, shutil.rmtree, place, ignore_errors=True)
        try:
            repository = pygit2.init_repository(place, bare=True)
            (Path(place) / "info").mkdir(exist_ok=True)
            (Path(place) / "info" / "exclude").write_bytes(small_file(folders.common / "info" / "exclude"))
            repository.workdir = str(folders.top)
        except (pygit2.GitError, OSError, ValueError):
            return None
        return repository

    def _can_be_asked(self, top: Path, inside: str) -> bool:
        """Return whether all rules on the way are regular files; the library would wait for a pipe."""
        return all(self._is_readable(top / folder / ".gitignore") for folder in Path(inside).parents)

    def _is_readable(self, rules: Path) -> bool:
        name = str(rules)
        if name not in self._readable:
            try:
                self._readable[name] = stat.S_ISREG(rules.stat().st_mode)
            except OSError as error:
                self._readable[name] = isinstance(error, FileNotFoundError)
        return self._readable[name]


def _tracked(folders: GitFolders | None) -> frozenset[str]:
    """Return what is tracked, and the folders that it lies in."""
    import pygit2

    index = folders.own / "index" if folders else None
    try:
        # Another kind of file than a regular one would be waited for.
        paths = [entry.path for entry in pygit2.Index(str(index))] if index and index.is_file() else []
    except (pygit2.GitError, OSError, ValueError):
        return frozenset()
    above = {parent.as_posix() for path in paths for parent in Path(path).parents}
    return frozenset(paths) | above
