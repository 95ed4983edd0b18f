"""How a writing transaction begins and ends, whoever writes."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

# A reader waits only for a log that is being recovered or emptied; that takes moments.
PATIENCE_MS = 5000


def has_begun(connection: apsw.Connection) -> bool:
    """Begin a writing transaction, or return False at once when another writer holds its turn."""
    connection.set_busy_timeout(0)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except apsw.BusyError:
        return False
    finally:
        connection.set_busy_timeout(PATIENCE_MS)
    return True


def undo(connection: apsw.Connection) -> None:
    """End the transaction without effect; a full disk may have ended it already."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def committed(connection: apsw.Connection) -> Iterator[None]:
    """Commit the transaction that has begun when the body succeeds, and undo it otherwise."""
    try:
        yield
        connection.execute("COMMIT")
    finally:
        undo(connection)
