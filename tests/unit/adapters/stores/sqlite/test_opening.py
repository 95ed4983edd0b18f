"""What happens when a trail is opened, and what is said when it cannot be?"""

import asyncio
import shutil
import stat
import sys
import tempfile
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.support.house import ROOT
from tests.support.sealing import Seals, filled

from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.adapters.stores.sqlite.schema import APPLICATION_ID, migrate
from ami_audit.domain.errors import AuditError, IntegrityError, StoreError
from ami_audit.domain.linkage import Head
from ami_audit.domain.query import AuditFilter


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a trail may lie."""
    return tmp_path / "audit.db"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_what_is_made_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    """A trail holds names, paths and messages that other users of the machine have no right to."""
    place = tmp_path / "one" / "two" / "audit.db"
    store = await SqliteStore.open(place)
    await filled(store, 1)
    assert {part.name: _mode(part) for part in place.parent.iterdir()} == dict.fromkeys(
        ("audit.db", "audit.db-wal", "audit.db-shm"), 0o600
    )
    assert _mode(place.parent) == 0o700
    await store.close()
    assert [part.name for part in place.parent.iterdir()] == ["audit.db"]


async def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    """Somebody chose it; a tool that changes it breaks what else lies there."""
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    await (await SqliteStore.open(folder / "audit.db")).close()
    assert _mode(folder) == 0o755


async def test_a_relative_path_stays_the_same_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run may change its folder meanwhile; the trail must not move with it."""
    monkeypatch.chdir(tmp_path)
    store = await SqliteStore.open("audit.db")
    assert store.describe() == {"kind": "sqlite", "location": str(tmp_path / "audit.db")}
    await store.close()


@pytest.mark.parametrize("name", ["a b.db", "a?mode=memory.db", "a%41.db", "a#b.db", "ä.db", "file:x.db", ":memory:"])
async def test_any_name_of_a_file_is_just_a_name(tmp_path: Path, name: str) -> None:
    """SQLite reads some names as addresses; a trail that lands elsewhere is lost."""
    place = tmp_path / name
    store = await SqliteStore.open(place)
    await filled(store, 2)
    await store.close()
    reader = await SqliteStore.open(place, read_only=True)
    assert (await reader.head()).size == 2
    await reader.close()
    assert place.stat().st_size > 0


def _bytes(place: Path) -> bytes | None:
    return place.read_bytes() if place.is_file() else None


def _write(place: Path, text: str) -> None:
    place.write_text(text)


async def _refusal(place: Path, *, read_only: bool = False) -> str:
    before = _bytes(place)
    with pytest.raises(AuditError) as caught:
        await SqliteStore.open(place, read_only=read_only)
    assert _bytes(place) == before
    said = str(caught.value)
    assert str(place) in said
    assert "\n" not in said
    return said


async def test_a_folder_is_refused(tmp_path: Path) -> None:
    """`--store .` is an easy mistake."""
    assert "it is a folder" in await _refusal(tmp_path)


async def test_a_file_that_is_no_database_is_refused(place: Path) -> None:
    """A trail written over somebody's notes would be worse than no trail."""
    _write(place, "my notes, which are no database at all\n" * 200)
    assert "not a database" in await _refusal(place)


async def test_an_empty_file_is_refused(place: Path) -> None:
    """A trail cut to nothing must not begin anew as if there had never been one."""
    _write(place, "")
    assert "it is empty" in await _refusal(place)


async def test_another_programs_database_is_refused(place: Path) -> None:
    """Browsers and tools leave SQLite files everywhere."""
    connection = apsw.Connection(str(place))
    connection.execute("CREATE TABLE bookmarks (a)")
    connection.close()
    assert "not an ami-audit database" in await _refusal(place)
    assert "not an ami-audit database" in await _refusal(place, read_only=True)


async def test_a_newer_version_is_refused(place: Path) -> None:
    """An old program that appends to a new schema could write rows that the new one takes for damage."""
    connection = apsw.Connection(str(place))
    migrate(connection)
    connection.pragma("user_version", 99)
    connection.close()
    assert "newer than" in await _refusal(place)


async def test_a_missing_trail_is_not_made_by_reading(place: Path) -> None:
    """`verify` on a wrong path must not answer "empty and sound"."""
    assert "no such file" in await _refusal(place, read_only=True)
    assert _bytes(place) is None


async def test_a_log_without_its_trail_is_refused(place: Path) -> None:
    """The log holds the last records of the file that is gone; a new trail would take them in or throw them away."""
    log = place.with_name("audit.db-wal")
    log.write_bytes(b"\x37\x7f\x06\x82" + bytes(100))
    assert "its log" in await _refusal(place)
    assert log.exists()


async def test_a_file_that_is_not_there_any_more_in_part_is_damaged(place: Path) -> None:
    """An interrupted copy has a sound first page; reading it must name the damage, not the reader's line."""
    store = await SqliteStore.open(place)
    await filled(store, 300)
    await store.close()
    with place.open("r+b") as file:
        file.truncate(8192 * 20)
    with pytest.raises(IntegrityError, match=str(place)):
        await SqliteStore.open(place)


async def test_a_store_opened_for_reading_writes_nothing(place: Path) -> None:
    """An auditor's command must not touch the evidence."""
    store = await SqliteStore.open(place)
    records = await filled(store, 20)
    await store.close()
    before = _bytes(place)
    reader = await SqliteStore.open(place, read_only=True)
    assert list(await reader.query(AuditFilter(actor="user1"))) == [
        r for r in records if b'"actor":"user1"' in r.canonical
    ]
    assert await reader.tally(AuditFilter(), "action") == {"file.observed": 19, "trail.created": 1}
    assert await reader.find(records[3].record_hash.hex()[:10]) == [records[3]]
    assert not [fault async for fault in reader.inspect()]
    with pytest.raises(StoreError, match="cannot be written"):
        await reader.append((await Seals.after(reader, await reader.head())).some(1), after=await reader.head())
    await reader.close()
    assert _bytes(place) == before


_AS_NOBODY = """
import asyncio, os, sys
from pathlib import Path
from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.domain.errors import AuditError
from ami_audit.domain.query import AuditFilter
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
async def main():
    try:
        store = await SqliteStore.open(Path(sys.argv[1]), read_only=sys.argv[2] == "read")
        records = await store.query(AuditFilter(limit=3))
        print((await store.head()).size, len(records), len([f async for f in store.inspect()]))
        await store.close()
    except AuditError as error:
        print(error)
asyncio.run(main())
"""


async def _as_nobody(place: Path, how: str) -> str:
    process = await create_subprocess_exec(sys.executable, "-c", _AS_NOBODY, str(place), how, stdout=PIPE, cwd=ROOT)
    answer, _ = await process.communicate()
    return answer.decode().strip()


@pytest.fixture
def sealed_folder() -> Iterator[Path]:
    """A trail that everybody may read, in a folder where nobody may make anything."""
    folder = Path(tempfile.mkdtemp())  # not in tmp_path, which is its owner's alone
    asyncio.run(_fill(folder / "audit.db"))
    (folder / "audit.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder / "audit.db"
    folder.chmod(0o755)
    shutil.rmtree(folder)


async def _fill(place: Path) -> None:
    store = await SqliteStore.open(place)
    await filled(store, 20)
    await store.close()


async def test_a_trail_on_a_read_only_medium_is_read(sealed_folder: Path) -> None:
    """Evidence comes on write-protected media; its log's index cannot be made there."""
    assert await _as_nobody(sealed_folder, "read") == "20 3 0"


async def test_a_trail_that_may_not_be_written_says_so(sealed_folder: Path) -> None:
    """The person who may mend it is the owner of the file; the message must lead there."""
    said = await _as_nobody(sealed_folder, "write")
    assert str(sealed_folder) in said
    assert "who owns" in said


async def test_a_folder_that_cannot_be_made_says_so(place: Path) -> None:
    """A file where a folder is wanted: the path in the message is what the person can look at."""
    _write(place, "a file")
    with pytest.raises(StoreError, match="below"):
        await SqliteStore.open(place / "below" / "audit.db")


async def test_a_closed_store_says_that_it_is_closed(place: Path) -> None:
    """A use after closing is a mistake of ours that must not look like a damaged trail."""
    store = await SqliteStore.open(place)
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.head()
    with pytest.raises(StoreError, match="closed"):
        await store.append(Seals().some(1), after=Head())


def test_the_application_id_is_readable_in_the_file(place: Path) -> None:
    """`file audit.db` shows whose database it is."""
    connection = apsw.Connection(str(place))
    migrate(connection)
    connection.close()
    assert place.read_bytes()[68:72] == b"AMIA" == APPLICATION_ID.to_bytes(4)
