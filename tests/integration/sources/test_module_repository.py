"""Is a module's repository looked into without waiting for its files or reading its configuration?"""

import os
from pathlib import Path

import pytest
from tests.support.modules import drafts_of, judged, the
from tests.support.repositories import Repository

from ami_audit.adapters.sources.module import repository as looking
from ami_audit.adapters.sources.module.ignores import Ignores
from ami_audit.domain.draft import AuditDraft

_PIPE = "pipe"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with rules: one file ignored, one ignored but tracked, one excluded by the repository alone."""
    made = Repository(tmp_path / "module")
    made.commit({".gitignore": "*_made.py\n", "a.py": "x = 1\n"})
    made.write("kept_made.py", "x = 1\n")
    made.git("add", "--force", "kept_made.py")
    made.git("commit", "--quiet", "-m", "Keep one")
    made.git("branch", "-M", "main")
    made.write("gone_made.py", "x = 1\n")
    made.write("own.py", "x = 1\n")
    made.write(".git/info/exclude", "own.py\n")
    return made


def _pipe_at(repository: Repository, name: str) -> None:
    place = repository.path / name
    place.unlink(missing_ok=True)
    os.mkfifo(place)


def _observed(repository: Repository) -> AuditDraft:
    return the("observed", drafts_of(repository.path))


def test_rules_count_and_what_is_tracked_is_kept(repository: Repository) -> None:
    """`.gitignore` and the repository's own list; the index has the last word."""
    assert _observed(repository).context["files"] == 3


def test_a_linked_work_tree_shares_rules(repository: Repository, tmp_path: Path) -> None:
    """Its index is its own, `info/exclude` is the repository's."""
    repository.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "other")
    for name in ("gone_made.py", "own.py"):
        (tmp_path / "linked" / name).write_text("x = 1\n")
    observed = the("observed", drafts_of(tmp_path / "linked"))
    assert observed.context["python"]["modules"] == 2
    assert "broken-repository" not in judged(observed)


def test_an_included_configuration_is_not_read(repository: Repository) -> None:
    """It may be a pipe, or name a file of rules that is one."""
    _pipe_at(repository, _PIPE)
    pipe = repository.path / _PIPE
    repository.write(".git/config", f"[include]\n\tpath = {pipe}\n[core]\n\texcludesFile = {pipe}\n")
    observed = _observed(repository)
    assert "gone_made.py" not in str(observed.context)
    assert observed.context["python"]["modules"] == 2


@pytest.mark.parametrize("name", [".git/config", ".git/index", ".git/packed-refs"])
def test_a_pipe_is_read_past(repository: Repository, name: str) -> None:
    """What it would have said is not known; the rest is told."""
    _pipe_at(repository, name)
    observed = _observed(repository)
    assert observed.context["python"]["modules"] >= 1
    assert "broken-repository" not in judged(observed)


@pytest.mark.parametrize("name", [".git/info/exclude", ".gitignore"])
def test_rules_that_are_a_pipe_ignore_nothing(repository: Repository, name: str) -> None:
    """The other rules hold."""
    _pipe_at(repository, name)
    ignores = Ignores(repository.path)
    assert ignores.has("own.py") is False
    assert ignores.has("gone_made.py") is (name != ".gitignore")


@pytest.mark.parametrize("name", [".git/refs/heads/main", ".git/objects/info/alternates"])
def test_a_pipe_that_git_waits_for_is_a_finding(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Git is ended, and what could not be looked up is said."""
    monkeypatch.setattr(looking, "_TIMEOUT_S", 0.5)
    _pipe_at(repository, name)
    assert "within 0.5 seconds" in judged(_observed(repository))["broken-repository"]


def test_a_tree_that_is_lost_is_a_finding(repository: Repository) -> None:
    """An empty list would say that there are no submodules."""
    repository.lose(repository.tree("HEAD"))
    assert "broken-repository" in judged(_observed(repository))


def test_without_a_commit_there_is_nothing_to_look_up(tmp_path: Path) -> None:
    """A new repository is whole."""
    (tmp_path / "a.py").write_text("x = 1\n")
    made = Repository(tmp_path)
    assert "broken-repository" not in judged(_observed(made))
