"""Does the git source tell a signature that holds from one that does not, or that nobody here can check?"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.observed import commits_of, drafts_of
from tests.support.repositories import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository with a work tree."""
    return Repository(tmp_path / "repository")


@pytest.fixture
def keyring(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fresh GnuPG home with one key that it trusts; the key's fingerprint."""
    home = tmp_path_factory.mktemp("gpg")
    home.chmod(0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    parameters = b"%no-protection\nKey-Type: eddsa\nKey-Curve: ed25519\nName-Real: Ann\nName-Email: ann@example.org\n"
    subprocess.run(["gpg", "--batch", "--quiet", "--gen-key"], input=parameters, check=True, capture_output=True)
    listing = subprocess.run(["gpg", "--with-colons", "-K"], check=True, capture_output=True, text=True).stdout
    yield next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr"))
    subprocess.run(["gpgconf", "--kill", "all"], check=True)


@pytest.fixture
def ssh_key(tmp_path: Path) -> Path:
    """A fresh SSH key."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    return key


def _signature(repository: Repository, name: str) -> dict[str, str]:
    found: dict[str, str] = commits_of(repository.path)[name].context["signature"]
    return found


def _gpg_signed(repository: Repository, keyring: str) -> str:
    repository.git("config", "user.signingkey", keyring)
    return repository.commit({"a": "1"}, options=("-S",))


def _ssh_signed(repository: Repository, key: Path) -> str:
    repository.git("config", "gpg.format", "ssh")
    repository.git("config", "user.signingkey", str(key))
    return repository.commit({"a": "1"}, options=("-S",))


def _allow(key: Path, who: str = "ann@example.org") -> None:
    allowed = key.parent / "allowed"
    allowed.write_text(f"{who} {key.with_suffix('.pub').read_text()}")
    subprocess.run(["git", "config", "--global", "gpg.ssh.allowedSignersFile", str(allowed)], check=True)


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of this test alone, so that its global git settings end with it."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def _tampered(repository: Repository, name: str) -> str:
    data = repository.git("cat-file", "commit", name).encode() + b"\nbut not this\n"
    return repository.raw_commit(data)


def test_a_good_signature_by_a_trusted_key(repository: Repository, keyring: str) -> None:
    """The strongest thing git can say about who made a commit."""
    name = _gpg_signed(repository, keyring)
    assert _signature(repository, name) == {"state": "good", "kind": "gpg", "key": keyring}


def test_a_signature_over_other_words_is_bad(repository: Repository, keyring: str) -> None:
    """A signature lifted from one commit onto another is the attack this must show."""
    forged = _tampered(repository, _gpg_signed(repository, keyring))
    assert _signature(repository, forged)["state"] == "bad"


def test_a_signature_by_a_key_nobody_here_has(
    repository: Repository, keyring: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is neither good nor bad, the key is still named, and no empty keyring is made."""
    name = _gpg_signed(repository, keyring)
    nowhere = tmp_path / "nobody"
    monkeypatch.setenv("GNUPGHOME", str(nowhere))
    assert _signature(repository, name) == {"state": "unknown-key", "kind": "gpg", "key": keyring}
    assert not nowhere.exists()


def test_the_repository_cannot_choose_the_program_that_checks(
    repository: Repository, keyring: str, tmp_path: Path
) -> None:
    """`gpg.program` in an audited repository would let it say that everything is good."""
    forged = _tampered(repository, _gpg_signed(repository, keyring))
    liar = tmp_path / "liar"
    liar.write_text("#!/bin/sh\necho '[GNUPG:] GOODSIG x y'\n")
    liar.chmod(0o755)
    repository.git("config", "gpg.program", str(liar))
    assert _signature(repository, forged)["state"] == "bad"


@pytest.mark.usefixtures("own_home")
def test_an_ssh_signature_by_an_allowed_signer(repository: Repository, ssh_key: Path) -> None:
    """Most signatures made today are SSH ones."""
    name = _ssh_signed(repository, ssh_key)
    _allow(ssh_key)
    found = _signature(repository, name)
    assert (found["state"], found["kind"], found["principal"]) == ("good", "ssh", "ann@example.org")
    listed = subprocess.run(["ssh-keygen", "-lf", str(ssh_key)], check=True, capture_output=True, text=True).stdout
    assert found["key"] == listed.split()[1]


@pytest.mark.usefixtures("own_home")
def test_an_ssh_signature_over_other_words_is_bad(repository: Repository, ssh_key: Path) -> None:
    """The same attack with the other kind of key."""
    forged = _tampered(repository, _ssh_signed(repository, ssh_key))
    _allow(ssh_key)
    assert _signature(repository, forged)["state"] == "bad"


@pytest.mark.usefixtures("own_home")
def test_an_ssh_signature_by_a_stranger(repository: Repository, ssh_key: Path) -> None:
    """Without an allowed signer nobody vouches for the key, however right the mathematics."""
    name = _ssh_signed(repository, ssh_key)
    assert _signature(repository, name)["state"] == "unknown-key"


def test_a_certificate_is_told_as_unverified(repository: Repository) -> None:
    """There is a signature, and the answer says why nothing more is known of it."""
    repository.commit({"a": "1"})
    armour = b"gpgsig -----BEGIN SIGNED MESSAGE-----\n MIIB\n -----END SIGNED MESSAGE-----"
    people = b"author A <a@x> 1700000000 +0000\ncommitter C <c@x> 1700000000 +0000"
    data = b"tree " + repository.tree().encode() + b"\n" + people + b"\n" + armour + b"\n\nsigned\n"
    found = _signature(repository, repository.raw_commit(data))
    assert found == {"state": "unverified", "kind": "x509", "why": "certificates are not checked"}


def test_a_signed_tag_is_checked_too(repository: Repository, keyring: str) -> None:
    """Releases are what people sign most."""
    repository.commit({"a": "1"})
    repository.git("config", "user.signingkey", keyring)
    repository.git("tag", "-s", "v1", "-m", "First.\n\nGood.")
    (draft,) = [draft for draft in drafts_of(repository.path) if draft.target == "refs/tags/v1"]
    assert draft.context["tag"]["signature"]["state"] == "good"
    assert draft.context["tag"]["message"] == "First.\n\nGood.\n"
