"""A whole run over a repository, sealed and signed, beside its two sources alone.

The sources alone make the same drafts, one source after the other, and drop them. The run seals, signs and stores them
durably, in a fresh trail each time.
"""

import subprocess
from itertools import count
from pathlib import Path

from duel import Duel, Line, Side
from history import kept_as, name_of, repository
from outcome import begin, tell
from place import scratch
from trails import store_in

from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.entrypoints.bootstrap.sources import FileSource, GitSource
from ami_audit.entrypoints.library import AuditStore
from ami_audit.services.collectors.batch import BatchCollector
from ami_audit.services.portal import portal


def _sources_alone(place: Path) -> int:
    drafts = sum(
        len(batch) for source in (GitSource(), FileSource()) for batch in source.stream(str(place), AuditOptions())
    )
    assert drafts
    return 1


class _Run:
    """The whole run, into a new trail each time."""

    def __init__(self, place: Path, folder: Path) -> None:
        self._place = place
        self._folder = folder
        self._numbers = count()
        self._store: AuditStore | None = None
        self.records = 0

    def prepare(self) -> None:
        """Begin a new trail."""
        if self._store is not None:
            self._store.close_now()
        self._store = store_in(self._folder, f"trail-{next(self._numbers)}.db")
        portal.run(self._store.begin())

    def run(self) -> int:
        """Collect, seal, sign, store, and sign a checkpoint."""
        assert self._store is not None
        collector = BatchCollector(self._store, caller=caller())
        summary = portal.run(collector.collect([GitSource(), FileSource()], target=str(self._place)))
        assert not any(source.error for source in summary.sources)
        self._store.close_now()
        self._store, self.records = None, summary.size
        return 1


def _lines(folder: Path) -> list[Line]:
    checkout = folder / "checkout"
    clone = ["git", "clone", "--quiet", "--shared", repository(), checkout]
    subprocess.run(clone, check=True, timeout=600)
    run = _Run(checkout, folder)
    duel = Duel(
        {
            "run": Side("`repo` run, sealed and signed", run.run, prepare=run.prepare),
            "sources": Side("the git and file sources alone", lambda: _sources_alone(checkout)),
        }
    ).run()
    work = f"whole `repo` run, {name_of(repository())}, {run.records:,} records"
    return [duel.line(work, "run", "sources", unit="run", goal="<= 1.25")]


if __name__ == "__main__":
    begin(kept_as("repo"))
    with scratch() as place_for_trails:
        tell(kept_as("repo"), _lines(place_for_trails))
