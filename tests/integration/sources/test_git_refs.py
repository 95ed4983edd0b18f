"""Does the git source tell where every name points, and what the clone is as a whole?"""

from pathlib import Path

import pytest
from tests.support.observed import commits_of, drafts_of, key_of, only, the_repository
from tests.support.repositories import Repository

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import ActorType


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with one commit."""
    repository = Repository(tmp_path / "repository")
    repository.commit({"a": "1"})
    return repository


_TAGGER = {
    "GIT_COMMITTER_NAME": "Tag Ger",
    "GIT_COMMITTER_EMAIL": "t@x",
    "GIT_COMMITTER_DATE": "1700000000 +0100",
}


def _refs(repository: Repository) -> dict[str, AuditDraft]:
    return {draft.target: draft for draft in only(drafts_of(repository.path), "git.ref")}


def test_head_and_every_branch_and_tag_are_told(repository: Repository) -> None:
    """A name that points somewhere else tomorrow is how releases are swapped."""
    repository.git("branch", "side")
    repository.git("tag", "light")
    head = repository.git("rev-parse", "HEAD")
    refs = _refs(repository)
    assert list(refs) == ["HEAD", "refs/heads/main", "refs/heads/side", "refs/tags/light"]
    assert refs["HEAD"].context["symbolic"] == "refs/heads/main"
    assert {draft.context["commit"] for draft in refs.values()} == {head}


def test_a_moved_branch_is_a_new_fact_and_an_unmoved_one_is_not(repository: Repository) -> None:
    """The trail records each position of a name once."""
    repository.git("branch", "still")
    before = _refs(repository)
    repository.commit({"a": "2"})
    after = _refs(repository)
    assert key_of(before["refs/heads/main"]) != key_of(after["refs/heads/main"])
    assert key_of(before["refs/heads/still"]) == key_of(after["refs/heads/still"])


def test_an_annotated_tag_says_who_tagged_and_why(repository: Repository) -> None:
    """The tagger is an actor of their own, often not the author."""
    repository.git(
        "tag", "-a", "v1", "-m", "First",
        environment=_TAGGER,
    )  # fmt: skip
    draft = _refs(repository)["refs/tags/v1"]
    assert draft.actor == "Tag Ger <t@x>"
    assert draft.actor_type is ActorType.PERSON
    assert draft.timestamp == "2023-11-14T22:13:20.000000Z"
    assert draft.context["tag"]["subject"] == "First"
    assert draft.context["object_kind"] == "tag"
    assert draft.context["commit"] == repository.git("rev-parse", "HEAD")


def test_a_tag_of_a_tag_leads_to_its_commit(repository: Repository) -> None:
    """Git allows it, so histories hang on it."""
    repository.git("tag", "-a", "inner", "-m", "inner")
    repository.git("tag", "-a", "outer", "-m", "outer", "inner")
    assert _refs(repository)["refs/tags/outer"].context["commit"] == repository.git("rev-parse", "HEAD")


def test_a_tag_of_a_file_leads_to_no_commit(repository: Repository) -> None:
    """The tag is told, and its missing commit is not taken for damage of the history."""
    repository.git("tag", "blob", repository.git("rev-parse", "HEAD:a"))
    draft = _refs(repository)["refs/tags/blob"]
    assert (draft.context["object_kind"], draft.context["commit"]) == ("blob", None)
    assert draft.findings == ()


def test_other_refs_are_listed_and_not_walked(repository: Repository) -> None:
    """Pull requests and notes are somebody's proposals, not this history."""
    head = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "-q", "--detach")
    proposal = repository.commit({"a": "proposed"})
    repository.git("update-ref", "refs/pull/1/head", proposal)
    repository.git("checkout", "-q", "main")
    assert _refs(repository)["refs/pull/1/head"].context["walked"] is False
    assert list(commits_of(repository.path)) == [head]


def test_remote_tracking_branches_are_part_of_the_history(repository: Repository) -> None:
    """What was fetched is here, whether or not a local branch holds it."""
    repository.git("checkout", "-q", "--detach")
    fetched = repository.commit({"a": "fetched"})
    repository.git("update-ref", "refs/remotes/origin/next", fetched)
    repository.git("checkout", "-q", "main")
    assert fetched in commits_of(repository.path)


def test_packed_refs_are_told(repository: Repository) -> None:
    """After a gc no ref is a file of its own."""
    repository.git("tag", "v1")
    repository.git("pack-refs", "--all", "--prune")
    assert "refs/tags/v1" in _refs(repository)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://user:secret@example.org/a.git", "https://example.org/a.git"),
        ("https://token@example.org/a.git?private_token=x", "https://example.org/a.git"),
        ("ssh://git@example.org:22/a.git", "ssh://example.org:22/a.git"),
        ("git@example.org:team/a.git", "git@example.org:team/a.git"),
        ("user:secret@example.org:team/a.git", "example.org:team/a.git"),
        ("/srv/git/a.git", "/srv/git/a.git"),
        ('ext::sh -c "curl -H Authorization:secret example.org"', "ext::"),
        ("https://gitlab-ci-token:secret/f@example.org/a.git", "https://example.org/a.git"),
        ("user:se/cret@example.org:team/a.git", "example.org:team/a.git"),
        ("https://example.org:8443/@team/a.git", "https://example.org:8443/@team/a.git"),
        ("https://example.org/token=secret/a.git", "https://example.org/token=[masked secret]"),
    ],
)
def test_a_remote_is_told_without_its_credentials(repository: Repository, url: str, told: str) -> None:
    """Tokens in remote URLs are common; a sealed record would keep one for ever."""
    repository.git("config", "remote.origin.url", url)
    assert the_repository(repository.path).context["remotes"] == {"origin": [told]}


def test_the_repository_is_the_same_fact_until_something_changes(repository: Repository) -> None:
    """Nor does asking for one path make it another."""
    before = the_repository(repository.path)
    assert key_of(before) == key_of(the_repository(repository.path / "a"))
    repository.commit({"a": "2"})
    assert key_of(before) != key_of(the_repository(repository.path))
