"""What does a trail hold when any one system call fails, or the process dies in it?"""

import errno
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.faults import NONE, Ending, Fault, Kind, Victims, faults_at, victims
from tests.support.places import BATCH, checked_in, drafts, key_store_in, opened_in

from ami_audit.domain.query import AuditFilter
from ami_audit.services.portal import portal

_SHARE = 53
# What can be made again at any time is not tried at every single call.
_SELDOM = 5
_KINDS = {"open", "pwrite", "write", "fdatasync", "fsync", "rename", "unlink", "ftruncate", "link", "mkdir"}


@pytest.fixture(scope="module")
def victim() -> Iterator[Victims]:
    """What starts processes that meet a fault."""
    with victims() as started:
        yield started


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trail of 300 records, not indexed, with its key and its checkpoint."""
    folder = tmp_path_factory.mktemp("trail")
    with opened_in(folder) as store:
        portal.run(store.append(drafts(300)))
    return folder


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place where no trail was begun."""
    return tmp_path_factory.mktemp("nothing")


def _suffer(victim: Victims, scenario: str, before: Path, *, folder: Path, every: int) -> set[str]:
    """Do the scenario once for each fault, look at what is left each time, and return which calls were met."""
    whole = folder / "whole"
    shutil.copytree(before, whole)
    calls = victim.run(scenario, whole, NONE).calls
    assert len(calls) >= 4
    met: set[str] = set()
    for fault in faults_at(calls)[random.Random(every).randrange(every) :: every]:
        place = folder / str(fault)
        shutil.copytree(before, place)
        ending = victim.run(scenario, place, fault)
        assert ending.died == (fault.kind is not Kind.FAIL), fault
        met.add(calls[fault.at - 1].partition(" ")[0])
        if scenario == "export":
            _look_at_export(victim, place, ending)
        else:
            _LOOKS[scenario](before, place, ending)
        shutil.rmtree(place)
    assert met <= _KINDS
    return met


def _look_at_trail(before: Path, place: Path, ending: Ending) -> None:
    """All that was acknowledged is there and whole; what was not is there whole or not at all; more can be appended."""
    acknowledged = dict(ending.acknowledged)
    assert len(ending.errors) <= 1, ending.errors  # the second try of the same process succeeds
    assert ending.died or acknowledged or "rebuild" in str(place) or "index" in str(place)
    if (place / "trail" / "audit.db").exists():
        found = checked_in(place, acknowledged)
        assert found.is_whole, found
        # A batch is there whole or not at all; genesis is a batch of its own.
        extra = found.size - _size(before) - len(acknowledged)
        assert extra in {0, 1, BATCH, BATCH + 1, 2 * BATCH, 2 * BATCH + 1}, (extra, ending)
    else:
        assert not acknowledged
    with opened_in(place) as store:
        later = portal.run(store.append(drafts(3)))
        assert len(portal.run(store.query_records(AuditFilter(action="file.observed", limit=1000)))) >= 3
    acknowledged |= {record.record_id: record.record_hash for record in later}
    found = checked_in(place, acknowledged)
    assert found.is_whole, found
    assert {part.name: part.is_whole for part in found.parts}["guard"] is True


def _size(folder: Path) -> int:
    return checked_in(folder, {}).size if (folder / "trail" / "audit.db").exists() else 0


def _look_at_keys(_before: Path, place: Path, ending: Ending) -> None:
    """A key is there whole or not at all, and can be made again."""
    keys = key_store_in(place)
    listed = {key.name: key for key in keys.listed()}
    assert ending.died or listed
    assert all(not key.fault for key in listed.values()), listed
    assert set(ending.acknowledged) <= set(listed)
    for name in listed:
        assert keys.seed(name, ask=lambda _key: b"") == bytes(range(32))


def _look_at_answer(_before: Path, place: Path, ending: Ending) -> None:
    """A file that was asked for with --output is the old one or the new one, never half of one."""
    text = (place / "answer.txt").read_text()
    assert text in {"the old answer\n", "a new answer\n" * 2000}
    assert not ending.acknowledged or text.startswith("a new")
    assert ending.died or sorted(path.name for path in place.iterdir()) == ["answer.txt"]


def _look_at_export(victim: Victims, place: Path, ending: Ending) -> None:
    """An export ends well or says that it did not; made once more it is whole, whatever was left of the first."""
    assert ending.acknowledged in ({"tiles": "0"}, {"tiles": "3"}) or ending.died
    if ending.acknowledged == {"tiles": "0"}:
        assert victim.run("export-check", place).acknowledged == {"check": "0"}
    assert victim.run("export", place).acknowledged == {"tiles": "0"}
    assert victim.run("export-check", place).acknowledged == {"check": "0"}
    assert [path.name for path in (place / "export").rglob("*.new")] == [] or ending.died


_LOOKS = {
    "append": _look_at_trail,
    "index": _look_at_trail,
    "rebuild": _look_at_trail,
    "key": _look_at_keys,
    "answer": _look_at_answer,
}


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with an older answer."""
    folder = tmp_path_factory.mktemp("answered")
    (folder / "answer.txt").write_text("the old answer\n")
    return folder


def test_a_disk_that_fills_while_a_trail_is_made_leaves_none_or_a_whole_one(
    victim: Victims, nothing: Path, tmp_path: Path
) -> None:
    """Half an empty trail under the name of a trail would be found damaged by every run that follows."""
    calls = victim.run("append", tmp_path / "whole").calls
    writes = [at for at, call in enumerate(calls, 1) if call.startswith("pwrite") and ".new-" in call]
    assert len(writes) > 10
    for at in writes[::2]:
        place = tmp_path / str(at)
        place.mkdir()
        _look_at_trail(nothing, place, victim.run("append", place, Fault(at, Kind.FAIL, errno.ENOSPC)))


@pytest.mark.parametrize("every", [pytest.param(_SHARE, id="some"), pytest.param(1, id="all", marks=pytest.mark.soak)])
class TestOneCallGoesWrong:
    """EIO, ENOSPC, and death before and within: at each call that makes or changes a file."""

    def test_appending_to_a_trail(self, victim: Victims, trail: Path, tmp_path: Path, every: int) -> None:
        """The promise that everything else rests on: nothing acknowledged is lost, nothing is half there."""
        met = _suffer(victim, "append", trail, folder=tmp_path, every=every)
        assert every > 1 or met >= {"open", "pwrite", "fdatasync", "write", "fsync", "rename"}

    def test_beginning_a_trail(self, victim: Victims, nothing: Path, tmp_path: Path, every: int) -> None:
        """The first run makes folders, a key, a database and a checkpoint; the next one must find a way on."""
        met = _suffer(victim, "append", nothing, folder=tmp_path, every=every)
        assert every > 1 or met >= {"open", "pwrite", "fdatasync", "write", "fsync", "rename", "link", "mkdir"}

    def test_filling_the_index(self, victim: Victims, trail: Path, tmp_path: Path, every: int) -> None:
        """The index is filled by a query, whose reader may be killed at any moment."""
        _suffer(victim, "index", trail, folder=tmp_path, every=max(every, _SELDOM))

    def test_rebuilding_the_index(self, victim: Victims, trail: Path, tmp_path: Path, every: int) -> None:
        """Whoever mends a store must not make it worse."""
        _suffer(victim, "rebuild", trail, folder=tmp_path, every=max(every, _SELDOM))

    def test_keeping_a_key(self, victim: Victims, nothing: Path, tmp_path: Path, every: int) -> None:
        """Half a private key is none, and would be found only when it is needed."""
        _suffer(victim, "key", nothing, folder=tmp_path, every=max(every // 3, 1))

    def test_exporting_static_files(self, victim: Victims, trail: Path, tmp_path: Path, every: int) -> None:
        """A web server may serve the folder meanwhile; the next export must not trust what a crash left."""
        _suffer(victim, "export", trail, folder=tmp_path, every=max(every, _SELDOM))

    def test_writing_an_answer(self, victim: Victims, answered: Path, tmp_path: Path, every: int) -> None:
        """A report that was there is not lost because the disk is full."""
        _suffer(victim, "answer", answered, folder=tmp_path, every=max(every // 25, 1))
