"""Trails made by an older ami-audit: read as they are, brought up to date when they are written."""

from pathlib import Path

import apsw
import pytest
from tests.support.sealing import filled

from ami_audit.adapters.stores.sqlite import SqliteStore, statements
from ami_audit.adapters.stores.sqlite.schema import APPLICATION_ID, version


@pytest.fixture
async def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trail of the first version, with some records."""
    path = tmp_path / "audit.db"
    (first, *_) = statements.migrations()
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.execute(first)
    connection.pragma("user_version", 1)
    connection.pragma("application_id", APPLICATION_ID)
    connection.close()
    monkeypatch.setattr("ami_audit.adapters.stores.sqlite.schema.migrations", lambda: [first])
    store = await SqliteStore.open(path)
    await filled(store, 5)
    await store.close()
    monkeypatch.undo()
    return path


async def test_an_old_trail_can_be_read_and_inspected_as_it_is(old: Path) -> None:
    """An auditor reads a copy that may not be written, and it is sound."""
    store = await SqliteStore.open(old, read_only=True)
    assert len(await store.read(0, count=10)) == 5
    assert not await store.cosignatures()
    assert not await store.checkpoints()
    assert not [fault async for fault in store.inspect()]
    await store.close()
    assert _version(old) == 1


async def test_an_old_trail_is_brought_up_to_date_when_it_is_written(old: Path) -> None:
    """Its records stay as they are."""
    store = await SqliteStore.open(old)
    assert len(await store.read(0, count=10)) == 5
    assert not await store.cosignatures()
    assert not [fault async for fault in store.inspect()]
    await store.close()
    assert _version(old) == len(statements.migrations())


async def test_a_version_set_back_is_noticed(old: Path) -> None:
    """It would hide what newer tables hold."""
    store = await SqliteStore.open(old)
    await store.close()
    connection = apsw.Connection(str(old))
    connection.pragma("user_version", 1)
    connection.close()
    store = await SqliteStore.open(old, read_only=True)
    assert "table cosignatures" in [fault.where async for fault in store.inspect()]
    await store.close()


def _version(path: Path) -> int:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return version(connection)
    finally:
        connection.close()
