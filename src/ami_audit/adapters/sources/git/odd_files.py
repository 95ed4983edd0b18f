"""What git would wait for without end: pipes and devices among a repository's own files."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ami_audit.adapters.sources.git.location import Location, beginning
from ami_audit.domain.errors import SourceError

_OF_ALL = ("config", "packed-refs", "shallow", "objects/info/alternates", "objects/info/commit-graph")
_OF_ONE = ("HEAD", "commondir")
_ALTERNATES_BYTES = 1 << 20
_MOST_STORES = 100


def refuse_odd_files(location: Location) -> None:
    """Raise when git, reading the repository, would come upon a file that has no end.

    Raises:
        SourceError: There is one; names it.
    """
    try:
        odd = next(_odd(location), None)
    except OSError as error:
        raise SourceError(str(location.root), f"`{error.filename}` cannot be looked at ({error.strerror}).") from error
    if odd is not None:
        raise SourceError(str(location.root), f"`{odd}` is no regular file; git would wait for it without end.")


def _odd(location: Location) -> Iterator[Path]:
    named = [location.git_dir / name for name in _OF_ONE] + [location.common_dir / name for name in _OF_ALL]
    yield from (path for path in named if _is_odd(path))
    for folder in (location.git_dir / "refs", location.common_dir / "refs", location.common_dir / "reftable"):
        yield from _below(folder)
    for objects in _stores(location.objects):
        yield from _below(objects)


def _stores(objects: Path) -> Iterator[Path]:
    """Yield the object database and those it borrows from, which a repository names as it likes."""
    waiting, seen = [objects], set[str]()
    while waiting and len(seen) < _MOST_STORES:
        store = waiting.pop()
        real = os.path.realpath(store)
        if real in seen:
            continue
        seen.add(real)
        yield store
        lines = beginning(store / "info" / "alternates", _ALTERNATES_BYTES).splitlines()
        waiting += [store / os.fsdecode(line) for line in lines if line and b"\0" not in line and line[:1] != b"#"]


def _below(folder: Path) -> Iterator[Path]:
    """Yield the odd files below a folder; linked folders are not entered, they may lead anywhere."""
    waiting = [str(folder)] if folder.is_dir() else []
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                entries = list(found)
        except (PermissionError, FileNotFoundError):
            continue  # git cannot look into it either, and says so
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif not entry.is_file(follow_symlinks=False) and _is_odd(Path(entry.path)):
                yield Path(entry.path)


def _is_odd(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False  # a link to nothing, too: git says so itself
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
