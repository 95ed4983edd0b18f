"""Does the git source leave nothing behind, however it ends?"""

import os
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from tests.support.repositories import Repository

from ami_audit.adapters.sources.git import GitSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository of 600 commits; temporary files go to a folder of this test."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    repository = Repository(tmp_path / "repository")
    stream = "".join(
        f"commit refs/heads/main\ncommitter C <c@x> {1_700_000_000 + number} +0000\ndata 1\nx\n"
        f"M 100644 inline f\ndata 6\n{number:05}\n\n"
        for number in range(600)
    )
    repository.git("fast-import", "--quiet", stdin=stream.encode())
    return repository


def _children() -> list[int]:
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return [int(word) for file in listed for word in file.read_text().split()]


def _started(repository: Repository) -> Generator[Sequence[AuditDraft], None, None]:
    stream = GitSource().stream(str(repository.path), AuditOptions())
    assert isinstance(stream, Generator)
    return stream


def test_closing_early_ends_every_child_at_once(repository: Repository, tmp_path: Path) -> None:
    """Ctrl-C must not leave git processes that go on reading for minutes."""
    stream = _started(repository)
    while not any(draft.action == "git.commit" for draft in next(stream)):
        pass
    assert _children() != []
    stream.close()
    assert _children() == []
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_finished_run_leaves_nothing(repository: Repository, tmp_path: Path) -> None:
    """Nor does one that ran to its end."""
    assert sum(len(batch) for batch in GitSource().stream(str(repository.path), AuditOptions())) > 600
    assert _children() == []
    assert list((tmp_path / "temporary").iterdir()) == []


def test_an_interrupt_of_the_terminal_does_not_reach_git(repository: Repository) -> None:
    """Ctrl-C goes to the whole process group; git dying of it would look like a damaged repository."""
    stream = _started(repository)
    next(stream)
    groups = {os.getpgid(child) for child in _children()}
    stream.close()
    assert groups
    assert os.getpgid(0) not in groups
