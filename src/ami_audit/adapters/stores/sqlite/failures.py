"""What SQLite's errors mean to whoever runs the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from ami_audit.domain.errors import IntegrityError, StoreError

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (apsw.BusyError, "another process is writing to it; end that run, or wait for it, and try again"),
    (apsw.LockedError, "another part of this process is writing to it"),
    (apsw.FullError, "the disk is full; free some space and try again"),
    (apsw.ReadOnlyError, "it cannot be written; check who owns the file and its folder"),
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
        raise IntegrityError(f"`{path}` is damaged: {error}") from error
    except (apsw.Error, OSError) as error:
        if isinstance(error, apsw.SQLError) and str(error).startswith("no such"):
            raise IntegrityError(f"`{path}` is damaged: {error}") from error
        raise StoreError(f"{step} `{path}`", reason_of(error)) from error


def reason_of(error: Exception) -> str:
    """Return why, and what to do where that is known."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return next((reason for kind, reason in _REASONS if isinstance(error, kind)), said)
