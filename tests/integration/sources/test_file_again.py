"""Does a run leave unread what is as the trail says, and read what is not?"""

import os
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.files import source
from tests.support.golden import ALICE
from tests.support.observed import Counting
from tests.support.trails import FILE, opened

from ami_audit.domain.options import AuditOptions
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.run import SourceSummary
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.services.collectors.batch import BatchCollector
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore

_SETTLED_S = 2.1
_FILES = 300
_TREES = ("same", "forged", "rehash", "rights", "archives", "altered", "single", "many")


def _settle(place: Path) -> None:
    """Wait until what was changed last is old enough to be left unread next time."""
    newest = max(path.stat().st_ctime for path in place.rglob("*"))
    while time.time() - newest < _SETTLED_S:
        time.sleep(0.05)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each test, whose files have stood there for a while."""
    place = tmp_path_factory.mktemp("trees")
    for name in _TREES:
        (place / name).mkdir()
        (place / name / "a").write_text("first")
        (place / name / "b").write_text("second")
        os.link(place / name / "b", place / name / "c")
    with zipfile.ZipFile(place / "archives" / "a.zip", "w") as archive:
        archive.writestr("member", "text")
    for number in range(_FILES):
        (place / "many" / f"{number:03}").write_text(str(number))
    _settle(place)
    return place


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AuditStore]:
    """A trail of this test's own."""
    with opened(tmp_path, ALICE) as store:
        yield store


def _run(store: AuditStore, place: Path, **options: Any) -> tuple[SourceSummary, int]:
    """Return what the source brought, and how many bytes it has read."""
    progress = Counting()
    collector = BatchCollector(store, caller=caller())
    asked = AuditOptions(**options)
    work = collector.collect([source()], target=str(place), options=asked, progress=progress)
    (summary,) = portal.run(work).sources
    assert summary.error is None
    return summary, max((done for what, done, _ in progress.steps if what == "bytes"), default=0)


def _unread(summary: SourceSummary) -> int:
    return sum(count for why, count in summary.skipped.items() if why.startswith("not read again"))


def test_what_is_as_it_was_is_not_read_and_the_run_says_so(store: AuditStore, trees: Path) -> None:
    """The run's own record must say how many files were taken by their status alone."""
    first, read = _run(store, trees / "same")
    assert (first.recorded, first.unchanged, read) == (4, 0, 17)
    again, read = _run(store, trees / "same")
    assert (again.recorded, again.unchanged, _unread(again), read) == (0, 4, 3, 0)
    finished = portal.run(store.query_records(AuditFilter(action="collection.finished")))[-1]
    (told,) = finished.context["sources"]
    assert [count for why, count in told["skipped"].items() if "--rehash" in why] == [3]


def test_content_changed_under_an_old_time_is_seen(store: AuditStore, trees: Path) -> None:
    """Anybody can set the time of a change; nobody can set the time at which it was set."""
    path = trees / "forged" / "a"
    status = path.stat()
    _run(store, trees / "forged")
    path.write_text("FIRST")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    again, _ = _run(store, trees / "forged")
    assert (again.recorded, _unread(again)) == (1, 2)


def test_asked_to_every_file_is_read(store: AuditStore, trees: Path) -> None:
    """Who can write to the disk itself can forge every time; then only the content tells."""
    _run(store, trees / "rehash")
    for options, recorded in (({"rehash": True}, 0), ({"full": True}, 4)):
        again, read = _run(store, trees / "rehash", **options)
        assert (again.recorded, _unread(again), read) == (recorded, 0, 17)


def test_changed_rights_are_seen(store: AuditStore, trees: Path) -> None:
    """A mode is a fact of its own."""
    _run(store, trees / "rights")
    (trees / "rights" / "a").chmod(0o600)
    again, _ = _run(store, trees / "rights")
    assert (again.actions, _unread(again)) == ({"file.observed": 1}, 2)


def test_archives_are_opened_though_they_are_as_they_were(store: AuditStore, trees: Path) -> None:
    """Asked for archives only now, what was hashed long ago has not been looked into."""
    _run(store, trees / "archives")
    again, _ = _run(store, trees / "archives", archives=True)
    assert (again.actions, _unread(again)) == ({"file.archive": 1}, 3)
    third, _ = _run(store, trees / "archives", archives=True)
    assert (third.recorded, third.unchanged) == (0, 6)


def test_a_record_that_was_altered_in_the_store_is_not_believed(store: AuditStore, trees: Path, tmp_path: Path) -> None:
    """Who can write to the trail's file must not thereby say which files need not be read."""
    _run(store, trees / "altered")
    store.close_now()
    altered = "CAST(replace(CAST(canonical AS TEXT), 'utf-8', 'utf-9') AS BLOB)"
    database = sqlite3.connect(tmp_path / FILE)
    with database:
        for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(f"UPDATE records SET canonical = {altered} WHERE sequence > 0")
    database.close()
    again, read = _run(store, trees / "altered")
    assert (_unread(again), read) == (0, 17)


def test_one_file_alone_is_left_unread_too(store: AuditStore, trees: Path) -> None:
    """A large image of a disk is audited by its name."""
    path = trees / "single" / "a"
    _run(store, path)
    again, read = _run(store, path)
    assert (again.recorded, _unread(again), read) == (0, 1, 0)


def test_a_fresh_copy_is_read_once(store: AuditStore, trees: Path, tmp_path: Path) -> None:
    """The same files under new times are the same facts; that they were read is kept, else each run reads them all."""
    copy = tmp_path / "copy"
    shutil.copytree(trees / "many", copy)
    _run(store, copy)
    shutil.rmtree(copy)
    shutil.copytree(trees / "many", copy)
    _settle(copy)
    second, _ = _run(store, copy)
    assert second.actions == {"file.seen": 1}
    third, read = _run(store, copy)
    assert (third.recorded, _unread(third), read) == (0, _FILES + 3, 0)
