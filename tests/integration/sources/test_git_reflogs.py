"""Does the git source tell where names pointed before?"""

from pathlib import Path

import pytest
from tests.support.observed import drafts_of, key_of, only
from tests.support.repositories import Repository

from ami_audit.domain.draft import AuditDraft


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository of two commits."""
    repository = Repository(tmp_path / "repository")
    repository.commit({"a": "1"})
    repository.commit({"a": "2"}, author="Bob <bob@x>")
    return repository


def _moves(repository: Repository, ref: str = "refs/heads/main") -> list[AuditDraft]:
    drafts = only(drafts_of(repository.path, include_reflog=True), "git.reflog")
    return [draft for draft in drafts if draft.target == ref]


def test_each_move_is_told_with_who_and_why(repository: Repository) -> None:
    """A reflog says what no commit says: when a branch was moved, and by whom."""
    first, second = repository.git("rev-list", "--reverse", "HEAD").split()
    made, moved = _moves(repository)
    assert (made.context["from"], made.context["to"]) == (None, first)
    assert (moved.context["from"], moved.context["to"]) == (first, second)
    assert moved.context["message"] == "commit: a change"
    assert (moved.context["from_state"], moved.context["to_state"]) == ("reached", "reached")
    assert moved.timestamp == "2023-11-14T22:15:20.000000Z"
    assert moved.findings == ()


def test_a_dropped_commit_is_a_finding(repository: Repository) -> None:
    """Rewritten history: only the reflog still knows it."""
    dropped = repository.git("rev-parse", "HEAD")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    move = _moves(repository)[-1]
    assert (move.context["from"], move.context["from_state"]) == (dropped, "dropped")
    assert [finding.finding_type for finding in move.findings] == ["git.commits-dropped"]


def test_a_pruned_commit_is_missing(repository: Repository) -> None:
    """The reflog names it, nothing holds it."""
    dropped = repository.git("rev-parse", "HEAD")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    repository.lose(dropped)
    assert _moves(repository)[-1].context["from_state"] == "missing"


def test_head_and_every_name_have_their_own(repository: Repository) -> None:
    """Names in order, each oldest first."""
    repository.git("branch", "side")
    repository.git("checkout", "-q", "side")
    targets = [draft.target for draft in only(drafts_of(repository.path, include_reflog=True), "git.reflog")]
    assert list(dict.fromkeys(targets)) == ["HEAD", "refs/heads/main", "refs/heads/side"]


def test_a_broken_line_is_a_finding(repository: Repository) -> None:
    """Reflogs are plain files; somebody may have edited one."""
    log = repository.git_dir / "logs" / "refs" / "heads" / "main"
    log.write_bytes(b"nonsense\n" + log.read_bytes())
    moves = _moves(repository)
    assert [finding.finding_type for finding in moves[0].findings] == ["git.reflog-malformed"]
    assert len(moves) == 3


def test_a_known_move_is_the_same_fact(repository: Repository) -> None:
    """A re-run stays quiet."""
    before = list(map(key_of, _moves(repository)))
    repository.commit({"a": "3"})
    assert list(map(key_of, _moves(repository)))[:2] == before


def test_reflogs_are_told_only_on_request(repository: Repository) -> None:
    """They are this clone's own diary, not the project's history."""
    assert only(drafts_of(repository.path), "git.reflog") == []
