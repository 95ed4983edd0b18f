"""The git source without line counts, beside `git log --name-status --no-renames`.

Ours reads every commit that branches, tags and HEAD reach, with parents, people, message, signature and what was done
to which file, and makes drafts of them, ready to seal. git goes over the same commits and writes the same names
to nothing.
"""

import gc
import subprocess
from pathlib import Path

from duel import Duel, Line, Side
from history import kept_as, name_of, repository
from outcome import begin, tell

from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import GitSource

_REACHED = ("HEAD", "--branches", "--tags", "--remotes")


def _ours(place: Path) -> int:
    options = AuditOptions(line_counts=False)
    drafts = (draft for batch in GitSource().stream(str(place), options) for draft in batch)
    return sum(draft.action == "git.commit" for draft in drafts)


def _git_log(place: Path, commits: int) -> int:
    command = ["git", "-C", str(place), "log", "--name-status", "--no-renames", *_REACHED]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=1200)
    return commits


def _lines() -> list[Line]:
    place = repository()
    count = ["git", "-C", str(place), "rev-list", "--count", *_REACHED]
    commits = int(subprocess.run(count, capture_output=True, check=True, timeout=600).stdout)
    assert _ours(place) == commits
    duel = Duel(
        {
            "ours": Side("`GitSource`, no line counts", lambda: _ours(place)),
            "log": Side("`git log --name-status --no-renames` to null", lambda: _git_log(place, commits)),
        }
    ).run()
    work = f"git names and status, {name_of(place)}, {commits:,} commits"
    return [duel.line(work, "ours", "log", unit="commits", goal="<= 1.1")]


if __name__ == "__main__":
    begin(kept_as("git_names"))
    gc.set_threshold(50_000, 20, 20)  # as the command does
    tell(kept_as("git_names"), _lines())
