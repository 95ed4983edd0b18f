"""Does the compiled reader leave every draft as the plain one makes it?"""

from pathlib import Path

import pytest
from tests.support.repositories import Repository

from ami_audit.adapters.sources.git import GitSource as PlainSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import GitSource
from ami_audit.ports.source import AuditSource


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository that has everything that is usual, and much that is not."""
    repository = Repository(tmp_path / "repository")
    repository.git("config", "gc.auto", "0")
    repository.commit({"a": "1\n2\n3\n", "bin": b"\0\1", ".mailmap": "Ann <ann@x> <ann@old>\n"})
    repository.commit({"caf\u00e9": "1\n", "tab\tname": "1\n", "bin": b"\0\2"}, author="Ännie <ann@old>")
    repository.git("mv", "a", "b")
    repository.commit({"b": "1\n2\n3\n4\n"}, message="one\ntwo\n\nbody \u2028 end", date="1700000000 -0000")
    repository.commit({"b": "x"}, message="latin \xe9", options=("--no-edit",), date="1600000000 -0330")
    repository.commit({"b": "y"}, message="m" * 70_000)
    repository.commit({f"many/{number:04}": str(number) for number in range(1_100)})
    repository.commit({f"deep/{'d' * 200}/{number:04}{'e' * 200}": "1" for number in range(700)})
    repository.commit(message="")
    repository.git("update-index", "--add", "--cacheinfo", "160000", "1" * 40, "sub")
    repository.git("update-index", "--chmod=+x", "b")
    repository.git("commit", "-q", "-m", "a submodule and a mode")
    repository.git("checkout", "-q", "-f", "-b", "side", "HEAD~3")
    repository.commit({"side": "1\n"})
    repository.git("checkout", "-q", "-f", "main")
    repository.git("merge", "-q", "-m", "join", "side")
    head = f"tree {repository.tree()}\nparent {repository.git('rev-parse', 'HEAD')}\n".encode()
    person = b"A <a@x> 1700000000 +0000\n"
    signature = b"gpgsig -----BEGIN SSH SIGNATURE-----\n nonsense\n\n"
    odd = [
        head + b"author " + person + b"committer " + person + signature + b"signed\n",
        head + b"author " + person + b"committer " + person + b"encoding latin-1\n\ncaf\xe9\n",
        head + b"author A <a@x> 99999999999999 +0000\ncommitter " + person + b"\nfar away\n",
        head + b"author A a@x\ncommitter " + person + b"\nno address\n",
        head + b"author \xff <a@x> 1 +0000\ncommitter " + person + b"\nno text\n",
    ]
    for number, data in enumerate(odd):
        repository.raw_commit(data, branch=f"refs/heads/odd{number}")
    return repository


def _drafts(source: AuditSource, repository: Repository, **options: object) -> list[AuditDraft]:
    wanted = AuditOptions.model_validate(options)
    return [draft for batch in source.stream(str(repository.path), wanted) for draft in batch]


@pytest.mark.parametrize("line_counts", [True, False])
def test_every_draft_is_the_same(repository: Repository, *, line_counts: bool) -> None:
    """Speed must not change a single fact."""
    plain = _drafts(PlainSource(), repository, line_counts=line_counts)
    quick = _drafts(GitSource(), repository, line_counts=line_counts)
    assert len(quick) > 20
    assert quick == plain


def test_every_draft_of_a_damaged_repository_is_the_same(repository: Repository) -> None:
    """What could not be known is said in the same words."""
    repository.lose(repository.git("rev-parse", "HEAD~5:b"))
    repository.lose(repository.tree("HEAD~3"))
    plain, quick = (_drafts(source, repository) for source in (PlainSource(), GitSource()))
    assert any(draft.findings for draft in quick)
    assert quick == plain
