"""Does a file's history go on under the names that it had before?"""

from pathlib import Path
from typing import Any

import pytest
from tests.support.observed import commits_of, drafts_of, key_of, only
from tests.support.repositories import Repository

_TEXT = "".join(f"line {number}\n" for number in range(20))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository whose file `c` was called `b` and before that `old/a`; other files come and go."""
    repository = Repository(tmp_path / "repository")
    repository.commit({"old/a": _TEXT, "other": "1"}, message="make a")
    repository.commit({"old/a": _TEXT + "more\n"}, message="change a", author="Bob <bob@x>")
    repository.git("mv", "old/a", "b")
    repository.commit(message="a is b")
    repository.commit({"other": "2"}, message="elsewhere")
    repository.git("mv", "b", "c")
    repository.commit({"c": _TEXT + "more and more\n"}, message="b is c, changed on the way")
    repository.commit({"old/a": "another file\n"}, message="a again")
    return repository


def _subjects(repository: Repository, name: str, **options: Any) -> list[str]:
    return [draft.context["subject"] for draft in commits_of(repository.path / name, **options).values()]


def test_a_file_is_followed_through_all_its_names(repository: Repository) -> None:
    """Who asks for a file means its content, not its name."""
    assert _subjects(repository, "c") == ["make a", "change a", "a is b", "b is c, changed on the way"]


def test_what_has_the_old_name_later_is_not_mixed_in(repository: Repository) -> None:
    """The name was free again, and another file took it."""
    assert "a again" not in _subjects(repository, "c")


def test_following_can_be_left_out(repository: Repository) -> None:
    """Then the name counts."""
    assert _subjects(repository, "c", follow_renames=False) == ["b is c, changed on the way"]


def test_a_file_that_is_gone_is_followed_too(repository: Repository) -> None:
    """Deleted files are what auditors look for."""
    repository.git("rm", "-q", "c")
    repository.commit(message="drop c")
    assert _subjects(repository, "c") == ["make a", "change a", "a is b", "b is c, changed on the way", "drop c"]


def test_the_names_are_told_with_the_commits_that_gave_them(repository: Repository) -> None:
    """One record says what the file was called, and who worked on it."""
    names = [name.split() for name in repository.git("log", "--reverse", "--format=%H %s").splitlines()]
    by_subject = {" ".join(rest): name for name, *rest in names}
    (draft,) = only(drafts_of(repository.path / "c"), "git.path")
    assert draft.target == "c"
    assert draft.context["names"] == [
        {"path": "c"},
        {"path": "b", "renamed_to": "c", "by": by_subject["b is c, changed on the way"]},
        {"path": "old/a", "renamed_to": "b", "by": by_subject["a is b"]},
    ]
    assert (draft.context["commits"], draft.context["at_head"]) == (4, True)
    assert draft.context["authors"] == {"Ann Author <ann@example.org>": 3, "Bob <bob@x>": 1}
    assert draft.context["first"] < draft.context["last"]


def test_an_untouched_file_is_the_same_fact_in_the_next_run(repository: Repository) -> None:
    """A commit elsewhere does not make the file's history a new one."""
    (before,) = only(drafts_of(repository.path / "c"), "git.path")
    repository.commit({"other": "3"})
    (after,) = only(drafts_of(repository.path / "c"), "git.path")
    assert key_of(before) == key_of(after)


def test_a_rename_on_a_side_branch_is_followed(repository: Repository) -> None:
    """Most renames come by merges."""
    repository.git("checkout", "-q", "-b", "side")
    repository.git("mv", "c", "d")
    repository.commit(message="c is d")
    repository.git("checkout", "-q", "main")
    repository.commit({"other": "4"}, message="meanwhile")
    repository.git("merge", "-q", "--no-ff", "-m", "join", "side")
    assert _subjects(repository, "d") == [
        "make a", "change a", "a is b", "b is c, changed on the way", "c is d", "join",
    ]  # fmt: skip


def test_a_folder_is_not_followed(repository: Repository) -> None:
    """There is no such thing as a folder's content."""
    assert only(drafts_of(repository.path / "old"), "git.path") == []


def test_several_files_are_told_together(repository: Repository) -> None:
    """Each has its own record, and the commits are told once, in order."""
    drafts = drafts_of(repository.path, paths=("c", "other"))
    assert [draft.target for draft in only(drafts, "git.path")] == ["c", "other"]
    assert [draft.context["subject"] for draft in only(drafts, "git.commit")] == [
        "make a", "change a", "a is b", "elsewhere", "b is c, changed on the way",
    ]  # fmt: skip


def test_a_lost_content_leaves_the_history_under_todays_name(repository: Repository) -> None:
    """Likeness needs both contents; that it could not be told is said."""
    repository.lose(repository.git("rev-parse", "HEAD~2:b"))
    drafts = drafts_of(repository.path / "c")
    (draft,) = only(drafts, "git.path")
    assert [finding.finding_type for finding in draft.findings] == ["git.rename-unknown"]
    assert [draft.context["subject"] for draft in only(drafts, "git.commit")] == ["b is c, changed on the way"]
