"""The blame of 30 files, beside `git blame --porcelain` by `xargs -P2`, without and with a commit-graph.

Ours blames them several at a time and makes drafts of ranges by commit, author and age. Both read the same copies of
one history: one without a commit-graph, and one with a commit-graph that has Bloom filters, which is git's faster way.
"""

import subprocess
from functools import partial
from pathlib import Path

from duel import Duel, Line, Side
from history import kept_as, name_of, repository
from outcome import begin, tell
from place import WORK

from ami_audit.adapters.sources.git.blame import blame_drafts, blamed
from ami_audit.adapters.sources.git.blaming import files_at, side_by_side
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.location import locate
from ami_audit.adapters.sources.git.mailmap import Mailmap
from ami_audit.adapters.sources.git.naming import Setting
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.adapters.sources.git.settings import settings_of

_FILES = 30


def _git(place: Path, *words: str) -> str:
    command = ["git", "-C", str(place), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=1200).stdout.strip()


def _copy(place: Path, *, with_graph: bool) -> Path:
    copy = WORK / f"blame-{place.name.removesuffix('.git')}{'-graph' if with_graph else ''}.git"
    if not copy.exists():
        draft = copy.with_suffix(".draft")
        subprocess.run(["rm", "-rf", str(draft)], check=True, timeout=60)
        _git(WORK, "clone", "--quiet", "--bare", "--single-branch", str(place), str(draft))
        if with_graph:
            _git(draft, "commit-graph", "write", "--reachable", "--changed-paths")
        draft.rename(copy)
    return copy


def _chosen(place: Path, head: str) -> list[str]:
    """Return 30 text files, evenly spread over the tree."""
    location = locate(place)
    with Plumbing(location, settings_of(location)) as plumbing:
        files = files_at(plumbing, head, ())
    return files[:: max(1, len(files) // _FILES)][:_FILES]


def _ours(place: Path, head: str, files: list[str]) -> int:
    location = locate(place)
    identities, setting = Identities(Mailmap()), Setting({}, None)
    with Plumbing(location, settings_of(location)) as plumbing:
        answers = side_by_side(plumbing, partial(blamed, plumbing, head), files)
        drafts = [
            draft for answer in answers for draft in blame_drafts(answer, head, identities=identities, setting=setting)
        ]
    assert not any(draft.findings for draft in drafts)
    return len(files)


def _xargs(place: Path, head: str, files: list[str]) -> int:
    command = ["xargs", "-0", "-P2", "-n1", "git", "-C", str(place), "blame", "--porcelain", head, "--"]
    subprocess.run(command, input="\0".join(files).encode(), stdout=subprocess.DEVNULL, check=True, timeout=1200)
    return len(files)


def _lines() -> list[Line]:
    place = repository()
    plain, graph = _copy(place, with_graph=False), _copy(place, with_graph=True)
    head = _git(plain, "rev-parse", "HEAD")
    files = _chosen(plain, head)
    duel = Duel(
        {
            "ours": Side("blame of the git source", lambda: _ours(plain, head, files)),
            "xargs": Side("`git blame --porcelain` by `xargs -P2`", lambda: _xargs(plain, head, files)),
            "ours_graph": Side("the same, commit-graph with Bloom filters", lambda: _ours(graph, head, files)),
            "xargs_graph": Side("the same, commit-graph with Bloom filters", lambda: _xargs(graph, head, files)),
        }
    ).run()
    work = f"blame, {len(files)} files, {name_of(place)}"
    return [
        duel.line(work, "ours", "xargs", unit="files", goal="<= 1.1"),
        duel.line(work, "ours_graph", "xargs_graph", unit="files", goal="<= 1.1"),
    ]


if __name__ == "__main__":
    begin(kept_as("git_blame"))
    tell(kept_as("git_blame"), _lines())
