"""Does the git source find large files anywhere in the history?"""

from pathlib import Path

import pytest
from tests.support.observed import Counting, drafts_of, key_of, only
from tests.support.repositories import Repository

from ami_audit.adapters.sources.git import GitSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.options import AuditOptions

_LARGE = 10_000


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository that once had a large binary and still has a large text of two versions."""
    repository = Repository(tmp_path / "repository")
    repository.git("config", "gc.auto", "0")
    repository.commit({"small": "1", "data.bin": b"\0" * 20_000}, author="Bob <bob@x>")
    repository.git("rm", "-q", "data.bin")
    repository.commit({"text": "x" * 12_000})
    repository.commit({"text": "y" * 11_000})
    return repository


def _files(repository: Repository, least: int = _LARGE, target: str = "") -> dict[str, AuditDraft]:
    drafts = drafts_of(repository.path / target, large_blob_bytes=least)
    return {draft.target: draft for draft in only(drafts, "git.blob")}


def test_a_deleted_large_file_is_found_with_who_brought_it(repository: Repository) -> None:
    """Every clone still fetches it."""
    draft = _files(repository)["data.bin"]
    commit = repository.git("rev-parse", "HEAD~2")
    blob = repository.git("rev-parse", "HEAD~2:data.bin")
    assert draft.context == {
        "largest_bytes": 20_000,
        "total_bytes": 20_000,
        "count": 1,
        "binary": True,
        "at_head": False,
        "contents": [{"blob": blob, "size_bytes": 20_000, "commit": commit}],
    }
    assert draft.actor == "Bob <bob@x>"
    assert [(finding.finding_type, finding.severity) for finding in draft.findings] == [
        ("git.blob-large", AuditSeverity.WARNING)
    ]


def test_versions_of_one_file_are_one_record(repository: Repository) -> None:
    """A thousand versions of a snapshot are one thing to look at."""
    draft = _files(repository)["text"]
    assert (draft.context["count"], draft.context["total_bytes"]) == (2, 23_000)
    assert (draft.context["binary"], draft.context["at_head"]) == (False, True)
    assert draft.findings[0].severity is AuditSeverity.INFO


def test_the_largest_comes_first_and_the_size_counts(repository: Repository) -> None:
    """The threshold is the user's."""
    assert list(_files(repository)) == ["data.bin", "text"]
    assert list(_files(repository, least=12_001)) == ["data.bin"]
    assert _files(repository, least=1_000_000) == {}


def test_what_only_a_merge_brought_is_found(repository: Repository) -> None:
    """An evil merge is where nobody looks."""
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({"side": "1"})
    repository.git("checkout", "-q", "main")
    repository.commit({"small": "2"})
    repository.git("merge", "-q", "--no-ff", "--no-commit", "side")
    merge = repository.commit({"smuggled": b"\0" * 30_000})
    assert _files(repository)["smuggled"].context["contents"][0]["commit"] == merge


def test_what_no_commit_has_is_told_apart(repository: Repository) -> None:
    """It takes room, but no clone fetches it."""
    repository.git("hash-object", "-w", "--stdin", stdin=b"\0" * 40_000)
    draft = _files(repository)["(in no commit)"]
    assert [finding.finding_type for finding in draft.findings] == ["git.blob-unreached"]
    assert draft.findings[0].severity is AuditSeverity.INFO


def test_an_unchanged_history_is_the_same_facts(repository: Repository) -> None:
    """A re-run stays quiet."""
    before = {name: key_of(draft) for name, draft in _files(repository).items()}
    repository.commit({"small": "3"})
    assert {name: key_of(draft) for name, draft in _files(repository).items()} == before


def test_a_partial_clone_tells_what_it_has(repository: Repository, tmp_path: Path) -> None:
    """What was left behind at the remote has no size here, and nothing is fetched."""
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = Repository.clone(repository, tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    assert _files(clone) == {}


def test_a_lost_tree_is_counted(repository: Repository) -> None:
    """What that commit brought cannot be told; the others' files are found."""
    hurt = repository.git("rev-parse", "HEAD~1")
    repository.lose(repository.tree(hurt))
    progress = Counting()
    options = AuditOptions(large_blob_bytes=_LARGE)
    stream = GitSource().stream(str(repository.path), options, progress=progress)
    found = [draft.target for batch in stream for draft in batch if draft.action == "git.blob"]
    assert "data.bin" in found
    unknown = [name for name, why in progress.left_out if why == "trees are missing: no word on large files"]
    assert hurt in unknown
