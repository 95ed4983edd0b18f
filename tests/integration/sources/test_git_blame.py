"""Does the git source tell who last changed each line?"""

from pathlib import Path

import pytest
from tests.support.observed import Counting, drafts_of, key_of, only
from tests.support.repositories import Repository

from ami_audit.adapters.sources.git import GitSource
from ami_audit.domain.options import AuditOptions


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


def test_the_age_of_the_lines_is_told(repository: Repository) -> None:
    """Old lines that nobody dares to touch are what a reader looks for."""
    repository.commit({"src/a": "1\ntwo\n3\n4\n"}, date="1800000000 +0000")
    (draft,) = only(drafts_of(repository.path / "src" / "a", include_blame=True), "git.blame")
    assert draft.context["lines_by_year"] == {"2023": 3, "2027": 1}
    assert [draft.context[name][:10] for name in ("oldest", "median", "newest")] == [
        "2023-11-14", "2023-11-14", "2027-01-15",
    ]  # fmt: skip


def test_every_text_file_of_a_folder_is_blamed_in_order(repository: Repository) -> None:
    """Many files at once; binaries and links have no lines."""
    repository.commit({f"src/{name}": f"{name}\n" for name in "fedcb"} | {"src/z.bin": b"\0\1", "other": "1\n"})
    (repository.path / "src" / "link").symlink_to("a")
    repository.commit()
    told = only(drafts_of(repository.path / "src", include_blame=True), "git.blame")
    assert [draft.target for draft in told] == [f"src/{name}" for name in "abcdef"]


def test_several_files_are_blamed_each_as_alone(repository: Repository) -> None:
    """What runs beside it changes nothing."""
    repository.commit({"b": "1\n2\n"})
    together = only(drafts_of(repository.path, include_blame=True, paths=("src/a", "b")), "git.blame")
    alone = [only(drafts_of(repository.path / name, include_blame=True), "git.blame") for name in ("b", "src/a")]
    assert {key_of(draft) for draft in together} == {key_of(draft) for drafts in alone for draft in drafts}


def test_ranges_are_those_of_git_blame(repository: Repository) -> None:
    """Line by line the same commit as `git blame --porcelain` names."""
    for number in range(12):
        lines = [f"{line * 7 % (number + 3)}\n" for line in range(20 + number)]
        repository.commit({"src/a": "".join(lines)}, author=f"P{number % 3} <p{number % 3}@x>")
    porcelain = repository.git("blame", "--porcelain", "--root", "HEAD", "--", "src/a").splitlines()
    expected = [line.split()[0] for line in porcelain if len(line.split(" ")[0]) == 40]
    (draft,) = only(drafts_of(repository.path / "src" / "a", include_blame=True), "git.blame")
    told = [part["commit"] for part in draft.context["ranges"] for _ in range(part["from"], part["to"] + 1)]
    assert told == expected


def test_many_files_are_blamed_with_an_index_outside_the_repository(repository: Repository) -> None:
    """It makes them faster and changes neither the answer nor the repository."""
    repository.commit({f"many/{number:03}": f"{number}\n" for number in range(70)})
    before = sorted(repository.git_dir.rglob("*"))
    told = only(drafts_of(repository.path / "many", include_blame=True), "git.blame")
    assert sorted(repository.git_dir.rglob("*")) == before
    head = repository.git("rev-parse", "HEAD")
    assert [draft.context["ranges"] for draft in told] == [[{"from": 1, "to": 1, "commit": head}]] * 70


def test_a_folder_without_text_is_said(repository: Repository) -> None:
    """Rather than an answer without blame and without a word."""
    repository.commit({"bin/x": b"\0"})
    progress = Counting()
    options = AuditOptions(include_blame=True)
    for _ in GitSource().stream(str(repository.path / "bin"), options, progress=progress):
        pass
    assert ("blame", "no text file of that name at HEAD") in progress.left_out
