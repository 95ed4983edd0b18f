"""Does the git source add up who did what?"""

from pathlib import Path
from typing import Any

import pytest
from tests.support.observed import Counting, drafts_of, key_of, knowing, only
from tests.support.repositories import Repository

from ami_audit.adapters.sources.git import GitSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository of two people, one of whom has two addresses."""
    repository = Repository(tmp_path / "repository")
    repository.commit({".mailmap": "Ann <ann@x> <ann@old>\n", "a": "1\n2\n"}, author="Ann <ann@x>")
    repository.commit({"a": "1\n", "b": "1\n"}, author="Annie <ann@old>")
    repository.commit({"b": "2\n"}, author="Bob <bob@x>")
    return repository


def _authors(repository: Repository, **options: Any) -> dict[str, AuditDraft]:
    drafts = drafts_of(repository.path, include_contributions=True, **options)
    return {draft.target: draft for draft in only(drafts, "git.contribution")}


def test_each_person_has_one_record(repository: Repository) -> None:
    """The mailmap says which addresses are one person; the sums are those of `git log --numstat`."""
    authors = _authors(repository)
    assert list(authors) == ["Ann <ann@x>", "Bob <bob@x>"]
    assert authors["Ann <ann@x>"].context == {
        "commits": 2,
        "merges": 0,
        "added": 4,
        "deleted": 1,
        "files": 3,
        "files_exact": True,
        "first": "2023-11-14T22:14:20.000000Z",
        "last": "2023-11-14T22:15:20.000000Z",
        "identities": ["Ann <ann@x>", "Annie <ann@old>"],
    }
    assert authors["Bob <bob@x>"].context["added"] == 1


def test_a_merge_counts_as_one_and_adds_no_lines(repository: Repository) -> None:
    """Its lines were counted where they were written."""
    repository.git("checkout", "-q", "-b", "side", "HEAD~1")
    repository.commit({"c": "1\n"}, author="Bob <bob@x>")
    repository.git("checkout", "-q", "main")
    bobs = {"GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@x"}
    repository.git("merge", "-q", "-m", "join", "side", environment=bobs)
    bob = _authors(repository)["Bob <bob@x>"].context
    assert (bob["commits"], bob["merges"], bob["added"]) == (3, 1, 2)


def test_filters_limit_what_is_added_up(repository: Repository) -> None:
    """Who asks for one author or one span of time gets sums of that."""
    assert list(_authors(repository, authors=("bob",))) == ["Bob <bob@x>"]
    assert list(_authors(repository, paths=("a",))) == ["Ann <ann@x>"]


def test_of_one_file_only_that_file_counts_under_all_its_names(tmp_path: Path) -> None:
    """A commit touches many files; who asks about one wants what was done to that one."""
    made = Repository(tmp_path / "renamed")
    made.commit({"old.py": "a\nb\nc\n", "big.txt": "x\n" * 300}, message="Begin")
    made.git("mv", "old.py", "new.py")
    made.commit(message="Rename it")
    made.commit({"new.py": "a\nb\nc\nd\n", "big.txt": "y\n" * 300}, message="Go on")
    target = str(made.path / "new.py")
    (author,) = [draft for draft in drafts_of(target, include_contributions=True) if draft.action == "git.contribution"]
    assert (author.context["commits"], author.context["added"], author.context["deleted"]) == (3, 4, 0)
    assert author.context["files"] == 2


def test_a_rerun_tells_the_same_facts_and_no_known_commit(repository: Repository) -> None:
    """The sums need every commit; the trail does not need it twice."""
    first = drafts_of(repository.path, include_contributions=True)
    progress = Counting()
    again = [
        draft
        for batch in GitSource().stream(
            str(repository.path), AuditOptions(include_contributions=True), known=knowing(first), progress=progress
        )
        for draft in batch
    ]
    assert only(again, "git.commit") == []
    assert progress.unchanged_facts == 3
    told = [list(map(key_of, only(drafts, "git.contribution"))) for drafts in (first, again)]
    assert told[0] == told[1]


def test_without_line_counts_the_lines_are_unknown(repository: Repository) -> None:
    """Zero would be a lie."""
    ann = _authors(repository, line_counts=False)["Ann <ann@x>"].context
    assert (ann["commits"], ann["added"], ann["deleted"], ann["files"]) == (2, None, None, 3)


def test_a_lost_content_is_said(repository: Repository) -> None:
    """The sums are then too small, and by how many commits is told."""
    repository.git("config", "gc.auto", "0")
    repository.lose(repository.git("rev-parse", "HEAD:b"))
    assert _authors(repository)["Bob <bob@x>"].context["uncounted_commits"] == 1


def test_nothing_is_added_up_unasked(repository: Repository) -> None:
    """It needs a look at every commit in every run."""
    assert only(drafts_of(repository.path), "git.contribution") == []
