"""Which repository a place lies in and what is checked out there, without obeying or waiting for its files.

No library opens it: each would read its configuration, which can name files anywhere, and pipes that never end.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))refs/[^\0\n]{1,1000}")
_SHORT_BYTES = 65_536
_PACKED_BYTES = 256 << 20
_MOST_STEPS = 5


def repository_around(place: Path) -> tuple[Path, str | None] | None:
    """Return the folder of the repository around a folder, and its commit; None outside one.

    The commit is None where there is none yet, and where only Git knows it (reftable).
    """
    start = place.resolve()
    for folder in (start, *start.parents):
        for git_dir, root in ((folder / ".git", folder), (folder, folder)):
            found = _git_dir(git_dir)
            if found is not None:
                return (root.parent if root.name == ".git" else root), _commit(found)
    return None


def _git_dir(place: Path) -> Path | None:
    """Return the folder with `HEAD`, following what a linked work tree has instead of one; None when it is none."""
    if not place.is_dir():
        word, _, where = _beginning(place, _SHORT_BYTES).partition(b":") if place.name == ".git" else (b"", b"", b"")
        if word != b"gitdir":
            return None
        place = place.parent / os.fsdecode(where.strip())
    is_whole = (place / "objects").is_dir() and (place / "refs").is_dir()
    return place if os.path.lexists(place / "HEAD") and (is_whole or (place / "commondir").is_file()) else None


def _commit(git_dir: Path) -> str | None:
    shared = os.fsdecode(_beginning(git_dir / "commondir", _SHORT_BYTES).strip())
    common = git_dir / shared
    name = "HEAD"
    for _ in range(_MOST_STEPS):
        said = _loose(git_dir if name == "HEAD" else common, name) or _packed(common, name)
        if _HASH.fullmatch(said):
            return said
        word, _, name = said.partition(":")
        name = name.strip()
        if word != "ref" or not _NAME.fullmatch(name):
            return None
    return None


def _loose(folder: Path, name: str) -> str:
    return os.fsdecode(_beginning(folder / name, _SHORT_BYTES)).strip()


def _packed(common: Path, name: str) -> str:
    wanted = os.fsencode(name)
    for line in _lines(common / "packed-refs"):
        commit, _, found = line.rstrip(b"\n").partition(b" ")
        if found == wanted:
            return os.fsdecode(commit)
    return ""


def _beginning(path: Path, size_bytes: int) -> bytes:
    """Return the first bytes of a regular file; nothing when there is none that can be read."""
    handle = _opened(path)
    if handle is None:
        return b""
    with os.fdopen(handle, "rb") as file:
        return file.read(size_bytes)


def _lines(path: Path) -> Iterator[bytes]:
    handle = _opened(path)
    if handle is None:
        return
    with os.fdopen(handle, "rb") as file:
        left = _PACKED_BYTES
        while left > 0 and (line := file.readline(_SHORT_BYTES)):
            left -= len(line)
            yield line


def _opened(path: Path) -> int | None:
    try:
        # Without waiting: opening a pipe to read would wait for whoever writes to it.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    return None
