"""Is a history without line counts the same history, told faster?"""

from pathlib import Path

import pytest
from tests.support.observed import Counting, commits_of, drafts_of, knowing, only
from tests.support.repositories import Repository

from ami_audit.adapters.sources.git import GitSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with a rename, a mode change and a merge."""
    repository = Repository(tmp_path / "repository")
    repository.commit({"a": "1\n2\n3\n", "b": "1\n"})
    repository.git("mv", "a", "c")
    (repository.path / "b").chmod(0o755)
    repository.commit()
    repository.git("checkout", "-q", "-b", "side", "HEAD~1")
    repository.commit({"d": "1"})
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "-m", "join", "side")
    return repository


def test_names_and_what_was_done_are_those_of_git(repository: Repository) -> None:
    """As `git log --name-status --no-renames` has them: a rename is one file gone and one come."""
    for name, draft in commits_of(repository.path, line_counts=False).items():
        listed = repository.git("show", "--format=", "--name-status", "--no-renames", name).splitlines()
        told = [f"{entry['status']}\t{entry['path']}" for entry in draft.context.get("changes", ())]
        assert told == ([] if draft.context["merge"] else listed)


def test_lines_are_unknown_and_not_zero(repository: Repository) -> None:
    """A total of zero would be a statement."""
    plain = [draft for draft in commits_of(repository.path, line_counts=False).values() if not draft.context["merge"]]
    assert [draft.context["totals"] for draft in plain] == [{"files": 2}, {"files": 3}, {"files": 1}]
    assert {entry["added"] for draft in plain for entry in draft.context["changes"]} == {None}
    assert plain[1].context["changes"][1]["mode"] == {"from": "100644", "to": "100755"}


def test_everything_else_is_as_with_line_counts(repository: Repository) -> None:
    """The option leaves out lines and renames, nothing more."""
    with_lines, without = commits_of(repository.path), commits_of(repository.path, line_counts=False)
    assert list(with_lines) == list(without)
    for name, draft in without.items():
        left = {"changes", "totals"}
        assert {key: value for key, value in draft.context.items() if key not in left} == {
            key: value for key, value in with_lines[name].context.items() if key not in left
        }


def _again(repository: Repository, known: list[AuditDraft], *, line_counts: bool) -> tuple[list[AuditDraft], int]:
    progress = Counting()
    stream = GitSource().stream(
        str(repository.path), AuditOptions(line_counts=line_counts), known=knowing(known), progress=progress
    )
    return only([draft for batch in stream for draft in batch], "git.commit"), progress.unchanged_facts


def test_counting_lines_later_records_the_commits_again(repository: Repository) -> None:
    """There is more to tell now; the other way round there is not."""
    quick = drafts_of(repository.path, line_counts=False)
    assert _again(repository, quick, line_counts=False) == ([], 4)
    assert len(_again(repository, quick, line_counts=True)[0]) == 4
    assert _again(repository, drafts_of(repository.path), line_counts=False) == ([], 4)


def test_lost_contents_cost_nothing_and_lost_trees_only_their_commits(repository: Repository) -> None:
    """Names stand in trees: no content is read."""
    repository.lose(repository.git("rev-parse", "HEAD:d"))
    assert not any(draft.findings for draft in commits_of(repository.path, line_counts=False).values())
    repository.lose(repository.tree("HEAD~1"))
    hurt = [name for name, draft in commits_of(repository.path, line_counts=False).items() if draft.findings]
    assert hurt == [repository.git("rev-parse", "HEAD~1")]
