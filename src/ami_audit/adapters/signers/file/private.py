"""Reads files and folders that only their owner may touch."""

import errno
import os
import stat
from pathlib import Path
from pwd import getpwuid
from shlex import quote

from ami_audit.domain.errors import KeyStoreError

_LARGEST_BYTES = 1 << 16
# Not followed, not waited for (a FIFO), never a terminal of ours: it is looked at before anything is read.
_CAREFULLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def read_private(path: Path) -> str:
    """Return the text of a file that belongs to us and that nobody else can read.

    Raises:
        FileNotFoundError: There is no such file.
        KeyStoreError: It is something else than a file, somebody else's, or open to others; says what to do.
    """
    descriptor = _opened(path)
    try:
        _check(os.fstat(descriptor), path)
        raw = os.read(descriptor, _LARGEST_BYTES + 1)
    except OSError as error:
        raise KeyStoreError(f"The key file `{path}` cannot be read: {error.strerror}") from error
    finally:
        os.close(descriptor)
    if len(raw) > _LARGEST_BYTES:
        raise KeyStoreError(f"The key file `{path}` is far too large for a key.")
    return raw.decode("utf-8", "replace")


def _opened(path: Path) -> int:
    try:
        return os.open(path, _CAREFULLY)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise KeyStoreError(
                f"The key file `{path}` is a symbolic link; put the key itself there, "
                "or set AMI_AUDIT_KEYS_DIR to the folder where it lies."
            ) from error
        raise KeyStoreError(f"The key file `{path}` cannot be opened: {error.strerror}") from error


def _check(found: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise KeyStoreError(f"A folder stands in the place of the key file `{path}`; move it away.")
    if not stat.S_ISREG(found.st_mode):
        raise KeyStoreError(f"`{path}` is not a regular file, so no key is read from it.")
    _check_owner(found, path)
    if found.st_mode & 0o077:
        raise KeyStoreError(
            f"The key file `{path}` is open to other users (mode {stat.S_IMODE(found.st_mode):04o}); close it with "
            f"`chmod 600 {quote(str(path))}`, and rotate the key if anybody may have read it."
        )


def _check_owner(found: os.stat_result, path: Path) -> None:
    if found.st_uid != os.geteuid():
        raise KeyStoreError(
            f"`{path}` belongs to {_name_of(found.st_uid)}, not to {_name_of(os.geteuid())} who runs this; "
            "run as its owner, or set AMI_AUDIT_KEYS_DIR to a folder of your own."
        )


def _name_of(uid: int) -> str:
    try:
        return getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def check_folder(folder: Path) -> bool:
    """Return whether the folder is there, and safe to keep keys in.

    Raises:
        KeyStoreError: Something else stands there, it is somebody else's, or others may write in it.
    """
    try:
        found = folder.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise KeyStoreError(f"The key folder `{folder}` cannot be read: {error.strerror}") from error
    if not stat.S_ISDIR(found.st_mode):
        raise KeyStoreError(f"`{folder}` is not a folder; set AMI_AUDIT_KEYS_DIR to one where keys may lie.")
    _check_owner(found, folder)
    if found.st_mode & 0o022:
        raise KeyStoreError(
            f"Other users may put keys into the folder `{folder}` (mode {stat.S_IMODE(found.st_mode):04o}); "
            f"close it with `chmod 700 {quote(str(folder))}`."
        )
    return True


def make_folder(folder: Path) -> None:
    """Make the folder, mode 0700, if it is not there.

    Raises:
        KeyStoreError: It cannot be made, or what is there is not safe.
    """
    if check_folder(folder):
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise KeyStoreError(
            f"No key can be kept in `{folder}`: {error.strerror}. "
            "Set AMI_AUDIT_KEYS_DIR to a folder that you can write, outside the repository."
        ) from error
    check_folder(folder)
