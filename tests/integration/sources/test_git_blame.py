"""Does the git source tell who last changed each line?"""

from pathlib import Path

import pytest
from tests.support.observed import drafts_of, key_of, only
from tests.support.repositories import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository whose one file three lines long was written by two people."""
    repository = Repository(tmp_path / "repository")
    repository.commit({"src/a": "1\n2\n3\n"}, author="Ann <ann@x>")
    repository.commit({"src/a": "1\ntwo\n3\n"}, author="Bob <bob@x>")
    return repository


def test_lines_are_told_as_ranges_by_commit(repository: Repository) -> None:
    """Three ranges, and who wrote how much of the file."""
    first, second = repository.git("rev-list", "--reverse", "HEAD").split()
    (draft,) = only(drafts_of(repository.path / "src" / "a", include_blame=True), "git.blame")
    assert draft.target == "src/a"
    assert draft.context["ranges"] == [
        {"from": 1, "to": 1, "commit": first},
        {"from": 2, "to": 2, "commit": second},
        {"from": 3, "to": 3, "commit": first},
    ]
    assert draft.context["lines_by_author"] == {"Ann <ann@x>": 2, "Bob <bob@x>": 1}
    assert draft.context["commits"][second]["name"] == "Bob"
    assert draft.context["revision"] == second


def test_neighbouring_lines_of_one_commit_are_one_range(repository: Repository) -> None:
    """Blame reports pieces in the order it finds them; a reader wants the file's order."""
    repository.commit({"src/a": "0\n1\ntwo\n3\n4\n5\n"}, author="Cid <cid@x>")
    (draft,) = only(drafts_of(repository.path / "src" / "a", include_blame=True), "git.blame")
    assert [(part["from"], part["to"]) for part in draft.context["ranges"]] == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 6)]


def test_the_mailmap_names_the_authors(repository: Repository) -> None:
    """The same person as in the history."""
    repository.commit({".mailmap": "Robert <rob@x> <bob@x>\n"})
    (draft,) = only(drafts_of(repository.path / "src" / "a", include_blame=True), "git.blame")
    assert "Robert <rob@x>" in draft.context["lines_by_author"]


def test_an_untouched_file_is_the_same_fact_in_the_next_run(repository: Repository) -> None:
    """A commit elsewhere does not make the blame a new one."""
    (before,) = only(drafts_of(repository.path / "src" / "a", include_blame=True), "git.blame")
    repository.commit({"other": "1"})
    (after,) = only(drafts_of(repository.path / "src" / "a", include_blame=True), "git.blame")
    assert key_of(before) == key_of(after)
    assert before.context["revision"] != after.context["revision"]


def test_a_file_of_many_ranges_is_told_in_parts(repository: Repository) -> None:
    """No record may outgrow the trail's limit."""
    repository.commit({"src/a": "".join(f"{line}\n" for line in range(4_500))})
    repository.commit({"src/a": "".join(f"{line if line % 2 else 'even'}\n" for line in range(4_500))})
    parts = only(drafts_of(repository.path / "src" / "a", include_blame=True), "git.blame")
    assert [part.context["part"] for part in parts] == [1, 2, 3]
    assert sum(sum(part.context["lines_by_author"].values()) for part in parts) == 4_500


def test_a_lost_content_makes_a_finding(repository: Repository) -> None:
    """Blame needs every version; without one it cannot be told, and that is said."""
    repository.lose(repository.git("rev-parse", "HEAD~1:src/a"))
    (draft,) = only(drafts_of(repository.path / "src" / "a", include_blame=True), "git.blame")
    assert [finding.finding_type for finding in draft.findings] == ["git.blame-failed"]


def test_a_folder_is_not_blamed(repository: Repository) -> None:
    """There are no lines in it."""
    assert only(drafts_of(repository.path / "src", include_blame=True), "git.blame") == []
