"""Does the database itself refuse what would change the trail, whoever asks?"""

from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
from tests.support.sealing import Seals, filled
from tests.support.witnesses import witness_key

from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.domain.linkage import StoredCheckpoint, StoredCosignature

_SEALED = (
    "records",
    "tiles",
    "checkpoints",
    "cosignatures",
    "key_events",
    "head",
    "disclosures",
    "erased",
    "pruned",
    "pruned_facts",
)
_COLUMNS = {
    "head": "root",
    "tiles": "hashes",
    "checkpoints": "note",
    "cosignatures": "signature",
    "pruned": "record",
    "pruned_facts": "fact",
}


@pytest.fixture
async def raw(tmp_path: Path) -> AsyncIterator[apsw.Connection]:
    """A plain connection to a trail with a row in every table."""
    store = await SqliteStore.open(tmp_path / "audit.db")
    await filled(store, 260, context={})
    await store.add_checkpoint(StoredCheckpoint(260, "note\n"))
    await store.add_cosignatures([StoredCosignature(260, str(witness_key("w")), bytes(72))])
    _fill_beside(tmp_path / "audit.db")
    connection = apsw.Connection(str(tmp_path / "audit.db"))
    yield connection
    connection.close()
    await store.close()


def _fill_beside(path: Path) -> None:
    """Give every table beside the records a row."""
    connection = apsw.Connection(str(path))
    for statement in (
        "INSERT INTO disclosures VALUES (258, zeroblob(32), zeroblob(16), x'00')",
        "INSERT INTO disclosures VALUES (259, zeroblob(32), zeroblob(16), x'00')",
        "INSERT INTO erased VALUES (259, zeroblob(32), 1)",
        "INSERT INTO pruned VALUES (256, 259)",
        "INSERT INTO pruned_facts VALUES (zeroblob(32))",
    ):
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("table", _SEALED)
def test_a_sealed_row_is_never_deleted(raw: apsw.Connection, table: str) -> None:
    """The commonest way to lose evidence is a clean-up script with good intentions."""
    with pytest.raises(apsw.ConstraintError, match="never deleted"):
        raw.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", _SEALED)
def test_a_sealed_row_is_never_changed(raw: apsw.Connection, table: str) -> None:
    """Even writing the same value again is refused: nothing has a reason to."""
    column = _COLUMNS.get(table, "sequence")
    with pytest.raises(apsw.ConstraintError, match=r"never changes|only moves forward"):
        raw.execute(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", _SEALED)
def test_a_sealed_row_is_never_replaced(raw: apsw.Connection, table: str) -> None:
    """REPLACE deletes without asking the triggers that guard deletion."""
    with pytest.raises(apsw.ConstraintError):
        raw.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")


@pytest.mark.parametrize(
    "change",
    [
        "size = 259, record_hash = (SELECT record_hash FROM records WHERE sequence = 258)",
        "size = 261",
        "size = 261, id = 2",
        "recorded_at = ''",
    ],
)
def test_the_head_moves_only_to_a_later_record_that_is_there(raw: apsw.Connection, change: str) -> None:
    """A head that goes back hides the records after it; one beyond the records promises what is not there."""
    with pytest.raises(apsw.ConstraintError):
        raw.execute(f"UPDATE head SET {change}")


def test_the_head_moves_only_to_the_hash_of_the_last_record(raw: apsw.Connection) -> None:
    """Head and records are one statement about the trail."""
    batch = Seals().some(1).records[0]
    last = raw.execute("SELECT record_hash FROM records WHERE sequence = 259").get
    raw.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", batch._replace(sequence=260, previous_hash=last))
    with pytest.raises(apsw.ConstraintError, match="to the last record"):
        raw.execute("UPDATE head SET size = 261, record_hash = zeroblob(32)")


@pytest.mark.parametrize("sequence", [-1, 5, 261])
def test_a_record_is_added_only_at_the_end(raw: apsw.Connection, sequence: int) -> None:
    """A gap, or a record before the first, is how a chain gets a second history."""
    last = raw.execute("SELECT record_hash FROM records WHERE sequence = 259").get
    record = Seals().some(1).records[0]._replace(sequence=sequence, previous_hash=last)
    with pytest.raises(apsw.ConstraintError, match="must follow the last one"):
        raw.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", record)


def test_a_tile_is_added_only_after_the_last_of_its_level(raw: apsw.Connection) -> None:
    """A tile of the future would be served to whoever asks for it."""
    with pytest.raises(apsw.ConstraintError, match="must follow"):
        raw.execute("INSERT INTO tiles VALUES (0, 2, zeroblob(8192))")


def test_the_log_is_flushed_and_never_mapped(raw: apsw.Connection) -> None:
    """The database is in WAL mode for everybody who opens it, and is read by read calls, whose errors are reported."""
    assert raw.pragma("journal_mode") == "wal"
    assert raw.pragma("mmap_size") == 0
