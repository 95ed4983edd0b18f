"""Does a fault say which record, which column and what was expected?"""

import asyncio
import shutil
from pathlib import Path

import apsw
import pytest
from tests.support.damage import unguarded
from tests.support.sealing import filled

from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.domain.errors import IntegrityError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.linkage import StoredCheckpoint
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.verification import Fault

_SIZE = 260


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound trail, indexed to its end."""
    path = tmp_path_factory.mktemp("pristine") / "audit.db"
    asyncio.run(_fill(path))
    return path


async def _fill(path: Path) -> None:
    store = await SqliteStore.open(path)
    await filled(store, _SIZE, context={})
    await store.add_checkpoint(StoredCheckpoint(_SIZE, "note\n"))
    await store.query(AuditFilter())
    await store.close()


@pytest.fixture
def copy(pristine: Path, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return Path(shutil.copy(pristine, tmp_path / "audit.db"))


async def _faults(path: Path) -> list[Fault]:
    store = await SqliteStore.open(path)
    try:
        return [fault async for fault in store.inspect()] + list(await store.compare(await store.read(0, count=_SIZE)))
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("damage", "check", "where", "field"),
    [
        ("UPDATE record_index SET actor = 'eve' WHERE sequence = 17", "column", "record 17", "record_index.actor"),
        ("UPDATE record_index SET severity = NULL WHERE sequence = 17", "column", "record 17", "record_index.severity"),
        ("UPDATE record_index SET fact = x'00' WHERE sequence = 17", "column", "record 17", "record_index.fact"),
        (
            "UPDATE records SET record_id = upper(record_id) WHERE sequence = 3",
            "column",
            "record 3",
            "records.record_id",
        ),
        ("DELETE FROM record_index WHERE sequence = 9", "column", "record 9", "record_index"),
        ("UPDATE record_index SET sequence = 900 WHERE sequence = 9", "column", "record 900", "record_index"),
        ("UPDATE indexed SET size = 261", "column", "indexed.size", "indexed.size"),
        ("UPDATE indexed SET size = 259", "column", "record 259", "record_index"),
        ("DELETE FROM indexed", "column", "indexed", "id"),
        ("DELETE FROM head", "head", "head", "id"),
        ("INSERT INTO head SELECT 2, size, record_hash, root, frontier, recorded_at FROM head", "head", "head", "id"),
        ("UPDATE head SET size = 259", "sequence", "record 259", "sequence"),
        ("UPDATE records SET sequence = -4 WHERE sequence = 259", "sequence", "record -4", "sequence"),
        ("INSERT INTO tiles VALUES (0, 1, zeroblob(8192))", "tile", "tile 0/1", None),
        ("INSERT INTO tiles VALUES (9, 0, zeroblob(8192))", "tile", "tile 9/0", None),
        ("UPDATE key_events SET position = 1", "key", "key event of record 0", "position"),
    ],
)
async def test_damage_is_named(copy: Path, damage: str, check: str, where: str, field: str | None) -> None:
    """A person must be able to look at the very row, and a report to say what can still be trusted."""
    with unguarded(copy) as connection:
        connection.execute(damage)
    found = {(fault.check, fault.where, fault.field): fault for fault in await _faults(copy)}
    assert (check, where, field) in found, found
    assert found[check, where, field].breaks <= VerificationLevel.HASHES


async def test_a_differing_column_says_what_was_expected(copy: Path) -> None:
    """Evidence is both values, not only that they differ."""
    with unguarded(copy) as connection:
        connection.execute("UPDATE record_index SET actor = 'eve' WHERE sequence = 17")
    (fault,) = await _faults(copy)
    assert fault.detail == "expected `user2`, found `eve`"
    assert (fault.sequence, bool(fault.record_id)) == (17, True)


@pytest.mark.parametrize("table", ["records", "tiles", "head", "checkpoints", "key_events", "record_index", "indexed"])
async def test_a_missing_table_is_named(copy: Path, table: str) -> None:
    """Readers cannot go on without it; the inspection must, and must say which one is gone."""
    connection = apsw.Connection(str(copy))
    connection.execute(f"DROP TABLE {table}")
    connection.close()
    store = await SqliteStore.open(copy)
    assert ("schema", f"table {table}") in {(fault.check, fault.where) async for fault in store.inspect()}
    await store.close()


async def test_a_reader_without_its_table_says_that_the_trail_is_damaged(copy: Path) -> None:
    """What is stored is not what was sealed: that is the trail's fault, not the machine's."""
    connection = apsw.Connection(str(copy))
    connection.execute("DROP TABLE tiles")
    connection.close()
    store = await SqliteStore.open(copy)
    with pytest.raises(IntegrityError, match="no such table: tiles"):
        await store.tiles(0, first=0, count=1)
    await store.close()
