"""What does a whole place hold (trail, index, kept checkpoint) when the power fails and unflushed writes are lost?"""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.disks import Disk, after_power_cut, watched
from tests.support.files import quick_place
from tests.support.places import checked_in, drafts, opened_in, settings_in

from ami_audit.adapters.guards import FileGuard
from ami_audit.domain.query import AuditFilter
from ami_audit.entrypoints.bootstrap.trails import opener
from ami_audit.services.portal import portal
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore

_SETTINGS = {"suppress_health_check": [HealthCheck.too_slow], "deadline": None}


class _Noting(FileGuard):
    """A guard that notes when a checkpoint is kept: from then on it is on the disk, and before it may be or not."""

    def __init__(self, folder: Path, origin: str, disk: Disk) -> None:
        super().__init__(folder, origin)
        self._disk = disk

    def keep(self, note: str, *, after: str | None) -> bool:
        self._disk.say(json.dumps(["maybe", self._file.name, note]))
        is_kept = super().keep(note, after=after)
        self._disk.say(json.dumps(["kept", self._file.name, note]))
        return is_kept


def _opened(folder: Path, disk: Disk) -> AuditStore:
    chosen = settings_in(folder)

    async def session() -> Session:
        made = await opener(chosen)()
        made.guard_of = lambda origin: _Noting(chosen.state_dir, origin, disk)
        return made

    return AuditStore(session)


def _live(folder: Path, disk: Disk) -> None:
    """Do to a trail what several runs do, and note what was acknowledged."""
    for batches in ((1, 40), (300, 2, 1), (7,), (260, 1)):
        with _opened(folder, disk) as store:
            for count in batches:
                records = portal.run(store.append(drafts(count)))
                disk.say(json.dumps(["acknowledged", {r.record_id: r.record_hash for r in records}, ""]))
            portal.run(store.query_records(AuditFilter(limit=1)))
        if batches == (7,):
            with _opened(folder, disk) as store:
                portal.run(_rebuilt(store))


async def _rebuilt(store: AuditStore) -> None:
    await (await store.session()).store.rebuild()


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Disk]:
    """The place where it happened, and everything that was done to its disk."""
    folder = tmp_path_factory.mktemp("life")
    with watched() as disk:
        _live(folder, disk)
    return folder, disk


def _survive(life: tuple[Path, Disk], moment: int, chance: random.Random) -> None:
    """Cut the power after so many events, and look at what is left: all that was acknowledged, and whole."""
    folder, disk = life
    events = disk.events[:moment]
    said = [json.loads(event.name) for event in events if event.kind == "said"]
    acknowledged = {name: digest for kind, ids, _ in said if kind == "acknowledged" for name, digest in ids.items()}
    with quick_place() as place:
        (place / "trail").mkdir()
        for name, content in after_power_cut(events, chance).items():
            (place / "trail" / name).write_bytes(content)
        shutil.copytree(folder / "keys", place / "keys")
        _keep_a_checkpoint(place, said, chance)
        found = checked_in(place, acknowledged)
        assert found.is_whole, found
        with opened_in(place) as store:
            portal.run(store.append(drafts(2)))
        assert checked_in(place, acknowledged).is_whole


def _keep_a_checkpoint(place: Path, said: list[Any], chance: random.Random) -> None:
    """Put the last kept checkpoint there; one that was just being kept when the power failed may be there or not."""
    notes = [(kind, name, note) for kind, name, note in said if kind in {"maybe", "kept"}]
    if notes and notes[-1][0] == "maybe" and chance.random() < 0.5:
        notes.pop()
    (place / "state").mkdir()
    for _, name, note in notes[-1:]:
        (place / "state" / name).write_text(note)


def _first(life: tuple[Path, Disk]) -> int:
    """Return the moment from which on there is a trail: before it the folder may hold nothing."""
    return next(place for place, event in enumerate(life[1].events) if event.kind == "said")


@settings(max_examples=25, **_SETTINGS)
@given(share=st.floats(0, 1), chance=st.randoms(use_true_random=False))
def test_any_part_of_what_was_not_flushed_may_be_lost(
    life: tuple[Path, Disk], share: float, chance: random.Random
) -> None:
    """At any moment: what was acknowledged is whole, and no checkpoint, inside or outside, is ahead of the records."""
    first = _first(life)
    _survive(life, first + round(share * (len(life[1].events) - first)), chance)


@pytest.mark.soak
def test_the_power_fails_at_every_moment_of_a_life(life: tuple[Path, Disk]) -> None:
    """After each single write, flush and cut."""
    for moment in range(_first(life), len(life[1].events) + 1):
        _survive(life, moment, random.Random(moment))


def test_a_checkpoint_is_kept_outside_only_after_its_records_are_flushed(life: tuple[Path, Disk]) -> None:
    """The order on which everything rests: log written, log flushed, checkpoint kept, checkpoint stored."""
    events = [event for event in life[1].events if event.kind == "said" or event.name == "audit.db-wal"]
    kept = [place for place, event in enumerate(events) if event.kind == "said" and event.name.startswith('["maybe"')]
    assert len(kept) >= 4
    for place in kept:
        before = next(event for event in reversed(events[:place]) if event.kind != "said")
        assert before.kind == "flush"
