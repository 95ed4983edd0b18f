"""Reads files of the audited place: regular ones below its root, bounded; never a pipe, never outside."""

import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path

MOST_BYTES = 4 << 20
# Opening a pipe must not wait for whoever writes to it; a link was resolved before.
_CAREFULLY = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC


class UnreadError(OSError):
    """A file that is not read; says why in half a sentence."""


def read(path: Path, *, root: Path | None) -> bytes:
    """Return a file's content.

    Args:
        path: It.
        root: What it must lie below, links resolved; None when the user has named it.

    Raises:
        UnreadError: It is not there, no regular file, larger than 4 MiB, or leads out of the root.
    """
    try:
        with _opened(path, root) as file:
            content = file.read(MOST_BYTES + 1)
    except UnreadError:
        raise
    except (OSError, ValueError) as error:
        raise UnreadError((getattr(error, "strerror", "") or "its name is none").lower()) from error
    if len(content) > MOST_BYTES:
        raise UnreadError("it is larger than 4 MiB")
    return content


def text(path: Path, *, root: Path) -> str:
    """Return a file's content as text.

    Raises:
        UnreadError: As for `read`, or it is no UTF-8.
    """
    try:
        return read(path, root=root).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadError("it is no UTF-8") from error


def sha256_of(path: Path, root: Path) -> str:
    """Return the hex SHA-256 of a file's content; empty when it is no regular file below the root, or unreadable."""
    try:
        with _opened(path, root) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def leaves(path: Path, root: Path) -> bool:
    """Return whether a path, links resolved, is outside of the root."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def _opened(path: Path, root: Path | None) -> BufferedReader:
    if root is not None and leaves(path, root):
        raise UnreadError("it leads out of the audited place")
    handle = os.open(os.path.realpath(path), _CAREFULLY)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnreadError("it is no regular file")
    return os.fdopen(handle, "rb")
