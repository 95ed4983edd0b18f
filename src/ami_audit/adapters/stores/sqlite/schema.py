"""Which tables, indexes and triggers a trail's database has, and whether a file is such a database."""

from functools import cache
from typing import cast

import apsw

from ami_audit.adapters.stores.sqlite.reading import text
from ami_audit.adapters.stores.sqlite.statements import SQL, migrations
from ami_audit.adapters.stores.sqlite.transactions import committed

APPLICATION_ID = int.from_bytes(b"AMIA")


def version(connection: apsw.Connection) -> int:
    """Return how many migrations the database has seen."""
    return int(cast("int", connection.pragma("user_version")))


def stranger(connection: apsw.Connection) -> str | None:
    """Return why this database is not one that we may use, or None."""
    if connection.pragma("application_id") != APPLICATION_ID:
        return "it is not an ami-audit database; name another file"
    found, known = version(connection), len(migrations())
    if found > known:
        return f"it is of version {found}, newer than the {known} that this ami-audit knows; upgrade ami-audit"
    return None


def migrate(connection: apsw.Connection) -> None:
    """Bring the schema to the newest version; several processes may try at once."""
    if version(connection) == len(migrations()):
        return
    connection.execute("BEGIN IMMEDIATE")
    with committed(connection):
        for number, script in enumerate(migrations()[version(connection) :], version(connection) + 1):
            connection.execute(script)
            connection.pragma("user_version", number)
        connection.pragma("application_id", APPLICATION_ID)


def described(connection: apsw.Connection) -> frozenset[tuple[str, ...]]:
    """Return (type, name, table, SQL) of everything in the schema."""
    rows = connection.execute(SQL["schema"])
    return frozenset(tuple(text(value) for value in row) for row in rows)


@cache
def expected(number: int) -> frozenset[tuple[str, ...]]:
    """Return what `described` says of a sound database that has seen that many migrations."""
    connection = apsw.Connection(":memory:")
    try:
        for script in migrations()[:number]:
            connection.execute(script)
        return described(connection)
    finally:
        connection.close()
