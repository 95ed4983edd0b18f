"""Does the git source survive what real repositories hold?"""

import os
from pathlib import Path

import pytest
from tests.support.observed import commits_of, drafts_of, only, the_repository
from tests.support.repositories import Repository

from ami_audit.domain.kinds import Outcome


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository with a work tree."""
    return Repository(tmp_path / "repository")


def _raw(tree: str, *lines: bytes, message: bytes = b"raw\n") -> bytes:
    return b"\n".join((f"tree {tree}".encode(), *lines)) + b"\n\n" + message


def test_an_empty_repository_is_told_as_empty(repository: Repository) -> None:
    """Nothing there is an answer too."""
    drafts = drafts_of(repository.path)
    assert [draft.action for draft in drafts] == ["git.repository", "git.ref"]
    assert drafts[0].context["empty"] is True
    assert drafts[1].context["unborn"] is True


def test_a_bare_repository_is_told_like_any_other(repository: Repository, tmp_path: Path) -> None:
    """Servers hold nothing else."""
    repository.commit({"src/a": "1", "b": "1"})
    inside = repository.commit({"src/a": "2"})
    bare = Repository.clone(repository, tmp_path / "bare.git", "--bare")
    assert the_repository(bare.path).context["bare"] is True
    assert list(commits_of(bare.path)) == list(commits_of(repository.path))
    assert inside in commits_of("src", bare.path)


def test_a_detached_head_is_walked(repository: Repository) -> None:
    """A commit that no branch holds is still what is checked out."""
    repository.commit({"a": "1"})
    repository.git("checkout", "-q", "--detach")
    loose = repository.commit({"a": "2"})
    drafts = drafts_of(repository.path)
    assert loose in [draft.target for draft in drafts]
    assert drafts[1].context["detached"] is True
    assert drafts[1].context["commit"] == loose


def test_each_of_several_roots_is_told(repository: Repository) -> None:
    """Histories are grafted together; the places where they begin are facts."""
    first = repository.commit({"a": "1"})
    repository.git("checkout", "-q", "--orphan", "other")
    second = repository.commit({"b": "1"})
    assert set(the_repository(repository.path).context["roots"]) == {first, second}
    assert set(commits_of(repository.path)) == {first, second}


def test_an_empty_message_stays_empty(repository: Repository) -> None:
    """Nothing is invented for it."""
    name = repository.commit({"a": "1"}, message="")
    context = commits_of(repository.path)[name].context
    assert (context["subject"], context["message"]) == ("", "")


def test_a_commit_that_changes_nothing_has_no_changes(repository: Repository) -> None:
    """Empty is known here, not unknown."""
    repository.commit({"a": "1"})
    name = repository.commit()
    assert commits_of(repository.path)[name].context["totals"] == {"files": 0, "added": 0, "deleted": 0}


def test_a_path_that_is_not_utf8_keeps_its_bytes(repository: Repository) -> None:
    """Two different files must never be written the same way."""
    repository.write(b"caf\xe9/\xff\n", "1\n")
    name = repository.commit()
    (change,) = commits_of(repository.path)[name].context["changes"]
    assert change["path"] == "caf\\xe9/\\xff\n"
    assert bytes.fromhex(change["path_bytes"]) == b"caf\xe9/\xff\n"
    assert change["added"] == 1


def test_an_author_that_is_not_utf8_keeps_its_bytes(repository: Repository) -> None:
    """The name is readable, and the exact bytes stand beside it."""
    repository.commit({"a": "1"})
    name = repository.raw_commit(
        _raw(repository.tree(), b"author Jos\xe9 <j@x> 1700000000 +0000", b"committer C <c@x> 1700000000 +0000")
    )
    draft = commits_of(repository.path)[name]
    assert draft.actor == "Jos\\xe9 <j@x>"
    assert bytes.fromhex(draft.context["author"]["bytes"]) == b"Jos\xe9 <j@x>"


def test_a_declared_encoding_is_read(repository: Repository) -> None:
    """Old histories are in Latin-1 and say so."""
    repository.commit({"a": "1"})
    people = (b"author Jos\xe9 <j@x> 1700000000 +0000", b"committer C <c@x> 1700000000 +0000")
    name = repository.raw_commit(_raw(repository.tree(), *people, b"encoding ISO-8859-1", message=b"Gr\xfc\xdfe\n"))
    draft = commits_of(repository.path)[name]
    assert draft.actor == "José <j@x>"
    assert draft.context["subject"] == "Grüße"
    assert draft.context["encoding"] == "ISO-8859-1"


@pytest.mark.parametrize("encoding", [b"no-such-thing", b"hex", b"undefined", b"unicode_escape", b"utf-16", b"\xff"])
def test_a_false_encoding_does_not_stop_the_audit(repository: Repository, encoding: bytes) -> None:
    """The header is a claim by whoever wrote the commit."""
    repository.commit({"a": "1"})
    people = (b"author A <a@x> 1700000000 +0000", b"committer C <c@x> 1700000000 +0000")
    name = repository.raw_commit(
        _raw(repository.tree(), *people, b"encoding " + encoding, message=b"\\ud800 \xff odd\n")
    )
    commits_of(repository.path)[name].context["message"].encode()


def test_a_huge_message_is_cut_and_its_digest_kept(repository: Repository) -> None:
    """One commit may not fill the trail; the digest still proves which message it was."""
    repository.commit({"a": "1"})
    people = (b"author A <a@x> 1700000000 +0000", b"committer C <c@x> 1700000000 +0000")
    name = repository.raw_commit(_raw(repository.tree(), *people, message="ä".encode() * 50_000))
    context = commits_of(repository.path)[name].context
    assert context["message"] == "ä" * 32_768
    assert context["message_cut"] == {"kept_bytes": 65_536, "size_bytes": 100_000}
    assert len(context["message_sha256"]) == 64


def test_an_author_date_after_the_childs_is_told_as_it_is(repository: Repository) -> None:
    """Clocks were wrong and histories were rewritten; the order stays parents first."""
    parent = repository.commit({"a": "1"}, date="2000000000 +0000")
    child = repository.commit({"a": "2"}, date="1000000000 +0000")
    drafts = commits_of(repository.path)
    assert list(drafts) == [parent, child]
    assert str(drafts[parent].timestamp) > str(drafts[child].timestamp)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"99999999999999 +0000", {"date_raw": "99999999999999 +0000"}),
        (b"-99999999999999 +0000", {"date_raw": "-99999999999999 +0000"}),
        (b"1700000000 +9999", {"date": "2023-11-14T22:13:20+00:00", "date_raw": "1700000000 +9999"}),
        (b"1700000000 -0000", {"date": "2023-11-14T22:13:20+00:00", "date_raw": "1700000000 -0000"}),
        (b"-3600 +0100", {"date": "1970-01-01T00:00:00+01:00"}),
        (b"yesterday", {"date_raw": "yesterday"}),
        (b"", {"date_raw": ""}),
    ],
)
def test_an_absurd_date_is_kept_as_it_was_written(
    repository: Repository, date: bytes, expected: dict[str, str]
) -> None:
    """What RFC 3339 cannot say is told in git's own words, never rounded to something plausible."""
    repository.commit({"a": "1"})
    name = repository.raw_commit(
        _raw(repository.tree(), b"author A <a@x> " + date, b"committer C <c@x> 1700000000 +0000")
    )
    draft = commits_of(repository.path)[name]
    found = {key: value for key, value in draft.context["author"].items() if key.startswith("date")}
    assert found == expected
    if "date" not in expected:
        assert draft.timestamp == "2023-11-14T22:13:20.000000Z"
        assert "git.date-unusable" in [finding.finding_type for finding in draft.findings]


@pytest.mark.parametrize(
    "lines",
    [
        (b"committer C <c@x> 1700000000 +0000",),
        (b"author A a@x 1700000000 +0000", b"committer C <c@x> 1700000000 +0000"),
        (b"author A <a@x> b> 1700000000 +0000", b"committer <> 0 +0000"),
        (b"author <<<>>> 1 +0000", b"committer"),
        (),
    ],
)
def test_a_commit_with_broken_headers_is_told_with_a_finding(repository: Repository, lines: tuple[bytes, ...]) -> None:
    """Git itself walks over such commits, so they are history; that they are broken is a fact about them."""
    repository.commit({"a": "1"})
    name = repository.raw_commit(_raw(repository.tree(), *lines))
    draft = commits_of(repository.path)[name]
    assert next(finding.finding_type for finding in draft.findings) == "git.commit-malformed"
    assert draft.outcome is Outcome.PARTIAL
    assert draft.context["subject"] == "raw"


def test_a_linked_worktree_is_audited_from_its_own_head(repository: Repository, tmp_path: Path) -> None:
    """Its HEAD is its own, its history is the repository's."""
    repository.commit({"a": "1"})
    repository.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    drafts = drafts_of(tmp_path / "linked")
    assert drafts[1].context["symbolic"] == "refs/heads/side"
    assert the_repository(repository.path).context["worktrees"] == [str(tmp_path / "linked")]


def test_objects_in_an_alternate_are_found(repository: Repository, tmp_path: Path) -> None:
    """A clone with `--shared` has no objects of its own."""
    name = repository.commit({"a": "1\n"})
    clone = Repository.clone(repository, tmp_path / "shared", "--no-checkout")
    for pack in (clone.git_dir / "objects").rglob("*.*"):
        pack.unlink()
    (clone.git_dir / "objects" / "info" / "alternates").write_text(f"{repository.git_dir}/objects\n")
    assert commits_of(clone.path)[name].context["totals"]["added"] == 1
    assert the_repository(clone.path).context["alternates"] == [f"{repository.git_dir}/objects"]


def test_a_sha256_repository_is_told_with_its_long_hashes(tmp_path: Path) -> None:
    """Git's newer object format has hashes of 64 digits."""
    repository = Repository(tmp_path / "long", object_format="sha256")
    repository.commit({"a": "1\n"})
    name = repository.commit({"a": "2\n"})
    assert len(name) == 64
    assert commits_of(repository.path)[name].context["totals"] == {"files": 1, "added": 1, "deleted": 1}
    assert the_repository(repository.path).context["object_format"] == "sha256"


def test_a_replaced_commit_is_told_as_it_was_written(repository: Repository) -> None:
    """`git replace` shows another history than the one whose hashes were signed."""
    true = repository.commit({"a": "1"}, message="true")
    false = repository.commit({"a": "2"}, message="false")
    repository.git("replace", true, false)
    drafts = commits_of(repository.path)
    assert drafts[true].context["subject"] == "true"
    assert "refs/replace/" + true in [draft.target for draft in only(drafts_of(repository.path), "git.ref")]


def test_attributes_do_not_change_what_is_counted(repository: Repository) -> None:
    """A line in `.gitattributes` could otherwise hide a change from the count."""
    name = repository.commit({"a": "1\n", ".gitattributes": "a -diff\n"})
    (repository.git_dir / "info").mkdir(exist_ok=True)
    (repository.git_dir / "info" / "attributes").write_text("a binary\n")
    changes = {change["path"]: change for change in commits_of(repository.path)[name].context["changes"]}
    assert changes["a"] == {"path": "a", "status": "A", "added": 1, "deleted": 0}


def test_nothing_the_repository_configures_is_run(repository: Repository, tmp_path: Path) -> None:
    """An audited repository may be hostile: its configuration names programs, and none of them may start."""
    trap = tmp_path / "trap"
    sprung = tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\necho $0 >> {sprung}\ncat\n")
    trap.chmod(0o755)
    repository.commit({"a": "1\n", ".gitattributes": "* diff=evil filter=evil\n"})
    for key in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "diff.evil.textconv", "diff.evil.command",
        "filter.evil.clean", "filter.evil.smudge", "gpg.program", "core.alternateRefsCommand", "credential.helper",
    ):  # fmt: skip
        repository.git("config", key, str(trap))
    repository.git("config", "core.hooksPath", str(tmp_path))
    assert len(commits_of(repository.path / "a", include_blame=True)) == 1
    assert not sprung.exists()


def test_a_configuration_that_git_refuses_does_not_stop_the_audit(repository: Repository) -> None:
    """The objects are whole though the settings are not."""
    name = repository.commit({"a": "1"})
    (repository.git_dir / "config").write_text("[core\nbroken = = =\n")
    assert name in commits_of(repository.path)


def test_a_repository_of_another_user_is_audited(repository: Repository) -> None:
    """Git refuses such a repository because of its settings; none of them is read here."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository to somebody else")
    name = repository.commit({"a": "1"})
    for folder, _, files in os.walk(repository.path):
        for place in (folder, *(f"{folder}/{file}" for file in files)):
            os.chown(place, 12345, 12345)
    assert name in commits_of(repository.path)


def test_nothing_in_the_repository_is_touched(repository: Repository) -> None:
    """An audit that changes what it looks at is no evidence."""
    repository.commit({"a": "1"})
    before = {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")}
    commits_of(repository.path / "a", include_blame=True)
    assert {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")} == before
