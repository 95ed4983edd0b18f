"""The file source over at least 20,000 files, beside sha256sum by xargs on two processes and AIDE.

Everybody reads from a warm page cache. Ours hashes every file, looks at its kind, rights, owner, times, encoding and
type, and makes drafts of all that, ready to seal. `sha256sum` only hashes. AIDE hashes and keeps rights, owners, sizes
and times in its database, with as many workers as there are cores.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from duel import Duel, Line, Side
from outcome import begin, tell
from place import scratch
from tree import folder, name_of

from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import FileSource

_OPTIONS = AuditOptions(include_vendored=True, follow_ignore_files=False)
_OTHER_THAN_GIT = "-name .git -prune -o -type f -print0"


def _ours(place: Path) -> int:
    drafts = (draft for batch in FileSource().stream(str(place), _OPTIONS) for draft in batch)
    return sum("sha256" in draft.context for draft in drafts)


def _sha256sum(place: Path) -> int:
    command = f"find . {_OTHER_THAN_GIT} | xargs -0 -P 2 -n 256 sha256sum | wc -l"
    answer = subprocess.run(command, shell=True, cwd=place, capture_output=True, check=True, timeout=600)  # noqa: S602 (a pipeline)
    return int(answer.stdout)


class _Aide:
    """AIDE with a configuration of its own."""

    def __init__(self, place: Path, scratch_folder: Path) -> None:
        self._config = scratch_folder / "aide.conf"
        self._database = scratch_folder / "aide.db"
        quoted = re.sub(r"([^\w/-])", r"\\\1", str(place))
        self._config.write_text(
            f"database_out=file:{self._database}\n"
            "gzip_dbout=no\n"
            "log_level=error\n"
            "report_level=summary\n"
            f"num_workers={len(os.sched_getaffinity(0))}\n"
            f"!{quoted}/\\.git$\n"
            f"{quoted} f+ftype+p+u+g+s+m+c+sha256\n".replace(" f+ftype", " ftype"),
            encoding="utf-8",
        )

    def prepare(self) -> None:
        """Forget the last database."""
        self._database.unlink(missing_ok=True)

    def run(self) -> int:
        """Make the database, and return how many files of it have a hash."""
        command = ["aide", "--init", "--config", self._config]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=600)
        return self.hashed()

    def hashed(self) -> int:
        """Return how many entries of the database are files with a hash."""
        lines = self._database.read_bytes().splitlines()
        return sum(line.startswith(b"/") and line.split()[-1] != b"0" for line in lines)


def _lines(scratch_folder: Path) -> list[Line]:
    place = folder()
    sides = {
        "ours": Side("`FileSource`", lambda: _ours(place)),
        "sha256sum": Side("`find | xargs -P2 sha256sum`", lambda: _sha256sum(place)),
    }
    if shutil.which("aide"):
        aide = _Aide(place, scratch_folder)
        sides["aide"] = Side("`aide --init`, sha256", aide.run, prepare=aide.prepare)
    else:
        print("  not measured: AIDE is not installed")
    duel = Duel(sides).run()
    work = f"file source, {name_of(place)}, {duel.measures['ours'][0].units:,} files"
    lines = [duel.line(work, "ours", "sha256sum", unit="files", goal="<= 1.0")]
    return [*lines, duel.line(work, "ours", "aide", unit="files", goal=">= 2")] if "aide" in sides else lines


if __name__ == "__main__":
    begin("file")
    with scratch() as place_for_aide:
        tell("file", _lines(place_for_aide))
