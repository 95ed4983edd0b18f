"""The file source over at least 20,000 files, beside `openssl dgst` by xargs on two processes and AIDE.

Everybody reads from a warm page cache. Ours hashes every file, looks at its kind, rights, owner, times, attributes,
encoding and type, and makes drafts of all that, ready to seal. `openssl` only hashes. AIDE hashes and keeps rights,
owners, sizes and times in its database, with as many workers as there are cores.
"""

import subprocess
from pathlib import Path

import aide
from duel import Duel, Line, Side
from outcome import begin, tell
from place import scratch
from tree import folder, name_of

from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import FileSource

_OPTIONS = AuditOptions(include_vendored=True, follow_ignore_files=False)
_OTHER_THAN_GIT = "-name .git -prune -o -type f -print0"


def ours(place: Path) -> int:
    """Return how many files the source hashed."""
    drafts = (draft for batch in FileSource().stream(str(place), _OPTIONS) for draft in batch)
    return sum("sha256" in draft.context for draft in drafts)


def openssl(place: Path, *, at_once: int) -> int:
    """Return how many files openssl hashed, two processes at a time and so many files each."""
    command = f"find . {_OTHER_THAN_GIT} | xargs -0 -P 2 -n {at_once} openssl dgst -sha256 | wc -l"
    answer = subprocess.run(command, shell=True, cwd=place, capture_output=True, check=True, timeout=600)  # noqa: S602 (a pipeline)
    return int(answer.stdout)


def _lines(scratch_folder: Path) -> list[Line]:
    place = folder()
    sides = {
        "ours": Side("`FileSource`", lambda: ours(place)),
        "openssl": Side("`find | xargs -P2 openssl dgst -sha256`", lambda: openssl(place, at_once=256)),
    }
    if aide.is_installed():
        rival = aide.Aide(place, scratch_folder)
        sides["aide"] = Side("`aide --init`, sha256", rival.init, prepare=rival.prepare)
    else:
        print("  not measured: AIDE is not installed")
    duel = Duel(sides).run()
    work = f"file source, {name_of(place)}, {duel.measures['ours'][0].units:,} files"
    lines = [duel.line(work, "ours", "openssl", unit="files", goal="<= 1.2")]
    return [*lines, duel.line(work, "ours", "aide", unit="files", goal=">= 3")] if "aide" in sides else lines


if __name__ == "__main__":
    begin("file")
    with scratch() as place_for_aide:
        tell("file", _lines(place_for_aide))
