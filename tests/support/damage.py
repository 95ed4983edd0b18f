"""Damage to a SQLite trail by someone who may write the file: guards and constraints taken off and put back."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.adapters.stores.sqlite.schema import migrate
from ami_audit.domain.errors import AuditError

_SCHEMA = "SELECT name, sql FROM sqlite_schema WHERE type = ? ORDER BY rowid"


class Column(NamedTuple):
    """One column of the trail's schema."""

    table: str
    name: str
    kind: str
    key: tuple[str, ...]


def columns() -> list[Column]:
    """Return every column of every table, as the schema itself says."""
    connection = apsw.Connection(":memory:")
    migrate(connection)
    tables = [name for name, _ in _rows(connection, _SCHEMA, "table")]
    found: list[Column] = []
    for table in tables:
        rows = _rows(connection, "SELECT name, type, pk FROM pragma_table_xinfo(?)", table)
        key = tuple(name for name, _, place in sorted(rows, key=lambda row: row[2]) if place)
        found += [Column(table, name, kind, key) for name, kind, _ in rows]
    return found


@contextmanager
def unguarded(path: Path) -> Iterator[apsw.Connection]:
    """Open a trail without triggers, types or checks; put back exactly what was there when it is left."""
    connection = _hasty(path)
    triggers = _rows(connection, _SCHEMA, "trigger")
    tables = _rows(connection, _SCHEMA, "table")
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    rewrite(connection, {name: _loose(sql) for name, sql in tables})
    connection.close()
    connection = _hasty(path)
    yield connection
    rewrite(connection, dict(tables))
    connection.close()
    connection = _hasty(path)
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()


def _hasty(path: Path) -> apsw.Connection:
    """Open a database without waiting for the disk: a damaged copy need not survive a power cut."""
    connection = apsw.Connection(str(path))
    connection.pragma("synchronous", "OFF")
    return connection


def _rows(connection: apsw.Connection, statement: str, *bindings: str) -> list[Any]:
    rows: list[Any] = connection.execute(statement, bindings).fetchall()
    return rows


def rewrite(connection: apsw.Connection, tables: dict[str, str]) -> None:
    """Replace the text of tables in the schema."""
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
    connection.pragma("writable_schema", 1)
    for name, sql in tables.items():
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (sql, name))
    connection.pragma("writable_schema", 0)


def _loose(sql: str) -> str:
    """Return a table's text without types and constraints, laid out on disk as before."""
    sql = re.sub(r"CHECK \((?:[^()]|\([^()]*\))*\)|NOT NULL|--.*", "", sql)
    sql = sql.replace(") STRICT, WITHOUT ROWID", ") WITHOUT ROWID").replace(") STRICT", ")")
    # Only an INTEGER PRIMARY KEY is the row's own number; other columns keep whatever they are given.
    return re.sub(r" (INTEGER|TEXT|BLOB)(?! PRIMARY KEY)", "", sql)


def changed(value: Any, where: int, bit: int) -> Any:
    """Return a value with one bit flipped; nothing becomes something."""
    match value:
        case None:
            return "x"
        case int():
            flipped = value ^ (1 << (where % 63))
            return flipped if -(1 << 63) <= flipped < (1 << 63) else value ^ 1
        case bytes():
            raw = bytearray(value or b"\0")
        case _:
            raw = bytearray(str(value).encode() or b"\0")
    raw[where % len(raw)] ^= 1 << bit
    return bytes(raw) if isinstance(value, bytes) else raw


def write(database: apsw.Connection, column: Column, key: Sequence[Any], *, value: Any, is_text: bool) -> None:
    """Put a value into a row; `is_text` keeps the bytes of a text column a text."""
    written = "CAST(? AS TEXT)" if is_text else "?"
    place = " AND ".join(f"{name} IS ?" for name in column.key)
    database.execute(
        f"UPDATE {column.table} SET {column.name} = {written} WHERE {place}",
        (bytes(value) if isinstance(value, bytearray) else value, *key),
    )


async def testimony(path: Path) -> list[Any]:
    """Return everything that the store's readers and inspectors say of a trail; an error is something said, too."""
    try:
        store = await SqliteStore.open(path)
    except AuditError as error:
        return [str(error)]
    try:
        return [part async for part in _said(store)]
    finally:
        await store.close()


async def _said(store: SqliteStore) -> Any:
    try:
        yield await store.head()
        records = await store.read(-(1 << 63), count=10_000)
        yield list(records)
        yield [await store.tiles(level, first=0, count=100) for level in range(8)]
        yield await store.key_events()
        yield await store.checkpoints()
        yield await store.cosignatures()
        yield await store.disclosures(-(1 << 62), count=(1 << 63) - 1)
        yield await store.erased(-(1 << 62), count=(1 << 63) - 1)
        yield [await store.prunings(), await store.pruned_facts()]
        yield [fault async for fault in store.inspect()]
        yield list(await store.compare(records))
    except AuditError as error:
        yield str(error)


def heard(path: Path) -> list[Any]:
    """Return `testimony` from plain code."""
    return asyncio.run(testimony(path))
