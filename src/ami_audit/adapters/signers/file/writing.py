"""Writes files that only their owner may touch, whole and durable or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ami_audit.domain.errors import KeyStoreError

_NO_LINKS_HERE = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def create(path: Path, text: str) -> None:
    """Write a new file, mode 0600, whole and durable or not at all; an existing one is never overwritten.

    Raises:
        FileExistsError: There is one already.
        KeyStoreError: It cannot be written.
    """
    with _speaking_of(path):
        draft = _drafted(path, text)
        try:
            _settle(draft, path)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()
        _sync(path.parent)


def replace(path: Path, text: str) -> None:
    """Write a file, mode 0600, whole and durable, in the place of what was there.

    Raises:
        KeyStoreError: It cannot be written; what was there is as it was.
    """
    with _speaking_of(path):
        draft = _drafted(path, text)
        try:
            draft.replace(path)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()
        _sync(path.parent)


def remove(path: Path) -> None:
    """Delete a file, durably; one that is not there is no matter.

    Raises:
        KeyStoreError: It cannot be deleted.
    """
    with _speaking_of(path), suppress(FileNotFoundError):
        path.unlink()
        _sync(path.parent)


@contextmanager
def _speaking_of(path: Path) -> Iterator[None]:
    """Turn what the system refuses into one sentence."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise KeyStoreError(
            f"`{path}` cannot be written: {error.strerror}. "
            "Set AMI_AUDIT_KEYS_DIR to a folder that you can write, outside the repository."
        ) from error


def _drafted(path: Path, text: str) -> Path:
    """Write the text beside `path` under a name nobody has, and return that name."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)  # whatever the umask
            file.write(text)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        draft.unlink()
        raise
    return draft


def _settle(draft: Path, path: Path) -> None:
    """Give a draft its name, unless something has that name."""
    try:
        os.link(draft, path)  # unlike a rename, a link never replaces
    except OSError as error:
        if error.errno not in _NO_LINKS_HERE:
            raise
        # A file system without hard links: the empty file takes the name, and only our own is replaced.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        draft.replace(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
