"""Does one trail survive many writers that are killed again and again?"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.house import ROOT
from tests.support.places import checked_in, drafts, opened_in

from ami_audit.domain.kinds import VerificationLevel
from ami_audit.services.portal import portal

_LONG_S = float(os.environ.get("SOAK_SECONDS", "120"))
_PATIENCE_S = 120


class Storm:
    """Writers on one trail, each with receipts of its own."""

    def __init__(self, folder: Path, writers: int, chance: random.Random) -> None:
        self._folder = folder
        self._chance = chance
        self._started = 0
        self._running = [self._writer() for _ in range(writers)]
        self.deaths = 0

    def _writer(self) -> "subprocess.Popen[bytes]":
        number, self._started = self._started, self._started + 1
        receipts = self._folder / "receipts" / f"{number}.txt"
        with (self._folder / "said" / f"{number}.txt").open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.support.storm", self._folder / "place", receipts, str(number)],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=said,
                stderr=said,
            )

    def kill_one(self) -> None:
        """Kill a writer wherever it is, and start another in its place."""
        place = self._chance.randrange(len(self._running))
        victim = self._running[place]
        assert victim.poll() is None, (self._folder / "said").name
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.deaths += 1
        self._running[place] = self._writer()

    def settle(self) -> list[int]:
        """Let the writers finish, and return how they ended."""
        (self._folder / "place" / "stop").touch()
        return [writer.wait(timeout=_PATIENCE_S) for writer in self._running]

    def end(self) -> None:
        """Leave no process behind."""
        for writer in self._running:
            writer.kill()
            writer.wait()

    def said(self) -> str:
        """Return everything that writers complained about."""
        return "".join(path.read_text() for path in sorted((self._folder / "said").iterdir()))

    def acknowledged(self) -> list[tuple[str, str]]:
        """Return every receipt that is whole: a kill may cut the last line short."""
        texts = [path.read_text().rpartition("\n")[0] for path in (self._folder / "receipts").iterdir()]
        return [(line[:36], line[37:]) for text in texts for line in text.splitlines()]


@contextmanager
def _storm(folder: Path, *, writers: int, seed: int) -> Iterator[Storm]:
    for name in ("place", "receipts", "said"):
        (folder / name).mkdir()
    storm = Storm(folder, writers, random.Random(seed))
    try:
        yield storm
    finally:
        storm.end()


def _weather(folder: Path, *, writers: int, seconds: float, pause_s: float) -> Storm:
    """Let writers append and die for so many seconds, and look at everything afterwards."""
    chance = random.Random(writers)
    with _storm(folder, writers=writers, seed=writers) as storm:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(chance.uniform(0, 2 * pause_s))
            storm.kill_one()
        endings = storm.settle()
    assert storm.said() == ""
    assert endings == [0] * writers
    receipts = storm.acknowledged()
    acknowledged = dict(receipts)
    assert len(receipts) == len(acknowledged)  # no record was acknowledged twice
    found = checked_in(folder / "place", acknowledged)
    assert found.is_whole, found
    assert found.size >= len(acknowledged)
    _check_end(folder / "place")
    return storm


def _check_end(place: Path) -> None:
    """The trail is proven to its checkpoint, and goes on."""
    with opened_in(place) as store:
        report = portal.run(store.verify(required=VerificationLevel.SIGNATURES))
        assert report.is_sound
        assert report.checkpoint_size
        portal.run(store.append(drafts(1)))
    assert checked_in(place, {}).size == report.size + 1


def test_three_writers_die_for_six_seconds(tmp_path: Path) -> None:
    """No acknowledged record is lost, no fork, no number twice; whoever comes next goes on."""
    assert _weather(tmp_path, writers=3, seconds=6, pause_s=0.9).deaths >= 2


@pytest.mark.soak
def test_eight_writers_die_for_two_minutes(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """The same, long enough that deaths meet each other's recoveries."""
    storm = _weather(tmp_path, writers=8, seconds=_LONG_S, pause_s=0.7)
    record_property("storm of 8 writers", f"{storm.deaths} deaths, {len(storm.acknowledged())} records acknowledged")
