"""Does `export` write a log that `export check` and others read, and say what is wrong with one?"""

import json

from tests.cli.conftest import Program


def test_a_trail_is_exported_and_checked(ami_audit: Program) -> None:
    """Then brought up to date, by a command that may be repeated."""
    assert "ami-audit repo" in ami_audit("export", "tiles", "log", code=2).stderr
    ami_audit("init", "--origin=audit.example.org/shop")
    assert "1 records" in ami_audit("export", "tiles", "log").stdout
    assert "Proven to: checkpoint" in ami_audit("export", "check", "log").stdout
    ami_audit("file", "README.md")
    answer = json.loads(ami_audit("export", "tiles", "log", "--format=json").stdout)
    assert (answer["size"], answer["location"]) == (4, "log")
    verdict = json.loads(ami_audit("export", "check", "log", "--format=json").stdout)
    assert (verdict["size"], verdict["kind"], verdict["level"]) == (4, "tiles", "checkpoint")
    elsewhere = {"AMI_AUDIT_KEYS_DIR": str(ami_audit.home / "empty")}
    assert "--vkey" in ami_audit("export", "check", "log", environment=elsewhere, code=1).stdout
    key = json.loads(ami_audit("checkpoint", "--format=json").stdout)["keys"][0]
    ami_audit("export", "check", "log", "--vkey", key, environment=elsewhere)


def test_what_is_wrong_with_a_log_is_said_in_one_sentence(ami_audit: Program) -> None:
    """With the file, and the exit code that scripts go by."""
    ami_audit("init", "--origin=audit.example.org/shop")
    ami_audit("export", "tiles", "log")
    assert (
        "of the trail `audit.example.org/shop`"
        in ami_audit("export", "check", "log", "--origin=another", code=1).stderr
    )
    (ami_audit.folder / "log" / "tile" / "0" / "000.p" / "1").unlink()
    assert "tile/0/000.p/1: it is missing" in ami_audit("export", "check", "log", code=1).stderr
    assert "no log of static files" in ami_audit("export", "check", "app", code=2).stderr
    assert "README.md" in ami_audit("export", "tiles", "README.md", code=3).stderr
