"""Where a repository keeps its parts, found without running git in it."""

import os
from pathlib import Path
from typing import NamedTuple

from ami_audit.domain.errors import SourceError


class Location(NamedTuple):
    """One repository on disk.

    Attributes:
        git_dir: The folder with this worktree's `HEAD`.
        common_dir: The folder with refs, objects and configuration; `git_dir` itself but for linked worktrees.
        work_tree: The folder with the checked-out files; None for a bare repository.
    """

    git_dir: Path
    common_dir: Path
    work_tree: Path | None

    @property
    def root(self) -> Path:
        """The folder a person would call the repository."""
        return self.work_tree or self.git_dir

    @property
    def objects(self) -> Path:
        """The object database."""
        return self.common_dir / "objects"


def locate(path: Path) -> Location:
    """Return the repository that holds `path`; what does not exist (any more) is looked for from its parent.

    Raises:
        SourceError: Neither the path nor any folder above it is a repository, or it cannot be looked into.
    """
    start = Path(os.path.normpath(path.absolute()))
    try:
        for folder in (start, *start.parents):
            found = repository_in(folder)
            if found is not None:
                return found
    except OSError as error:
        raise SourceError(str(path), f"it cannot be looked into ({error.strerror}).") from error
    raise SourceError(str(path), "no Git repository there or in a folder above; name one, or run `git init`.")


def beginning(path: Path, size_bytes: int) -> bytes:
    """Return the first bytes of a regular file; nothing when there is none that can be read."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(size_bytes)
    except OSError:
        return b""


def repository_in(folder: Path) -> Location | None:
    """Return the repository whose work tree or Git folder this is; None when it is none."""
    if not folder.is_dir():
        return None
    dot_git = folder / ".git"
    if dot_git.is_file():
        return _linked(dot_git, folder)
    if _is_git_dir(dot_git):
        return _at(dot_git, folder)
    if folder.name == ".git" and _is_git_dir(folder):
        return _at(folder, folder.parent)
    return _at(folder, None) if _is_git_dir(folder) else None


def _linked(dot_git: Path, work_tree: Path) -> Location | None:
    # Linked worktrees and submodules: a file that says where the folder is.
    word, _, place = beginning(dot_git, 65_536).partition(b":")
    git_dir = work_tree / os.fsdecode(place.strip())
    return _at(git_dir, work_tree) if word == b"gitdir" and _is_git_dir(git_dir) else None


def _at(git_dir: Path, work_tree: Path | None) -> Location:
    git_dir = Path(os.path.normpath(git_dir))
    return Location(git_dir, _common(git_dir), work_tree)


def _common(git_dir: Path) -> Path:
    shared = os.fsdecode(beginning(git_dir / "commondir", 65_536).rstrip(b"\n"))
    return Path(os.path.normpath(git_dir / shared)) if shared else git_dir


def _is_git_dir(folder: Path) -> bool:
    head = folder / "HEAD"
    if not (head.is_file() or head.is_symlink()):
        return False
    return (folder / "commondir").is_file() or ((folder / "objects").is_dir() and (folder / "refs").is_dir())
