"""Reads files of the audited place: regular ones below its root, bounded, never a pipe, never outside."""

import os
import stat
from pathlib import Path


class UnreadableError(Exception):
    """A file that is not read; `reason` says why."""

    def __init__(self, reason: str, *, is_missing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_missing = is_missing


def read_below(root: Path, path: str, *, most_bytes: int) -> bytes:
    """Return the content of a file below `root`.

    Raises:
        UnreadableError: It is not there, not regular, larger than that, or leads out of the root.
    """
    place = inside(root, path)
    try:
        # Without waiting: opening a pipe to read would wait for whoever writes to it.
        handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise UnreadableError(reason, is_missing=isinstance(error, FileNotFoundError)) from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise UnreadableError("it is not a regular file")
    with os.fdopen(handle, "rb") as file:
        if found.st_size > most_bytes:
            raise UnreadableError(f"it is larger than {most_bytes // 1024:,} KiB")
        try:
            content = file.read(most_bytes + 1)
        except OSError as error:
            raise UnreadableError((error.strerror or "it cannot be read").lower()) from error
    if len(content) > most_bytes:
        raise UnreadableError(f"it is larger than {most_bytes // 1024:,} KiB")
    return content


def inside(root: Path, path: str) -> Path:
    """Return where a path leads below `root`, links resolved.

    Raises:
        UnreadableError: It leads out of the root.
    """
    try:
        base = root.resolve()
        place = (base / path).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise UnreadableError("its path cannot be resolved") from error
    if not place.is_relative_to(base):
        raise UnreadableError("it leads out of the audited place")
    return place
