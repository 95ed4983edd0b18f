"""Does the git source tell commit by commit what lock files pin?"""

from pathlib import Path
from typing import Any

import pytest
from tests.support.observed import Counting, drafts_of, knowing, only
from tests.support.repositories import Repository

from ami_audit.adapters.sources.git import GitSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions


def _locked(**versions: str) -> str:
    packages = (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://example.org" }}\n'
        f'sdist = {{ url = "https://example.org/{name}.tar.gz", hash = "sha256:{"0" * 64}" }}\n'
        for name, version in versions.items()
    )
    return "version = 1\n\n" + "\n".join(packages)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository whose `uv.lock` was made, changed and left alone."""
    repository = Repository(tmp_path / "repository")
    repository.commit({"app/uv.lock": _locked(anyio="4.0", idna="3.1")}, message="lock")
    repository.commit({"app/uv.lock": _locked(anyio="4.1", sniffio="1.3")}, message="update", author="Bob <bob@x>")
    repository.commit({"other": "1"}, message="elsewhere")
    return repository


def _changes(repository: Repository, target: str = "", **options: Any) -> list[AuditDraft]:
    return only(drafts_of(repository.path / target, include_lockfiles=True, **options), "git.lockfile")


def test_each_commit_tells_what_came_went_and_moved(repository: Repository) -> None:
    """When a package came in, who brought it, and which version it replaced."""
    first, second = _changes(repository)
    assert [first.target, second.target] == ["app/uv.lock"] * 2
    assert first.context["added"] == [{"name": "anyio", "versions": ["4.0"]}, {"name": "idna", "versions": ["3.1"]}]
    assert second.context["added"] == [{"name": "sniffio", "versions": ["1.3"]}]
    assert second.context["removed"] == [{"name": "idna", "versions": ["3.1"]}]
    assert second.context["changed"] == [{"name": "anyio", "from": ["4.0"], "to": ["4.1"]}]
    assert second.context["packages"] == {"before": 2, "after": 2}
    assert (second.actor, second.context["subject"]) == ("Bob <bob@x>", "update")
    assert second.context["commit"] == repository.git("rev-parse", "HEAD~1")


def test_a_deleted_lock_file_pins_nothing_any_more(repository: Repository) -> None:
    """All that it pinned is gone."""
    repository.git("rm", "-q", "app/uv.lock")
    repository.commit()
    last = _changes(repository)[-1]
    assert [package["name"] for package in last.context["removed"]] == ["anyio", "sniffio"]
    assert last.context["status"] == "D"


def test_another_digest_of_the_same_version_is_a_finding(repository: Repository) -> None:
    """A release is never made twice: somebody replaced what will be installed."""
    text = (repository.path / "app" / "uv.lock").read_text().replace("0" * 64, "1" * 64, 1)
    repository.commit({"app/uv.lock": text})
    last = _changes(repository)[-1]
    assert (last.context["changed"], last.context["redigested"]) == ([], ["anyio 4.1 anyio.tar.gz sha256"])
    assert [finding.finding_type for finding in last.findings] == ["git.lockfile-redigested"]


def test_a_lock_file_that_cannot_be_read_is_a_finding(repository: Repository) -> None:
    """A conflict that was committed, for one."""
    repository.commit({"app/uv.lock": "<<<<<<< HEAD\n"})
    repository.commit({"app/uv.lock": _locked(anyio="4.1")})
    broken, mended = _changes(repository)[-2:]
    for draft in (broken, mended):
        assert [finding.finding_type for finding in draft.findings] == ["git.lockfile-unreadable"]
    assert "cannot be read" in broken.context["why"]


def test_a_lost_lock_file_is_a_finding(repository: Repository) -> None:
    """What it said cannot be told; what comes after can, from the next state on."""
    repository.lose(repository.git("rev-parse", "HEAD~2:app/uv.lock"))
    assert [bool(draft.findings) for draft in _changes(repository)] == [True, True]


def test_a_merge_is_told_only_for_what_it_changed_itself(repository: Repository) -> None:
    """What came with the branch was told there; what the merge made of both is its own."""
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({"app/uv.lock": _locked(anyio="4.2", sniffio="1.3")}, message="side")
    repository.git("checkout", "-q", "main")
    repository.commit({"other": "2"}, message="main")
    repository.git("merge", "-q", "--no-ff", "-m", "plain merge", "side")
    repository.git("checkout", "-q", "-b", "more", "HEAD~1")
    repository.commit({"app/uv.lock": _locked(anyio="4.9")}, message="more")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "more")
    repository.commit({"app/uv.lock": _locked(anyio="5.0")}, message="merge by hand")
    subjects = [draft.context["subject"] for draft in _changes(repository)]
    assert sorted(subjects) == sorted(["lock", "update", "side", "more", "merge by hand"])


def test_a_target_limits_the_lock_files(repository: Repository) -> None:
    """Only what was asked for."""
    repository.commit({"tool/uv.lock": _locked(rich="15")})
    assert {draft.target for draft in _changes(repository, "app")} == {"app/uv.lock"}
    assert {draft.target for draft in _changes(repository, authors=("bob",))} == {"app/uv.lock"}


def test_a_rerun_reads_no_lock_file_again(repository: Repository) -> None:
    """A commit's change of a lock file is a fact for ever."""
    first = drafts_of(repository.path, include_lockfiles=True)
    progress = Counting()
    options = AuditOptions(include_lockfiles=True)
    stream = GitSource().stream(str(repository.path), options, known=knowing(first), progress=progress)
    again = [draft for batch in stream for draft in batch]
    assert only(again, "git.lockfile") == []
    assert progress.unchanged_facts == 3 + 2


def test_a_clone_without_trees_says_so(repository: Repository, tmp_path: Path) -> None:
    """What cannot be told is counted, commit by commit."""
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = Repository.clone(repository, tmp_path / "clone", "--bare", "--filter=tree:0")
    progress = Counting()
    for _ in GitSource().stream(str(clone.path), AuditOptions(include_lockfiles=True), progress=progress):
        pass
    assert [why for _, why in progress.left_out] == ["trees are missing: no word on lock files"] * 3
