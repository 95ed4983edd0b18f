"""Do the key commands keep, exchange and retire keys?"""

import json
import stat

from tests.cli.conftest import Program


def listed(program: Program) -> list[dict[str, object]]:
    """Return the keys that `key list` shows."""
    found: list[dict[str, object]] = json.loads(program("key", "list", "--format=json").stdout)["keys"]
    return found


def test_a_new_key_signs_the_next_trail(ami_audit: Program) -> None:
    """Made before the first run, it is the one that signs."""
    name = ami_audit("key", "new", "--signer=ann@example.org").stdout.strip()
    assert name.startswith("ann@example.org-")
    ami_audit("init")
    (key,) = listed(ami_audit)
    assert key["name"] == name
    assert key["valid_from"] == 0


def test_the_public_half_is_given_out_and_the_private_one_only_when_asked(ami_audit: Program) -> None:
    """A file with a private key is its owner's alone."""
    ami_audit("key", "new")
    assert "BEGIN PUBLIC KEY" in ami_audit("key", "export").stdout
    ami_audit("key", "export", "--private", "--output=key.pem")
    file = ami_audit.folder / "key.pem"
    assert "BEGIN PRIVATE KEY" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_encrypted_key_needs_its_passphrase(ami_audit: Program) -> None:
    """Without it nothing is signed, and nothing is said but what to do."""
    secret = {"AMI_AUDIT_PASSPHRASE": "correct horse"}
    ami_audit("key", "new", "--encrypt", environment=secret)
    ami_audit("repo", environment=secret)
    told = ami_audit("repo", code=3).stderr
    assert "passphrase" in told.lower()
    wrong = ami_audit("repo", code=3, environment={"AMI_AUDIT_PASSPHRASE": "wrong"}).stderr
    assert "passphrase" in wrong.lower()
    ami_audit("verify")


def test_an_exported_key_continues_the_trail_on_another_machine(ami_audit: Program) -> None:
    """Moving house: export, import, go on."""
    ami_audit("repo")
    secret = {"AMI_AUDIT_PASSPHRASE": "for the journey"}
    pem = ami_audit("key", "export", "--private", "--encrypt", environment=secret).stdout
    elsewhere = {"AMI_AUDIT_KEYS_DIR": str(ami_audit.home / "new-machine")}
    refused = ami_audit("repo", code=3, environment=elsewhere).stderr
    assert "key import" in refused
    ami_audit("key", "import", "-", "--signer=ann@new", environment={**elsewhere, **secret}, stdin=pem)
    ami_audit("repo", environment={**elsewhere, **secret})
    assert "Proven to: checkpoint" in ami_audit("verify").stdout


def test_a_rotated_key_signs_no_more_and_the_new_one_goes_on(ami_audit: Program) -> None:
    """The record is signed by both, and the whole trail still verifies."""
    ami_audit("repo")
    ami_audit("key", "rotate", "--reason=yearly")
    ami_audit("repo", "--full")
    (record,) = json.loads(ami_audit("query", "--action=key.rotated", "--format=json").stdout)["records"]
    assert len(record["signatures"]) == 2
    assert record["reason"] == "yearly"
    old, new = listed(ami_audit)
    assert old["valid_to"] == record["sequence"] + 1
    assert new["valid_from"] == record["sequence"]
    assert new["is_chosen"] is True
    assert "Proven to: checkpoint" in ami_audit("verify", "--signatures").stdout
    refused = ami_audit("repo", f"--key={old['name']}", code=3).stderr
    assert "retired or revoked" in refused


def test_a_stolen_key_is_revoked_by_another_of_the_trail(ami_audit: Program) -> None:
    """The last key cannot be revoked: nobody could sign what follows."""
    ami_audit("repo")
    (only,) = listed(ami_audit)
    assert "key rotate" in ami_audit("key", "revoke", str(only["name"]), "--reason=stolen", code=2).stderr
    spare = ami_audit("key", "new", "--signer=spare@desk", "--add-to-trail").stdout.strip()
    ami_audit("key", "revoke", str(only["name"]), "--reason=stolen", f"--key={spare}")
    ami_audit("repo")
    keys = {key["name"]: key for key in listed(ami_audit)}
    assert keys[only["name"]]["valid_to"] is not None
    assert keys[spare]["valid_to"] is None
    ami_audit("verify", "--signatures")


def test_a_key_that_others_can_read_is_refused_with_the_command_that_mends_it(ami_audit: Program) -> None:
    """0600 or nothing."""
    ami_audit("repo")
    (file,) = (ami_audit.home / ".config" / "ami-audit" / "keys").glob("*.pem")
    file.chmod(0o644)
    told = ami_audit("repo", code=3).stderr
    assert "chmod" in told
    file.chmod(0o600)
    ami_audit("repo")
