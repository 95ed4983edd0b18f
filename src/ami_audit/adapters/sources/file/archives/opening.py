"""Opens a file below a place, though somebody may be changing that place."""

import os
import stat
from typing import IO

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC


def opened(root: str, below: bytes) -> IO[bytes]:
    """Return a regular file, opened without following a link below `root`, its access time left alone.

    Args:
        root: The directory where a walk began, or the file itself.
        below: The file's path below it; empty for the file itself.

    Raises:
        OSError: It cannot be opened, or is no regular file any more.
    """
    if not below:
        return _regular(os.fsencode(root), None)
    *folders, name = below.split(b"/")
    directory = os.open(root, _DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, _DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
            os.close(directory)
            directory = inner
        return _regular(name, directory)
    finally:
        os.close(directory)


def _regular(name: bytes, directory: int | None) -> IO[bytes]:
    try:
        descriptor = os.open(name, _FILE | os.O_NOATIME, dir_fd=directory)
    except PermissionError:  # only a file's owner may ask for that
        descriptor = os.open(name, _FILE, dir_fd=directory)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is no regular file any more")
    return os.fdopen(descriptor, "rb", buffering=0)
