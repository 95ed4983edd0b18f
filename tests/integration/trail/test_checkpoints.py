"""Is a trail signed as it grows, and is one that was set back or forked refused, whatever its length?"""

import shutil
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support.house import ROOT

from ami_audit import AuditRecord, AuditStore, AuditTargetType
from ami_audit.adapters.guards import FileGuard
from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.errors import RolledBackError, StoreError
from ami_audit.services.portal import portal

_ORIGIN = "example.org/shop"


class Desk:
    """A folder with a trail, keys and one guard; copies of the trail share the keys."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.trail = place / "audit.db"

    def opened(self, *, state: str = "state", trail: Path | None = None, **settings: object) -> AuditStore:
        """Return the trail, or a copy of it, with the memory that the folder `state` holds."""
        folders = {"keys_dir": str(self.place / "keys"), "state_dir": str(self.place / state)}
        return AuditStore(trail or self.trail, origin=_ORIGIN, **folders, **settings)

    def append(self, count: int, word: str = "usual", *, state: str = "state") -> None:
        """Append that many records in a session of its own, which signs a checkpoint at its end."""
        with self.opened(state=state) as store:
            store_some(store, count, word)

    def guard(self) -> Path:
        """Return the file that remembers the last checkpoint."""
        (file,) = (self.place / "state").glob("*.checkpoint")
        return file

    def set_aside(self) -> Path:
        """Copy the trail's file and return the copy."""
        copy = self.place / "copy.db"
        shutil.copy(self.trail, copy)
        return copy

    def put_back(self, copy: Path) -> None:
        """Put the copy in the trail's place."""
        for ending in ("-wal", "-shm"):
            self.trail.with_name(self.trail.name + ending).unlink(missing_ok=True)
        shutil.copy(copy, self.trail)


def store_some(store: AuditStore, count: int, word: str = "usual") -> None:
    """Store records one at a time."""
    for number in range(count):
        fresh = AuditRecord(
            actor="ann", action=word, target=f"{number}", target_type=AuditTargetType.FILE, source="test/1"
        )
        portal.run(store.store_record(fresh))


def store_some_slowly(store: AuditStore, count: int) -> None:
    """Store records one at a time, with time for a checkpoint after each."""
    for _ in range(count):
        store_some(store, 1)
        time.sleep(0.01)


def _sign_in_another_process(desk: Desk) -> None:
    code = f"""
from pathlib import Path
from tests.integration.trail.test_checkpoints import Desk
Desk(Path({str(desk.place)!r})).append(3)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def signed_in(store: AuditStore) -> list[int]:
    """Return the sizes of the checkpoints in the store."""

    async def work() -> list[int]:
        return [kept.size for kept in await (await store.session()).store.checkpoints()]

    return portal.run(work())


@pytest.fixture
def desk(place: Path) -> Desk:
    """A trail of 11 records, signed."""
    made = Desk(place)
    made.append(10)
    return made


def test_a_checkpoint_is_signed_after_so_many_records(place: Path) -> None:
    """A process that never ends must still leave proof behind; what it signs is sound."""
    with Desk(place).opened(checkpoint_every_records=4, checkpoint_every_s=0) as store:
        store_some(store, 20)
        kept = signed_in(store)
        assert len(kept) >= 3
        assert all(later - earlier >= 4 for earlier, later in pairwise(kept))
        assert portal.run(store.verify()).is_sound


def test_a_checkpoint_is_signed_after_so_much_time(place: Path) -> None:
    """A trail that is written to once a day must not wait for its thousandth record."""
    with Desk(place).opened(checkpoint_every_records=0, checkpoint_every_s=0.05) as store:
        store_some(store, 1)
        deadline = time.monotonic() + 20
        while not signed_in(store):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert signed_in(store) == [2]


def test_nothing_is_signed_on_the_way_when_nobody_asks(place: Path) -> None:
    """0 means never: one checkpoint, at the end."""
    desk = Desk(place)
    with desk.opened(checkpoint_every_records=0, checkpoint_every_s=0) as store:
        store_some(store, 12)
        assert signed_in(store) == []
    with desk.opened() as store:
        assert signed_in(store) == [13]


def test_a_trail_that_was_set_back_is_refused(desk: Desk) -> None:
    """A backup that was restored looks sound by itself; only the guard knows that there was more."""
    copy = desk.set_aside()
    desk.append(5)
    desk.put_back(copy)
    with pytest.raises(RolledBackError, match=r"holds 11 records, but this machine has signed 16.*--new-origin"):
        desk.append(1)


@pytest.mark.parametrize("more", [5, 9])
def test_a_fork_is_refused_at_the_same_size_and_beyond(desk: Desk, more: int) -> None:
    """Whoever owns the key can write another history after an old copy; longer than the signed one, it is no proof."""
    copy = desk.set_aside()
    desk.append(5)
    desk.put_back(copy)
    desk.append(more, "another", state="elsewhere")
    before = desk.trail.read_bytes()
    with pytest.raises(RolledBackError, match=r"first 16 records are not the ones.*--new-origin"):
        desk.append(1)
    assert desk.trail.read_bytes() == before


def test_the_same_records_written_on_elsewhere_are_no_fork(desk: Desk) -> None:
    """A trail that another machine has gone on with is the same trail: consistency shows it."""
    desk.append(700, state="elsewhere")
    desk.append(1)
    with desk.opened() as store:
        assert portal.run(store.verify()).is_sound


def test_a_trail_set_back_under_an_open_session_is_refused_at_the_next_checkpoint(desk: Desk) -> None:
    """Two copies of one trail must not both be signed on, whichever was opened first."""
    copy = desk.set_aside()
    store = desk.opened(checkpoint_every_records=3)
    store_some(store, 1)
    with desk.opened(trail=copy) as other:
        store_some(other, 20, "another")
    with pytest.raises(RolledBackError, match="has signed 31"):
        store_some_slowly(store, 200)
    with pytest.raises(RolledBackError):
        store.close_now()


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "not a signed note"), ("no note\n", "not a signed note"), (None, "of the trail `example.org/other`")],
)
def test_a_guard_that_cannot_be_read_is_named(desk: Desk, text: str | None, told: str) -> None:
    """To go on as if nothing had been signed would be what an attacker wants."""
    other = desk.guard().read_text().replace(_ORIGIN, "example.org/other")
    desk.guard().write_text(other if text is None else text)
    with pytest.raises(StoreError, match=told) as refusal:
        desk.append(1)
    assert str(desk.guard()) in str(refusal.value)


def test_what_another_process_signs_meanwhile_is_no_set_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading the guard and writing it, another writer may sign a later head: ours is signed after it."""
    keep, raced = FileGuard.keep, list[int]()

    def slow(guard: FileGuard, note: str, *, after: str | None) -> bool:
        if not raced:
            raced.append(SignedCheckpoint.parse(note).checkpoint.size)
            _sign_in_another_process(desk)
        return keep(guard, note, after=after)

    monkeypatch.setattr(FileGuard, "keep", slow)
    with desk.opened() as store:
        store_some(store, 1)
    with desk.opened() as store:
        assert signed_in(store)[-1] > raced[0]
        assert portal.run(store.verify()).is_sound
