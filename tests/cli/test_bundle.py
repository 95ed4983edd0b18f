"""Does an outsider get evidence that proves itself, and the same words from both verifiers?"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.cli.conftest import Program
from tests.support.bundles import SCRIPT

_ELSEWHERE = {"AMI_AUDIT_KEYS_DIR": "/nowhere", "AMI_AUDIT_STATE_DIR": "/nowhere"}


def alone(file: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the single-file verifier as an outsider does, with nothing but Python."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, file, *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_a_bundle_proves_itself_to_somebody_who_has_nothing_else(ami_audit: Program, tmp_path: Path) -> None:
    """Made here, checked there: without the trail, the key's folder, the checkpoint kept outside."""
    ami_audit("repo")
    key = json.loads(ami_audit("key", "list", "--format=json").stdout)["keys"][0]["key_id"]
    file = tmp_path / "evidence.zip"
    told = ami_audit("bundle", "--action=git.commit", "--since=30 years ago", f"--output={file}").stdout
    assert str(file) in told
    (tmp_path / "far").mkdir()
    away = Program(tmp_path / "far", ami_audit.home)
    seen = away("verify", f"--bundle={file}", f"--pin={key}", environment=_ELSEWHERE).stdout
    assert "Proven to: checkpoint" in seen
    assert "No record that answers the filter was left out: 3 of" in seen
    assert "Proven to: checkpoint" in alone(file, f"--pin={key}").stdout
    native = json.loads(
        away("verify", f"--bundle={file}", f"--pin={key}", "--format=json", environment=_ELSEWHERE).stdout
    )
    del native["generated_at"]
    assert native == json.loads(alone(file, f"--pin={key}", "--json").stdout)


def test_an_unproven_bundle_ends_with_1(ami_audit: Program, tmp_path: Path) -> None:
    """Changed, of another's key, or seen by too few."""
    ami_audit("repo")
    file = tmp_path / "evidence.zip"
    ami_audit("bundle", f"--output={file}")
    other = "ab" * 32
    for asked in (f"--pin={other}", "--require=witnessed"):
        assert "Required was" in ami_audit("verify", f"--bundle={file}", asked, environment=_ELSEWHERE, code=1).stdout
        assert "Required was" in alone(file, asked, code=1).stdout
    with zipfile.ZipFile(file) as archive:
        text = archive.read("bundle.json")
    changed = tmp_path / "bundle.json"
    changed.write_bytes(text.replace(b"success", b"failure", 1))
    assert "record 0" in ami_audit("verify", f"--bundle={changed}", code=1).stdout
    assert "record 0: hash" in alone(changed, code=1).stdout


def test_what_is_no_bundle_ends_with_2_and_one_sentence(ami_audit: Program, tmp_path: Path) -> None:
    """The same from both."""
    file = tmp_path / "evidence.zip"
    for content in (b"", b"hello", b"PK\x03\x04 no archive", b'{"schema":"ami-audit/bundle/1"}'):
        file.write_bytes(content)
        for done in (ami_audit("verify", f"--bundle={file}", code=2), alone(file, code=2)):
            assert "is no bundle" in done.stderr
            assert done.stderr.count("\n") == 1
    assert "is no bundle" in ami_audit("verify", "--bundle=/nowhere", code=2).stderr


def test_a_key_or_policy_that_cannot_be_used_is_said(ami_audit: Program, tmp_path: Path) -> None:
    """Before anything is judged."""
    ami_audit("repo")
    file = tmp_path / "evidence.zip"
    ami_audit("bundle", f"--output={file}")
    bad = tmp_path / "policy"
    bad.write_text("witness only-a-name\n", encoding="utf-8")
    for asked in ("--pin=xyz", f"--policy={bad}", f"--policy={tmp_path}"):
        assert ami_audit("verify", f"--bundle={file}", asked, code=2).stderr.count("\n") == 1
        assert alone(file, asked, code=2).stderr.count("\n") == 1


def test_records_are_picked_by_name_or_by_a_filter(ami_audit: Program, tmp_path: Path) -> None:
    """Both at once would say two things about what was left out."""
    ami_audit("repo")
    record = json.loads(ami_audit("query", "--action=git.commit", "--limit=1", "--format=json").stdout)["records"][0]
    file = tmp_path / "one.zip"
    ami_audit("bundle", record["record_id"], f"--output={file}")
    verdict = json.loads(ami_audit("verify", f"--bundle={file}", "--format=json").stdout)
    assert (verdict["filter"], verdict["matching"], verdict["complete"]) == (None, None, False)
    assert "leave one of them out" in ami_audit("bundle", record["record_id"], "--user=x", code=2).stderr
    assert "No record" in ami_audit("bundle", "ffffffffff", code=2).stderr
    assert "choose one" in ami_audit("verify", f"--bundle={file}", "--sample=3", code=2).stderr
    assert "json" in ami_audit("verify", f"--bundle={file}", "--format=sarif", code=2).stderr
    assert "cannot be written" in ami_audit("bundle", "--output=/nowhere/x.zip", code=2).stderr


def test_without_a_trail_there_is_nothing_to_pack(ami_audit: Program) -> None:
    """And none is begun."""
    assert "ami-audit repo" in ami_audit("bundle", code=2).stderr


def test_a_bundle_leaves_a_sound_trail(ami_audit: Program, tmp_path: Path) -> None:
    """What it seals is a record like any other."""
    ami_audit("repo")
    ami_audit("bundle", f"--output={tmp_path / 'b.zip'}")
    verdict = json.loads(ami_audit("verify", "--format=json").stdout)
    assert (verdict["faults"], verdict["level"]) == ([], "checkpoint")
    found = json.loads(ami_audit("query", "--action=trail.segment_indexed", "--format=json").stdout)["records"]
    assert [record["context"]["first"] for record in found] == [0]
