"""Is a changed value noticed, whichever table and column it stands in?"""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.support.damage import Column, columns, heard, rewrite, unguarded
from tests.support.sealing import Seals
from tests.support.witnesses import witness_key

from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.domain.linkage import (
    ErasedValue,
    Head,
    PruneOrder,
    SealedDisclosure,
    StoredCheckpoint,
    StoredCosignature,
)
from ami_audit.domain.query import AuditFilter

_INDEXED = 250
_SIZE = 260
_TABLES = sorted({column.table for column in columns()})


def _flipped(value: Any) -> Any:
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"\0"
    if isinstance(value, str):
        return chr(ord(value[0]) ^ 1) + value[1:] if value else "x"
    return value ^ 1 if isinstance(value, int) else 1


def _flipped_last(value: Any) -> Any:
    if isinstance(value, bytes) and value:
        return value[:-1] + bytes([value[-1] ^ 0x80])
    if isinstance(value, str) and value:
        return value[:-1] + chr(ord(value[-1]) ^ 2)
    return -value if isinstance(value, int) and value else 1 << 40


def _of_another_type(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value.encode() if isinstance(value, str) else str(value)


_CHANGES: dict[str, Callable[[Any], Any]] = {
    "flipped": _flipped,
    "flipped last": _flipped_last,
    "of another type": _of_another_type,
    "real": lambda value: float(value) + 0.5 if isinstance(value, int) else 0.5,
    "the same number, real": lambda value: float(value) if isinstance(value, int) else 1.0,
    "nothing": lambda _value: None,
    "in another case": lambda value: value.swapcase() if isinstance(value, str) else value,
    "cut": lambda value: value[:-1] if isinstance(value, bytes | str) else value,
    "longer": lambda value: value + value[:1] if isinstance(value, bytes | str) else value,
    "emptied": lambda value: value[:0] if isinstance(value, bytes | str) else 0,
    "text with a zero": lambda value: value + "\0" if isinstance(value, str) else value,
    "bytes that are no text": lambda value: value,  # written as CAST(x'ff' AS TEXT)
    "one more": lambda value: value + 1 if isinstance(value, int) else value,
    "one less": lambda value: value - 1 if isinstance(value, int) else value,
}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trail with rows in every table, not quite all of its records indexed."""
    path = tmp_path_factory.mktemp("pristine") / "audit.db"
    asyncio.run(_fill(path))
    return path


async def _fill(path: Path) -> None:
    store = await SqliteStore.open(path)
    seals = Seals()
    sealed = [SealedDisclosure(sequence, bytes([sequence]) * 32, b"subject." * 2, b"sealed") for sequence in range(4)]
    await store.append(replace(seals.some(_INDEXED, context={}), disclosures=sealed), after=Head())
    await store.query(AuditFilter())
    await store.erase([ErasedValue(sequence, bytes([sequence]) * 32, 7) for sequence in range(2)])
    await store.add_checkpoint(StoredCheckpoint(_SIZE, "example.org/trail\n260\nA root\n\n— a signature\n"))
    head = seals.head
    nothing_goes = PruneOrder(256, range(256), [bytes([number]) * 32 for number in (1, 2)])
    await store.append(replace(seals.some(_SIZE - _INDEXED, context={}), pruning=nothing_goes), after=head)
    await store.add_cosignatures([StoredCosignature(_SIZE, str(witness_key(name)), bytes(72)) for name in ("w1", "w2")])
    await store.close()


@pytest.fixture(scope="module")
def expected(pristine: Path) -> list[Any]:
    """What readers and inspectors say of the trail while it is sound."""
    said = heard(pristine)
    assert said[-2:] == [[], []]
    return said


@pytest.fixture
def copy(pristine: Path, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return Path(shutil.copy(pristine, tmp_path / "audit.db"))


def test_taking_guards_off_and_putting_them_back_is_not_noticed(copy: Path, expected: list[Any]) -> None:
    """Else the tests below would see the tampering's traces and not the changed value."""
    with unguarded(copy):
        pass
    assert heard(copy) == expected


@pytest.mark.parametrize("change", _CHANGES)
@pytest.mark.parametrize("column", columns(), ids=lambda column: f"{column.table}.{column.name}")
def test_a_changed_value_is_noticed(
    pristine: Path, tmp_path: Path, column: Column, change: str, expected: list[Any]
) -> None:
    """Verification promises to name any changed byte: no column may be one that nobody looks at."""
    for place in ("ASC", "DESC"):
        copy = Path(shutil.copy(pristine, tmp_path / f"{place}.db"))
        with unguarded(copy) as connection:
            has_changed = _change(connection, column, change, place)
        if has_changed:
            said = heard(copy)
            assert said != expected, f"{place} {column}"


def _change(connection: apsw.Connection, column: Column, change: str, place: str) -> bool:
    table, name, _, key = column
    order = ", ".join(f"{part} {place}" for part in key)
    (*keys, value) = _first(connection, f"SELECT {', '.join(key)}, {name} FROM {table} ORDER BY {order}")
    everything = f"SELECT CAST({name} AS BLOB), typeof({name}) FROM {table} ORDER BY {', '.join(key)}"
    before = connection.execute(everything).fetchall()
    is_no_text = change == "bytes that are no text"
    where = " AND ".join(f"{part} = ?" for part in key)
    update = f"UPDATE {table} SET {name} = {'CAST(? AS TEXT)' if is_no_text else '?'} WHERE {where}"
    try:
        connection.execute(update, [b"\xff" if is_no_text else _CHANGES[change](value), *keys])
    except (apsw.ConstraintError, apsw.MismatchError):
        return False  # another row has that key, or a row's own number cannot be that
    return connection.execute(everything).fetchall() != before


def _first(connection: apsw.Connection, statement: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(statement + " LIMIT 1").fetchone()
    return row


@pytest.mark.parametrize("place", ["ASC", "DESC"])
@pytest.mark.parametrize("table", _TABLES)
def test_a_deleted_row_is_noticed(copy: Path, table: str, place: str, expected: list[Any]) -> None:
    """What is gone must be missed, in every table."""
    key = next(column.key for column in columns() if column.table == table)
    order = ", ".join(f"{part} {place}" for part in key)
    names = ", ".join(key)
    with unguarded(copy) as connection:
        connection.execute(
            f"DELETE FROM {table} WHERE ({names}) IN (SELECT {names} FROM {table} ORDER BY {order} LIMIT 1)"
        )
        assert connection.changes() == 1
    assert heard(copy) != expected


@pytest.mark.parametrize("number", [-1, 7_000, (1 << 62), -(1 << 63)])
@pytest.mark.parametrize("table", _TABLES)
def test_an_added_row_is_noticed(copy: Path, table: str, number: int, expected: list[Any]) -> None:
    """A row that nothing else speaks of could be taken for part of the trail."""
    names = [column.name for column in columns() if column.table == table]
    key = next(column.key for column in columns() if column.table == table)
    values = ", ".join("?1" if name == key[-1] else name for name in names)
    with unguarded(copy) as connection:
        connection.execute(f"INSERT INTO {table} SELECT {values} FROM {table} LIMIT 1", (number,))
    assert heard(copy) != expected


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER records_stay",
        "DROP TRIGGER head_forward",
        "DROP INDEX record_index_action",
        "CREATE TRIGGER more AFTER INSERT ON records BEGIN SELECT 1; END",
        "CREATE TABLE more (a)",
        "CREATE INDEX more ON records (nonce)",
        "CREATE VIEW more AS SELECT 1",
        "DROP TRIGGER tiles_stay; CREATE TRIGGER tiles_stay BEFORE UPDATE ON tiles BEGIN SELECT 1; END",
        "ALTER TABLE records ADD COLUMN more TEXT",
        "ANALYZE",
        "PRAGMA application_id = 7",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = 99",
    ],
)
def test_a_changed_schema_is_noticed(copy: Path, statement: str, expected: list[Any]) -> None:
    """A guard that was taken off is how the next change would stay unseen."""
    connection = apsw.Connection(str(copy))
    connection.execute(statement)
    connection.close()
    assert heard(copy) != expected


def test_a_table_made_lax_is_noticed(copy: Path, expected: list[Any]) -> None:
    """The text of a table is part of its guards: STRICT taken away lets other types in."""
    connection = apsw.Connection(str(copy))
    (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'head'").fetchone()
    rewrite(connection, {"head": sql.replace(" STRICT", "")})
    connection.close()
    assert heard(copy) != expected


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=150,
    phases=[Phase.explicit, Phase.generate],
)
@given(data=st.data())
def test_a_damaged_file_never_crashes_a_reader(pristine: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Bits rot anywhere: every answer is the sound one, another one, or one of our own errors; never a traceback."""
    raw = bytearray(pristine.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    copy = tmp_path / "audit.db"
    for part in tmp_path.glob("audit.db*"):
        part.unlink()
    copy.write_bytes(raw)
    assert heard(copy)


def test_a_file_cut_short_never_crashes_a_reader(pristine: Path, tmp_path: Path, expected: list[Any]) -> None:
    """A copy that was interrupted is the commonest damage of all."""
    raw = pristine.read_bytes()
    for part in range(1, 20):
        copy = tmp_path / f"{part}.db"
        copy.write_bytes(raw[: len(raw) * part // 20])
        assert heard(copy) != expected
