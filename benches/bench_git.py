"""The git source over a history of at least 10,000 commits, beside `git log --numstat` and PyDriller.

Ours reads every commit that branches, tags and HEAD reach, with parents, people, message, signature, renames and the
lines of every file, and makes drafts of them, ready to seal. `git log --numstat` goes over the same commits and writes
the same counts to nothing. PyDriller gives the same counts for an even sample of the commits that are no merges.
"""

import gc
import subprocess
from pathlib import Path

from duel import Duel, Line, Side
from history import kept_as, name_of, repository
from outcome import begin, tell
from pydriller import Git

from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import GitSource

_SAMPLE = 150
# From so many commits on the goals are those of a long history.
_LONG = 50_000
_REACHED = ("HEAD", "--branches", "--tags", "--remotes")


def _git(place: Path, *words: str) -> str:
    command = ["git", "-C", str(place), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout


def _ours(place: Path) -> int:
    drafts = (draft for batch in GitSource().stream(str(place), AuditOptions()) for draft in batch)
    return sum(draft.action == "git.commit" for draft in drafts)


def _git_log(place: Path, commits: int) -> int:
    command = ["git", "-C", str(place), "log", "--numstat", *_REACHED]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=1200)
    return commits


def _git_log_halves(place: Path, commits: int) -> int:
    """Run `git log --numstat` over both halves of the history at once: what two cores give git."""
    half = commits // 2
    command = ["git", "-C", str(place), "log", "--numstat", *_REACHED]
    parts = ([f"--max-count={half}"], [f"--skip={half}"])
    children = [subprocess.Popen([*command, *part], stdout=subprocess.DEVNULL) for part in parts]
    assert not any(child.wait(1200) for child in children)
    return commits


def _pydriller(place: Path, names: list[str]) -> int:
    git = Git(str(place))
    lines = sum(file.added_lines + file.deleted_lines for name in names for file in git.get_commit(name).modified_files)
    assert lines
    return len(names)


def _lines() -> list[Line]:
    place = repository()
    commits = int(_git(place, "rev-list", "--count", *_REACHED))
    plain = _git(place, "rev-list", "--no-merges", *_REACHED).split()
    sample = plain[:: max(1, len(plain) // _SAMPLE)][:_SAMPLE]
    assert _ours(place) == commits
    duel = Duel(
        {
            "ours": Side("`GitSource`", lambda: _ours(place)),
            "log": Side("one `git log --numstat` to null", lambda: _git_log(place, commits)),
            "halves": Side("two of them at once, half the history each", lambda: _git_log_halves(place, commits)),
            "pydriller": Side(f"PyDriller, {len(sample)} of the commits", lambda: _pydriller(place, sample)),
        }
    ).run()
    work = f"git source, {name_of(place)}, {commits:,} commits"
    is_long = commits >= _LONG
    return [
        duel.line(work, "ours", "log", unit="commits", goal="<= 0.6" if is_long else "<= 1.0"),
        duel.line(work, "ours", "halves", unit="commits"),
        duel.line(work, "ours", "pydriller", unit="commits", goal=">= 60" if is_long else ">= 25"),
    ]


if __name__ == "__main__":
    begin(kept_as("git"))
    gc.set_threshold(50_000, 20, 20)  # as the command does
    tell(kept_as("git"), _lines())
