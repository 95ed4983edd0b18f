"""Does the git source say what could not be known, and go on?"""

import os
from pathlib import Path

import pytest
from tests.support.observed import commits_of, drafts_of, only, the_repository
from tests.support.repositories import Repository

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditSeverity, Outcome


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository of five commits that each change one line, none of them packed."""
    repository = Repository(tmp_path / "repository")
    repository.git("config", "gc.auto", "0")
    for number in range(5):
        repository.commit({"a": f"{number}\n", "same": "same\n"})
    return repository


def _names(repository: Repository) -> list[str]:
    return repository.git("rev-list", "--reverse", "HEAD").split()


def _types(draft: AuditDraft) -> list[str]:
    return [finding.finding_type for finding in draft.findings]


def test_a_missing_file_content_costs_only_the_commits_that_touch_it(repository: Repository) -> None:
    """One lost blob must not hide the rest of the history."""
    names = _names(repository)
    blob = repository.git("rev-parse", f"{names[2]}:a")
    repository.lose(blob)
    drafts = commits_of(repository.path)
    assert list(drafts) == names
    assert [bool(draft.findings) for draft in drafts.values()] == [False, False, True, True, False]
    hurt = drafts[names[2]]
    assert _types(hurt) == ["git.object-missing"]
    assert hurt.findings[0].severity is AuditSeverity.WARNING
    assert blob in hurt.findings[0].description
    assert hurt.outcome is Outcome.PARTIAL
    assert hurt.context["changes"] == [{"path": "a", "status": "M", "added": None, "deleted": None}]
    assert drafts[names[4]].context["totals"] == {"files": 1, "added": 1, "deleted": 1}


def test_a_corrupt_file_content_is_found_though_it_is_there(repository: Repository) -> None:
    """The object exists, so only reading it shows the damage."""
    names = _names(repository)
    repository.corrupt(repository.git("rev-parse", f"{names[2]}:a"))
    drafts = commits_of(repository.path)
    assert [bool(draft.findings) for draft in drafts.values()] == [False, False, True, True, False]


def test_a_missing_tree_leaves_the_commits_facts(repository: Repository) -> None:
    """Who, when and why are in the commit; only what changed is gone."""
    names = _names(repository)
    repository.lose(repository.tree(names[2]))
    drafts = commits_of(repository.path)
    assert list(drafts) == names
    assert [bool(draft.findings) for draft in drafts.values()] == [False, False, True, True, False]
    assert drafts[names[2]].context["subject"] == "a change"
    assert "tree" in drafts[names[2]].context["changes_unknown"]


def test_a_missing_commit_cuts_the_history_and_is_named(repository: Repository) -> None:
    """What comes after the gap is told, the gap itself is a record, and what lies before it is out of reach."""
    names = _names(repository)
    repository.lose(names[1])
    drafts = drafts_of(repository.path)
    assert [draft.target for draft in only(drafts, "git.commit")] == names[2:]
    (lost,) = only(drafts, "git.commit-lost")
    assert lost.target == names[1]
    assert lost.outcome is Outcome.FAILURE
    assert drafts[0].context["broken_off_at"] == [names[2]]
    assert "git.history-broken" in _types(drafts[0])
    child = commits_of(repository.path)[names[2]]
    assert "not in this clone" in child.context["changes_unknown"]


def test_a_merge_keeps_the_parent_that_is_left(repository: Repository) -> None:
    """One lost side must not hide the other."""
    main = _names(repository)
    repository.git("checkout", "-qb", "side", main[0])
    side = repository.commit({"b": "1\n"})
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "join", "side")
    repository.git("branch", "-qD", "side")
    merge = repository.git("rev-parse", "HEAD")
    repository.lose(side)
    drafts = commits_of(repository.path)
    assert list(drafts) == [*main, merge]
    assert drafts[merge].context["parents"] == [main[-1], side]


@pytest.mark.parametrize("position", [1, 4])
def test_a_corrupt_commit_is_named(repository: Repository, position: int) -> None:
    """Unreadable is told apart from missing, in the middle of the history and at its head."""
    names = _names(repository)
    repository.corrupt(names[position])
    drafts = drafts_of(repository.path)
    told = {draft.target for draft in drafts if draft.findings}
    assert names[position] in told or "HEAD" in told
    assert [draft.target for draft in only(drafts, "git.commit")] == names[position + 1 :]


def test_a_branch_that_points_nowhere_is_told_and_the_others_are_walked(repository: Repository) -> None:
    """A broken ref is a fact; the rest of the repository is whole."""
    (repository.git_dir / "refs" / "heads" / "broken").write_text("1" * 40 + "\n")
    drafts = drafts_of(repository.path)
    (broken,) = [draft for draft in drafts if draft.target == "refs/heads/broken"]
    assert broken.context["object_kind"] == "missing"
    assert _types(broken) == ["git.object-missing"]
    assert len(only(drafts, "git.commit")) == 5


def test_a_partial_clone_is_told_without_fetching(repository: Repository, tmp_path: Path) -> None:
    """An audit must not reach out to a remote that the audited repository names."""
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = Repository.clone(repository, tmp_path / "partial", "--filter=blob:none", "--no-checkout")
    before = sorted(path.name for path in (clone.git_dir / "objects").rglob("*"))
    drafts = commits_of(clone.path)
    assert len(drafts) == 5
    assert all(_types(draft) == ["git.object-missing"] for draft in drafts.values())
    assert all(draft.context["changes"][0]["path"] == "a" for draft in drafts.values())
    assert the_repository(clone.path).context["partial"] is True
    assert sorted(path.name for path in (clone.git_dir / "objects").rglob("*")) == before


def test_a_clone_without_trees_still_tells_its_commits(repository: Repository, tmp_path: Path) -> None:
    """`--filter=tree:0` leaves nothing but commits."""
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = Repository.clone(repository, tmp_path / "treeless", "--filter=tree:0", "--no-checkout")
    drafts = commits_of(clone.path)
    assert len(drafts) == 5
    assert all(draft.context["changes_unknown"] for draft in drafts.values())


def test_a_path_in_a_clone_without_trees_is_answered_with_everything_and_a_warning(
    repository: Repository, tmp_path: Path
) -> None:
    """Too much with a warning beats nothing without one."""
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = Repository.clone(repository, tmp_path / "treeless", "--filter=tree:0", "--no-checkout")
    drafts = drafts_of("a", clone.path)
    assert len(only(drafts, "git.commit")) == 5
    assert "git.history-unlimited" in _types(drafts[0])


def test_a_shallow_clone_does_not_take_old_files_for_new(repository: Repository, tmp_path: Path) -> None:
    """Git shows the oldest commit of a shallow clone as adding everything; nobody did that."""
    clone = Repository.clone(repository, tmp_path / "shallow", "--depth=2")
    names = _names(repository)
    drafts = drafts_of(clone.path)
    commits = {draft.target: draft for draft in only(drafts, "git.commit")}
    assert list(commits) == names[3:]
    assert commits[names[3]].context["parents"] == [names[2]]
    assert "not in this clone" in commits[names[3]].context["changes_unknown"]
    assert commits[names[4]].context["totals"] == {"files": 1, "added": 1, "deleted": 1}
    assert _types(drafts[0]) == ["git.history-cut"]


def test_a_shallow_clone_that_is_damaged_too_is_told_as_both(repository: Repository, tmp_path: Path) -> None:
    """The places where a clone was cut on purpose are not counted as damage."""
    clone = Repository.clone(repository, tmp_path / "shallow", "--depth=3")
    clone.git("unpack-objects", "-q", stdin=_packed(clone))
    clone.lose(_names(repository)[3])
    drafts = drafts_of(clone.path)
    assert [draft.target for draft in only(drafts, "git.commit-lost")] == [_names(repository)[3]]
    assert {"git.history-cut", "git.history-broken"} == set(_types(drafts[0]))


def _packed(repository: Repository) -> bytes:
    (pack,) = (repository.git_dir / "objects" / "pack").glob("*.pack")
    data = pack.read_bytes()
    for file in list(pack.parent.iterdir()):
        file.unlink()
    return data


def test_damage_is_found_behind_a_commit_graph(repository: Repository) -> None:
    """The graph file remembers commits that are gone; the audit must look for the objects themselves."""
    repository.git("commit-graph", "write", "--reachable")
    names = _names(repository)
    repository.lose(names[1])
    drafts = drafts_of(repository.path)
    assert [draft.target for draft in only(drafts, "git.commit-lost")] == [names[1]]
    assert set(names[2:]) <= {draft.target for draft in only(drafts, "git.commit")}


def test_an_unreadable_object_folder_is_told(repository: Repository) -> None:
    """A folder that may not be read is missing for the auditor, and the run goes on."""
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    names = _names(repository)
    folder = repository.loose(repository.git("rev-parse", f"{names[2]}:a")).parent
    folder.chmod(0)
    try:
        assert any(draft.findings for draft in drafts_of(repository.path))
    finally:
        folder.chmod(0o700)
