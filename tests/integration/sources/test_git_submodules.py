"""Does the git source hold `.gitmodules` and what is checked out against the tree?"""

from pathlib import Path

import pytest
from tests.support.observed import drafts_of, key_of, only
from tests.support.repositories import Repository

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditSeverity

_LOCAL = ("-c", "protocol.file.allow=always")


@pytest.fixture
def library(tmp_path: Path) -> Repository:
    """Another repository, with two commits."""
    library = Repository(tmp_path / "library")
    library.commit({"code": "1"})
    library.commit({"code": "2"})
    return library


@pytest.fixture
def repository(tmp_path: Path, library: Repository) -> Repository:
    """A repository that has the library as its submodule `libs/one`, checked out."""
    repository = Repository(tmp_path / "repository")
    repository.git(*_LOCAL, "submodule", "--quiet", "add", "--name", "one", str(library.path), "libs/one")
    repository.commit()
    return repository


def _submodules(repository: Repository) -> dict[str, AuditDraft]:
    return {draft.target: draft for draft in only(drafts_of(repository.path), "git.submodule")}


def _types(draft: AuditDraft) -> list[str]:
    return [finding.finding_type for finding in draft.findings]


def test_a_submodule_is_told_from_the_tree(repository: Repository, library: Repository) -> None:
    """The pointer says which code is built; the file only says where it comes from."""
    head = library.git("rev-parse", "HEAD")
    (draft,) = _submodules(repository).values()
    assert (draft.target, draft.findings) == ("libs/one", ())
    assert draft.context == {
        "state": "declared",
        "commit": head,
        "names": ["one"],
        "url": str(library.path),
        "branch": None,
        "checkout": {"state": "in-step", "commit": head, "has_commit": True},
    }


def test_another_commit_checked_out_is_a_finding(repository: Repository) -> None:
    """What is built here is then not what was committed."""
    repository.git("-C", "libs/one", "checkout", "-q", "HEAD~1")
    draft = _submodules(repository)["libs/one"]
    assert draft.context["checkout"]["state"] == "elsewhere"
    assert _types(draft) == ["git.submodule-elsewhere"]


def test_a_commit_that_was_never_pushed_is_a_finding(repository: Repository) -> None:
    """Nobody else can build this."""
    repository.git("update-index", "--cacheinfo", "160000", "1" * 40, "libs/one")
    repository.git("commit", "-q", "-m", "point astray")
    draft = _submodules(repository)["libs/one"]
    assert draft.context["checkout"]["has_commit"] is False
    assert "git.submodule-commit-missing" in _types(draft)


def test_a_submodule_that_is_not_checked_out_is_no_finding(repository: Repository, tmp_path: Path) -> None:
    """A plain clone has none of them."""
    clone = Repository.clone(repository, tmp_path / "clone")
    draft = _submodules(clone)["libs/one"]
    assert (draft.context["checkout"]["state"], draft.findings) == ("none", ())


def test_a_bare_repository_has_no_checkout(repository: Repository, tmp_path: Path) -> None:
    """There is nothing that could be elsewhere."""
    bare = Repository.clone(repository, tmp_path / "bare.git", "--bare")
    assert "checkout" not in _submodules(bare)["libs/one"].context


def test_a_pointer_that_is_not_declared_is_a_finding(repository: Repository) -> None:
    """Nobody knows where its code comes from."""
    repository.commit({".gitmodules": ""})
    draft = _submodules(repository)["libs/one"]
    assert (draft.context["state"], _types(draft)) == ("undeclared", ["git.submodule-undeclared"])


def test_a_declaration_without_a_pointer_is_a_finding(repository: Repository) -> None:
    """The file often lists more than there is; trust the tree."""
    repository.git("config", "--file", ".gitmodules", "submodule.ghost.path", "libs/ghost")
    repository.commit()
    drafts = _submodules(repository)
    assert list(drafts) == ["libs/one", "libs/ghost"]
    assert (drafts["libs/ghost"].context["commit"], _types(drafts["libs/ghost"])) == (None, ["git.submodule-absent"])


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("../../escape", "url", "https://example.org/x"),
        ("one", "url", "-u./payload"),
        ("one", "url", "ext::sh -c id"),
        ("one", "update", "!id"),
    ],
)
def test_what_makes_cloning_dangerous_is_an_error(repository: Repository, name: str, setting: str, value: str) -> None:
    """Old versions of git run such things; an audit must say so before somebody clones."""
    repository.write(".gitmodules", f'[submodule "{name}"]\n\tpath = libs/one\n\t{setting} = {value}\n')
    repository.git("add", ".gitmodules")
    repository.git("commit", "-q", "-m", "danger")
    draft = _submodules(repository)["libs/one"]
    assert _types(draft) == ["git.submodule-unsafe"]
    assert draft.findings[0].severity is AuditSeverity.ERROR


def test_a_password_in_an_url_is_an_error_and_not_recorded(repository: Repository) -> None:
    """The trail must not spread what it warns of."""
    repository.git("config", "--file", ".gitmodules", "submodule.one.url", "https://bot:hunter2@example.org/x.git")
    repository.commit()
    draft = _submodules(repository)["libs/one"]
    assert _types(draft) == ["git.submodule-credentials"]
    assert draft.context["url"] == "https://example.org/x.git"
    assert "hunter2" not in repr(draft)


def test_a_broken_gitmodules_is_a_finding(repository: Repository) -> None:
    """The pointers are told all the same."""
    repository.commit({".gitmodules": "[submodule\n"})
    drafts = _submodules(repository)
    assert _types(drafts[".gitmodules"]) == ["git.gitmodules-unreadable"]
    assert drafts["libs/one"].context["state"] == "undeclared"


def test_a_folder_behind_a_link_is_not_looked_into(repository: Repository, library: Repository) -> None:
    """The audited repository must not lead the audit elsewhere."""
    repository.git("submodule", "--quiet", "deinit", "--force", "libs/one")
    (repository.path / "libs" / "one").rmdir()
    (repository.path / "libs" / "one").symlink_to(library.path)
    draft = _submodules(repository)["libs/one"]
    assert draft.context["checkout"]["state"] == "outside"
    assert "git.submodule-unreadable" in _types(draft)


def test_an_unmoved_submodule_is_the_same_fact(repository: Repository) -> None:
    """A re-run stays quiet."""
    before = key_of(_submodules(repository)["libs/one"])
    repository.commit({"other": "1"})
    assert key_of(_submodules(repository)["libs/one"]) == before
