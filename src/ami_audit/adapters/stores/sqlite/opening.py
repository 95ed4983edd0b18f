"""How a trail's database is found, made and opened."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import apsw

from ami_audit.adapters.stores.sqlite import schema
from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.transactions import PATIENCE_MS
from ami_audit.domain.errors import StoreError

_STEP = "opening"
# Two records of usual size fill a page of 4096 bytes badly; 8192 packs them and still writes little for one record.
_PAGE_BYTES = 8192
_CACHE_KIB = 32 * 1024
_WAL_LIMIT_BYTES = 64 << 20
_LEAST_INDEX_BYTES = 32 << 10


def opened(path: Path, *, read_only: bool) -> tuple[Path, apsw.Connection]:
    """Return the absolute path and a connection to the trail there; a new one when nothing is and writing is allowed.

    Raises:
        IntegrityError: The file is damaged.
        StoreError: It cannot be opened, or is no trail of ours.
    """
    path = path.absolute()
    with speaking_of(_STEP, path):
        _check_place(path, read_only=read_only)
        if not path.exists():
            _make(path)
        return path, _connected(path, read_only=read_only)


def _check_place(path: Path, *, read_only: bool) -> None:
    if path.is_dir():
        raise StoreError(f"{_STEP} `{path}`", "it is a folder; name a file")
    if path.exists():
        if not path.stat().st_size:
            raise StoreError(
                f"{_STEP} `{path}`", "it is empty: not a trail, or one cut to nothing; move it away to begin a new one"
            )
        return
    log = _beside(path, "-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(
            f"{_STEP} `{path}`", f"the file is gone but its log `{log}` is not; restore the file, or move the log away"
        )
    if read_only:
        raise StoreError(f"{_STEP} `{path}`", "there is no such file")


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _make(path: Path) -> None:
    """Make an empty trail that appears under its name whole or not at all, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _beside(path, f".new-{secrets.token_hex(4)}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = apsw.Connection(str(draft))
        try:
            connection.pragma("page_size", _PAGE_BYTES)
            # In one file until it is whole: what is still in a log when it is published would be lost.
            connection.pragma("synchronous", "EXTRA")
            schema.migrate(connection)
            _log_ahead(connection, path)
        finally:
            connection.close()
        _publish(draft, path)
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):  # `store check` names what could not be deleted
                _beside(draft, ending).unlink(missing_ok=True)


def _publish(draft: Path, path: Path) -> None:
    # A link never replaces a trail that another process has made meanwhile; that one is then ours too.
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    except OSError:
        if not path.exists():  # a file system without links: the moment between is accepted
            draft.rename(path)
    with _descriptor(path.parent) as folder:
        os.fsync(folder)


@contextmanager
def _descriptor(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _connected(path: Path, *, read_only: bool) -> apsw.Connection:
    """Return a connection that is ready for use.

    Without its log's index a database in WAL mode can be read only where that index can be made. Where nothing can be
    made, for want of rights or of room, nobody writes either, so the file may be taken as it lies.
    """
    if not read_only:
        return _prepared(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE), path, read_only=False)
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    location = f"file:{quote(str(path.absolute()))}"
    if os.access(path.parent, os.W_OK) or _size_of(_beside(path, "-wal")):
        try:
            return _prepared(apsw.Connection(location, flags=flags), path, read_only=True)
        except (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError):
            if _size_of(_beside(path, "-wal")) or _size_of(_beside(path, "-shm")) >= _LEAST_INDEX_BYTES:
                raise
    return _prepared(apsw.Connection(f"{location}?immutable=1", flags=flags), path, read_only=True)


def _size_of(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _prepared(connection: apsw.Connection, path: Path, *, read_only: bool) -> apsw.Connection:
    try:
        connection.set_busy_timeout(PATIENCE_MS)
        _prepare(connection, path, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: apsw.Connection, path: Path, *, read_only: bool) -> None:
    reason = schema.stranger(connection)
    if reason is not None:
        raise StoreError(f"{_STEP} `{path}`", reason)
    connection.pragma("cache_size", -_CACHE_KIB)
    connection.pragma("temp_store", "MEMORY")  # a full disk, or one that is not ours to write, must not stop a query
    if read_only:
        return
    _log_ahead(connection, path)
    schema.migrate(connection)


def _log_ahead(connection: apsw.Connection, path: Path) -> None:
    """Set what durability rests on, and make sure that it was taken."""
    if connection.pragma("journal_mode", "wal") != "wal":
        raise StoreError(f"{_STEP} `{path}`", "its file system cannot share a log between processes; use a local disk")
    connection.pragma("synchronous", "FULL")
    connection.pragma("journal_size_limit", _WAL_LIMIT_BYTES)
