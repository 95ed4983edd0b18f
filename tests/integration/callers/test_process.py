"""Does provenance name the repository, without waiting for what is in it?"""

import os
from pathlib import Path

import pytest
from tests.support.repositories import Repository

from ami_audit.adapters.callers import ProcessCaller


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository of two commits."""
    made = Repository(tmp_path / "shop")
    made.commit({"app/a": "1\n"})
    made.commit({"app/a": "2\n"})
    return made


def _told(place: Path) -> tuple[str | None, str | None]:
    facts = ProcessCaller(version="1").provenance(str(place))
    return facts.get("repository"), facts.get("commit")


def test_files_and_folders_inside_belong_to_it(repository: Repository) -> None:
    """Also those in its Git folder, and with refs loose, packed and detached."""
    expected = (str(repository.path), repository.git("rev-parse", "HEAD"))
    for name in ("", "app", "app/a", ".git", ".git/refs"):
        assert _told(repository.path / name) == expected
    repository.git("pack-refs", "--all")
    assert not list((repository.path / ".git" / "refs" / "heads").iterdir())
    assert _told(repository.path) == expected
    repository.git("checkout", "--detach", "HEAD~1")
    assert _told(repository.path) == (expected[0], repository.git("rev-parse", "HEAD"))


def test_linked_bare_and_unborn_ones_are_told(repository: Repository, tmp_path: Path) -> None:
    """A linked work tree has its own `HEAD` and shares the refs."""
    repository.git("worktree", "add", str(tmp_path / "linked"), "-b", "other", "HEAD~1")
    assert _told(tmp_path / "linked") == (str(tmp_path / "linked"), repository.git("rev-parse", "other"))
    repository.git("clone", "--bare", "--quiet", str(repository.path), str(tmp_path / "bare.git"))
    assert _told(tmp_path / "bare.git") == (str(tmp_path / "bare.git"), repository.git("rev-parse", "HEAD"))
    repository.git("init", "--quiet", str(tmp_path / "new"))
    assert _told(tmp_path / "new") == (str(tmp_path / "new"), None)
    (tmp_path / "none").mkdir()
    assert _told(tmp_path / "none") == (None, None)


@pytest.mark.parametrize("name", ["HEAD", "packed-refs", "config", "commondir", "refs/heads/main"])
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_pipe_in_it_is_not_waited_for(repository: Repository, name: str, *, is_linked: bool) -> None:
    """Whoever made the repository may have put one anywhere."""
    repository.git("branch", "-M", "main")
    commit = repository.git("rev-parse", "HEAD")
    place = repository.path / ".git" / name
    place.unlink(missing_ok=True)
    pipe = repository.path / "pipe" if is_linked else place
    os.mkfifo(pipe)
    if is_linked:
        place.symlink_to(pipe)
    gone = name in {"HEAD", "refs/heads/main"}
    assert _told(repository.path) == (str(repository.path), None if gone else commit)


def test_an_included_configuration_is_not_read(repository: Repository) -> None:
    """It could be a pipe, or another's file."""
    os.mkfifo(repository.path / "pipe")
    (repository.path / ".git" / "config").write_text(f"[include]\n\tpath = {repository.path / 'pipe'}\n")
    assert _told(repository.path)[1] is not None


@pytest.mark.parametrize("head", ["ref: refs/heads/../../secret", "ref: ../secret", "ref: /secret", "\0", "ref: HEAD"])
def test_a_head_that_leads_elsewhere_names_no_commit(repository: Repository, head: str) -> None:
    """Nor is it a way to ask whether a file is there."""
    (repository.path / ".git" / "secret").write_text("0" * 40 + "\n")
    (repository.path / ".git" / "HEAD").write_text(head)
    assert _told(repository.path) == (str(repository.path), None)
