"""What SQLite's errors mean to whoever runs the trail."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from ami_audit.domain.errors import IntegrityError, StoreError

_FULL = "the disk is full; free some space and try again"
_KEEP = "copy its folder away as evidence, and restore the trail from a copy that verifies"
_PLACES = {
    errno.EROFS: "its file system is read-only; remount it, or name another place with `--store`",
    errno.ENOSPC: _FULL,
    errno.EDQUOT: "your share of the disk is used up; free some space and try again",
}
_LEAST_BYTES = 64 << 10

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (apsw.BusyError, "another process is writing to it; end that run, or wait for it, and try again"),
    (apsw.LockedError, "another part of this process is writing to it"),
    (apsw.FullError, _FULL),
    (apsw.ReadOnlyError, "it cannot be written; check who owns the file and its folder"),
    (
        apsw.IOError,
        "the disk or its file system reports an error; see the system's log, and then run `ami-audit store check`",
    ),
    (apsw.PermissionsError, "it may not be read; check who owns the file and its folder"),
    (PermissionError, "it may not be read or written; check who owns the file and its folder"),
    (apsw.CantOpenError, "it cannot be opened; check the file, its folder and who owns them"),
    (apsw.NotADBError, "it is not a database; name another file, or restore the trail from a copy"),
)


@contextmanager
def speaking_of(step: str, path: Path) -> Iterator[None]:
    """Turn the driver's errors into the house's.

    Args:
        step: What is being done, as the rest of "The store failed while …": `appending to`.
        path: The database.

    Raises:
        IntegrityError: The file's pages do not fit together, or hold what SQLite never writes, or a table is gone.
        StoreError: Everything else that the file, the disk or another process can do.
    """
    try:
        yield
    except (apsw.CorruptError, UnicodeDecodeError) as error:
        raise IntegrityError(f"`{path}` is damaged: {error}; {_KEEP}") from error
    except (apsw.Error, OSError) as error:
        if isinstance(error, apsw.SQLError) and str(error).startswith("no such"):
            raise IntegrityError(f"`{path}` is damaged: {error}; {_KEEP}") from error
        raise StoreError(f"{step} `{path}`", _reason_of(error, path)) from error


def _reason_of(error: Exception, path: Path) -> str:
    """Return why, and what to do where that is known."""
    disk = _disk_of(path)
    if isinstance(error, apsw.IOError) and disk and disk.f_bavail * disk.f_frsize < _LEAST_BYTES:
        return _FULL  # SQLite has no word for a log's index without room
    if isinstance(error, apsw.CantOpenError | apsw.ReadOnlyError) and disk and disk.f_flag & os.ST_RDONLY:
        return _PLACES[errno.EROFS]
    known = next((reason for kind, reason in _REASONS if isinstance(error, kind)), None)
    if known is not None or not isinstance(error, OSError):
        return known or str(error)
    usual = f"{error.strerror or error}; name another place with `--store`"
    return _PLACES.get(error.errno or 0, usual)


def _disk_of(path: Path) -> os.statvfs_result | None:
    try:
        return os.statvfs(path.parent)
    except OSError:
        return None
