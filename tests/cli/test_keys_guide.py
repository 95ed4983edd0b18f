"""docs/guide/keys.md: its procedures do what it promises.

That its commands and options exist is checked with those of all pages, in `tests/docs`.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest


class Desk:
    """One machine, one repository, and the program run in it as a user would."""

    def __init__(self, folder: Path) -> None:
        self.repository = folder / "repository"
        self.keys = folder / "keys"
        self.repository.mkdir(parents=True)
        (self.repository / "file.txt").write_text("text\n")
        subprocess.run(["git", "init", "-q", self.repository], check=True)
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "AMI_AUDIT_KEYS_DIR": str(self.keys),
            "AMI_AUDIT_STATE_DIR": str(folder / "state"),
        }

    def run(self, command: str, *, ends_with: int = 0, **more: str) -> str:
        """Run one command and return what it printed on both streams."""
        program = "import sys; from ami_audit.entrypoints.cli.main import run; sys.argv[0] = 'ami-audit'; run()"
        done = subprocess.run(
            [sys.executable, "-c", program, *shlex.split(command)],
            check=False, capture_output=True, text=True, timeout=120, cwd=self.repository, stdin=subprocess.DEVNULL,
            env=self.environment | more,
        )  # fmt: skip
        assert done.returncode == ends_with, done.stdout + done.stderr
        return done.stdout + done.stderr

    def names(self) -> dict[str, str]:
        """Return the names of the keys here, by signer."""
        facts = json.loads(self.run("key list --format json"))["keys"]
        return {fact["signer"]: fact["name"] for fact in facts}

    def next_to_sign(self) -> str:
        """Return who signs the last record of one more run."""
        (self.repository / "file.txt").write_text("more\n" + (self.repository / "file.txt").read_text())
        self.run("repo --sources=file")
        records = json.loads(self.run("query --action collection.finished --format json"))["records"]
        (signature,) = max(records, key=lambda record: record["sequence"])["signatures"]
        return str(signature["signer"])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A machine with one key, ann's, and a trail that it signs."""
    made = Desk(tmp_path / "desk")
    made.run("key new --signer ann")
    made.run("repo --sources=file")
    return made


def test_a_rotated_trail_is_signed_by_the_new_key_and_verifies(desk: Desk) -> None:
    """The page says: one record, the old key's last and the new key's first."""
    desk.run('key rotate --signer ann2 --reason "yearly rotation"')
    records = json.loads(desk.run("query --action key.rotated --format json"))["records"]
    assert sorted(each["signer"] for each in records[0]["signatures"]) == ["ann", "ann2"]
    assert records[0]["reason"] == "yearly rotation"
    assert desk.next_to_sign() == "ann2"
    desk.run("verify --signatures --require pinned-keys")
    assert "was retired or revoked" in desk.run(f"repo --key {desk.names()['ann']} --sources=file", ends_with=3)


def test_a_stolen_key_is_revoked_by_another_key_of_the_trail(desk: Desk) -> None:
    """The stolen key signs nothing more, not even its own end."""
    desk.run('key new --signer recovery --add-to-trail --reason "recovery key, in the safe"')
    names = desk.names()
    desk.run(f'key revoke {names["ann"]} --key {names["recovery"]} --reason "stolen"')
    records = json.loads(desk.run("query --action key.revoked --format json"))["records"]
    assert [each["signer"] for each in records[0]["signatures"]] == ["recovery"]
    assert desk.next_to_sign() == "recovery"
    desk.run("verify --signatures")


def test_a_lost_key_is_replaced_by_the_recovery_key(desk: Desk) -> None:
    """The files are gone, the trail goes on."""
    desk.run("key new --signer recovery --add-to-trail")
    lost = desk.names()["ann"]
    for ending in (".pem", ".pub"):
        (desk.keys / f"{lost}{ending}").unlink()
    desk.run(f'key revoke {lost} --reason "lost"')
    assert desk.next_to_sign() == "recovery"
    desk.run("verify --signatures")


def test_the_only_key_is_not_revoked(desk: Desk) -> None:
    """Nobody could sign what follows."""
    told = desk.run(f'key revoke {desk.names()["ann"]} --reason "x"', ends_with=2)
    assert "ami-audit key rotate" in told.replace("\n", " ")


def test_a_backup_brings_the_key_back_on_another_machine(desk: Desk, tmp_path: Path) -> None:
    """An encrypted backup carries the key and whose it is."""
    desk.run("key export default --private --encrypt --output backup.pem", AMI_AUDIT_PASSPHRASE="secret")
    backup = desk.repository / "backup.pem"
    assert backup.stat().st_mode & 0o777 == 0o600
    other = Desk(tmp_path / "other")
    assert "AMI_AUDIT_PASSPHRASE" in other.run(f"key import {backup}", ends_with=2)
    other.run(f"key import {backup}", AMI_AUDIT_PASSPHRASE="secret")
    assert other.names() == desk.names()


def test_a_job_without_a_terminal_signs_with_an_encrypted_key(tmp_path: Path) -> None:
    """The passphrase comes from the environment; without it the job ends with a sentence."""
    desk = Desk(tmp_path / "desk")
    desk.run("key new --signer job --encrypt", AMI_AUDIT_PASSPHRASE="secret")
    desk.run("repo --sources=file", AMI_AUDIT_PASSPHRASE="secret")
    assert "AMI_AUDIT_PASSPHRASE" in desk.run("repo --sources=file --full", ends_with=3)
    assert "does not open" in desk.run("repo --sources=file --full", ends_with=3, AMI_AUDIT_PASSPHRASE="wrong")
