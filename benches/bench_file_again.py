"""A run over files that are all as the last run recorded them, beside `aide --check` of the same files.

Ours is the whole run: it asks the trail what it recorded, walks, compares size, times, inode, rights and owner, and
seals the two records of the run. AIDE reads and hashes every file again, which ours does with `--rehash`: that stands
beside it.
"""

from pathlib import Path

import aide
from duel import Duel, Line, Side
from outcome import begin, tell
from place import scratch
from trails import store_in
from tree import folder, name_of

from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.entrypoints.bootstrap.sources import FileSource
from ami_audit.entrypoints.library import AuditStore
from ami_audit.services.collectors.batch import BatchCollector
from ami_audit.services.portal import portal


def _run(store: AuditStore, place: Path, *, rehash: bool = False) -> int:
    options = AuditOptions(include_vendored=True, follow_ignore_files=False, rehash=rehash)
    collector = BatchCollector(store, caller=caller())
    (source,) = portal.run(collector.collect([FileSource()], target=str(place), options=options)).sources
    assert source.error is None
    return source.recorded + source.unchanged


def _lines(scratch_folder: Path) -> list[Line]:
    place = folder()
    store = store_in(scratch_folder, "trail.db")
    files = _run(store, place)
    sides = {
        "ours": Side("a run with nothing new", lambda: _run(store, place)),
        "rehash": Side("the same with `--rehash`", lambda: _run(store, place, rehash=True)),
    }
    if aide.is_installed():
        rival = aide.Aide(place, scratch_folder)
        rival.init()
        sides["aide"] = Side("`aide --check`, sha256", rival.check)
    else:
        print("  not measured: AIDE is not installed")
    duel = Duel(sides).run()
    store.close_now()
    assert all(measure.units == files for key in ("ours", "rehash") for measure in duel.measures[key])
    work = f"files once more, {name_of(place)}, {files:,} files"
    lines = [duel.line(work, "ours", "rehash", unit="files")]
    if "aide" not in sides:
        return lines
    return [
        duel.line(work, "ours", "aide", unit="files", goal=">= 10"),
        duel.line(work, "rehash", "aide", unit="files"),
        *lines,
    ]


if __name__ == "__main__":
    begin("file_again")
    with scratch() as place_for_trail:
        tell("file_again", _lines(place_for_trail))
