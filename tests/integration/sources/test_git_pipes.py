"""Does the git source refuse what git would wait for without end?"""

import os
from pathlib import Path

import pytest
from tests.support.observed import commits_of
from tests.support.repositories import Repository

from ami_audit.domain.errors import SourceError


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository of one commit on `main`."""
    made = Repository(tmp_path / "repository")
    made.commit({"a": "1\n"})
    made.git("branch", "-M", "main")
    return made


def _pipe(place: Path, *, outside: Path | None) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(outside or place)
    if outside:
        place.symlink_to(outside)


@pytest.mark.parametrize("is_linked", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "config",
        "packed-refs",
        "shallow",
        "objects/info/alternates",
        "refs/heads/main",
        "refs/tags/v1",
        "objects/pack/pack-1.idx",
        "objects/00/00000000000000000000000000000000000000",
    ],
)
def test_a_pipe_among_its_files_is_refused(
    repository: Repository, tmp_path: Path, name: str, *, is_linked: bool
) -> None:
    """With one sentence that names it, before git is started."""
    _pipe(repository.path / ".git" / name, outside=tmp_path / "pipe" if is_linked else None)
    with pytest.raises(SourceError, match=r"`.*" + name + "` is no regular file"):
        commits_of(repository.path)


def test_a_head_that_is_linked_to_a_pipe_is_refused(repository: Repository, tmp_path: Path) -> None:
    """A link may stand for a ref; this one leads to no file."""
    _pipe(repository.path / ".git" / "HEAD", outside=tmp_path / "pipe")
    with pytest.raises(SourceError, match="HEAD` is no regular file"):
        commits_of(repository.path)


def test_a_head_that_is_a_pipe_makes_no_repository(repository: Repository) -> None:
    """Nothing is there that git would take for one."""
    _pipe(repository.path / ".git" / "HEAD", outside=None)
    with pytest.raises(SourceError, match="no Git repository"):
        commits_of(repository.path)


def test_a_pipe_in_borrowed_objects_is_refused(repository: Repository, tmp_path: Path) -> None:
    """The repository names whose objects it borrows."""
    _pipe(tmp_path / "lender" / "info" / "alternates", outside=None)
    (repository.path / ".git" / "objects" / "info" / "alternates").write_text(f"{tmp_path / 'lender'}\n")
    with pytest.raises(SourceError, match="lender/info/alternates` is no regular file"):
        commits_of(repository.path)


def test_borrowed_objects_and_links_to_nothing_are_borne(repository: Repository, tmp_path: Path) -> None:
    """Both are everyday: a shared clone, a ref that was a link."""
    repository.git("clone", "--quiet", "--shared", str(repository.path), str(tmp_path / "clone"))
    (tmp_path / "clone" / ".git" / "refs" / "heads" / "gone").symlink_to("nothing")
    assert len(commits_of(tmp_path / "clone")) == 1
