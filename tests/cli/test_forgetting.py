"""`ami-audit erase` and `retention`, as a user runs them: what is gone, and what is said when something is wrong."""

import json
import os
import zipfile
from pathlib import Path

import pytest
from tests.cli.conftest import Program
from tests.support.repositories import Repository

_NAME, _MAIL = "Zoe Undisclosed", "zoe-7319@example.org"
_POLICY = """
subject = "context.author.email"

[[values]]
actions = ["git.commit"]
paths = ["actor", "context.author.*", "context.committer.*"]

[retention]
keep = "365 days"
"""
_YES = ("--authority", "request 17", "--yes")


@pytest.fixture
def audited(ami_audit: Program, repository: Repository) -> Program:
    """A repository with a person's commit, audited under a policy."""
    repository.commit({"app/new.py": "new = 1\n"}, message="Add a page", author=f"{_NAME} <{_MAIL}>")
    _write_policy(ami_audit, _POLICY)
    ami_audit("repo", "--quiet")
    return ami_audit


def _write_policy(program: Program, text: str) -> None:
    place = program.folder / ".audit"
    place.mkdir(exist_ok=True)
    (place / "policy.toml").write_text(text)


def _commits(program: Program, *words: str) -> list[dict[str, object]]:
    done = program("query", "--action", "git.commit", "--format", "json", *words)
    return list(json.loads(done.stdout)["records"])


def _everything(*folders: Path) -> bytes:
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert files
    return b"\n".join(file.read_bytes() for file in files)


def test_nothing_that_is_written_after_an_erasure_holds_the_person(audited: Program, tmp_path: Path) -> None:
    """The trail, the home with keys, state and lists, and every report, bundle and export that is made later."""
    before = [record for record in _commits(audited, "--clearance", "restricted") if _NAME in str(record["actor"])]
    assert len(before) == 1
    done = audited("erase", _MAIL, *_YES, "--format", "json")
    answer = json.loads(done.stdout)
    assert (answer["schema"], answer["records"], answer["is_scrubbed"]) == ("ami-audit/erasure/1", 1, True)
    out = tmp_path / "out"
    out.mkdir()
    audited("query", "--clearance", "restricted", "--limit", "1000", "--format", "json", "-o", str(out / "query.json"))
    audited("report", "--clearance", "restricted", "-o", str(out / "report.md"))
    audited("report", "--clearance", "restricted", "--format", "json", "-o", str(out / "report.json"))
    audited("status", "--format", "json", "-o", str(out / "status.json"))
    audited("verify", "--format", "sarif", "-o", str(out / "verdict.sarif"))
    audited("export", "tiles", str(out / "tiles"))
    audited("bundle", "--action", "git.commit", "-o", str(out / "bundle.zip"))
    whole = _everything(audited.folder / ".audit", audited.home, out)
    assert _MAIL.encode() not in whole
    assert _NAME.encode() not in whole
    assert b"(erased)" in (out / "query.json").read_bytes()


def test_the_bundle_holds_no_hidden_value_even_before(audited: Program, tmp_path: Path) -> None:
    """A bundle that was given away before an erasure must not be where the person lives on."""
    audited("bundle", "--action", "git.commit", "-o", str(tmp_path / "bundle.zip"))
    audited("verify", "--bundle", str(tmp_path / "bundle.zip"))
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        assert not any(_MAIL.encode() in archive.read(name) for name in archive.namelist())


def test_a_second_run_records_nothing_anew_after_an_erasure(audited: Program) -> None:
    """A commit is a fact for ever, whoever was forgotten; else the next run would bring the person back."""
    audited("erase", _MAIL, *_YES)
    audited("repo", "--quiet")
    assert len(_commits(audited)) == 4
    assert not [record for record in _commits(audited, "--clearance", "restricted") if _NAME in json.dumps(record)]
    audited("verify")


_RESTRICTED = """
subject = "actor"

[[records]]
actions = ["file.*", "git.*"]
class = "RESTRICTED"

[[values]]
actions = ["file.*"]
paths = ["target"]
"""


def _observed(program: Program) -> list[dict[str, object]]:
    done = program("query", "--type", "file", "--limit", "1000", "--clearance", "restricted", "--format", "json")
    return list(json.loads(done.stdout)["records"])


def test_facts_that_are_hidden_are_not_recorded_again(ami_audit: Program, repository: Repository) -> None:
    """Every run would double a trail of restricted files; and nobody learns from it what the files hold."""
    _write_policy(ami_audit, _RESTRICTED)
    ami_audit("repo", "--quiet")
    before, commits = _observed(ami_audit), _commits(ami_audit)
    assert len(before) == 3
    whole = _everything(ami_audit.folder / ".audit")
    assert all(str(dict(record["metadata"])["observed"]).encode() not in whole for record in before)
    ami_audit("repo", "--quiet")
    assert (len(_observed(ami_audit)), len(_commits(ami_audit))) == (len(before), len(commits))
    (ami_audit.folder / "fresh.txt").write_text("new")
    ami_audit("repo", "--quiet")
    assert [record["target"] for record in _observed(ami_audit)[len(before) :]] == ["fresh.txt"]
    ami_audit("erase", str(before[0]["actor"]), *_YES)
    ami_audit("repo", "--quiet")
    assert len(_observed(ami_audit)) == len(before) + 1
    ami_audit("repo", "--quiet", "--full")
    assert len(_observed(ami_audit)) == 2 * (len(before) + 1)
    shown = json.loads(ami_audit("query", "--type", "file", "--format", "json").stdout)["records"]
    assert all(set(record["metadata"]) == {"observed_hmac"} for record in shown)
    ami_audit("verify")


def test_asking_for_a_withheld_value_tells_nothing(ami_audit: Program, repository: Repository) -> None:
    """By text, person or place, as JSON or as a table: a reader below the class gets no yes and no no."""
    repository.commit({"app/pay.py": "1"}, message="Raise-of-51729", author=f"{_NAME} <{_MAIL}>")
    _write_policy(
        ami_audit,
        '[[records]]\nactions = ["git.commit"]\nclass = "CONFIDENTIAL"\n'
        '[[values]]\nactions = ["git.commit"]\npaths = ["actor"]\nclass = "CONFIDENTIAL"\n',
    )
    ami_audit("repo", "--quiet")
    for words in (("--text", "raise-of-51729"), ("--text", "app/pay.py"), ("--user", f"{_NAME} <{_MAIL}>")):
        assert _commits(ami_audit, *words) == []
    assert len(_commits(ami_audit, "--text", "raise-of-51729", "--clearance", "confidential")) == 1
    told = json.loads(ami_audit("report", "--format", "json").stdout)
    assert "" not in told["by_actor"]["counts"]
    assert told["by_actor"]["counts"]["(withheld)"] == len(_commits(ami_audit))
    assert "(withheld)" in ami_audit("report").stdout
    told = json.loads(ami_audit("report", "--clearance", "confidential", "--format", "json").stdout)
    assert told["by_actor"]["counts"][f"{_NAME} <{_MAIL}>"] == 1


def test_the_environment_sets_the_clearance(audited: Program) -> None:
    """A report that runs on a schedule is given its reader's clearance once."""
    done = audited(
        "query", "--action", "git.commit", "--format", "json", environment={"AMI_AUDIT_CLEARANCE": "confidential"}
    )
    assert _MAIL in done.stdout
    assert _MAIL not in audited("query", "--action", "git.commit", "--format", "json").stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("erase", "nobody@example.org", *_YES), 2, "No subject `nobody@example.org`"),
        (("erase", _MAIL, "--yes"), 2, "--authority"),
        (("erase", _MAIL, "--authority", "request 17"), 2, "add `--yes`"),
        (("query", "--clearance", "secret"), 2, "clearance"),
        (("retention", "prune"), 2, "256 at a time"),
        (("retention", "release", "case 7"), 2, "No hold `case 7`"),
        (("retention", "check", "nothing.jsonl"), 3, "No such file"),
        (("retention", "check", ".audit/policy.toml"), 2, "line 1 does not say what it is"),
        (("retention", "status", "--store", "elsewhere.db"), 2, "No trail"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    audited: Program, words: tuple[str, ...], code: int, said: str
) -> None:
    """What, where and what to do, with the exit code that a script waits for."""
    done = audited(*words, code=code)
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("words", [("repo",), ("query",), ("verify",), ("erase", _MAIL, *_YES), ("status",)])
def test_a_policy_that_cannot_be_read_stops_every_command(audited: Program, words: tuple[str, ...]) -> None:
    """Nothing is recorded, shown or erased under a policy that means something else than its writer thought."""
    _write_policy(audited, '[[values]]\npath = ["actor"]\n')
    done = audited(*words, code=2)
    assert "policy.toml: `values[0].path`: it is not known here" in done.stderr


def test_a_hold_is_put_on_and_taken_off(audited: Program) -> None:
    """And stands in the way of an erasure meanwhile."""
    audited("retention", "hold", "case 7", "--reason", "court order")
    done = audited("erase", _MAIL, *_YES, code=2)
    assert "`case 7`; end it with `ami-audit retention release`" in done.stderr
    status = json.loads(audited("retention", "status", "--format", "json").stdout)
    assert [hold["name"] for hold in status["holds"]] == ["case 7"]
    audited("retention", "release", "case 7")
    audited("erase", _MAIL, *_YES)


def test_without_a_policy_retention_says_how_to_write_one(ami_audit: Program) -> None:
    """Nothing goes by default."""
    ami_audit("repo", "--quiet")
    done = ami_audit("retention", "prune", code=2)
    assert "`.audit/policy.toml`" in done.stderr
    assert "No retention is set" in ami_audit("retention", "status").stdout


def test_a_trail_that_cannot_be_written_is_not_erased(audited: Program) -> None:
    """One sentence, exit code 3, and the key is still there."""
    file = audited.folder / ".audit" / "audit.db"
    file.chmod(0o400)
    (file.parent).chmod(0o500)
    try:
        done = audited("erase", _MAIL, *_YES, code=3) if not _is_root() else None
    finally:
        file.parent.chmod(0o700)
        file.chmod(0o600)
    assert done is None or "cannot be written" in done.stderr
    assert _MAIL in json.dumps(_commits(audited, "--clearance", "restricted"))


def _is_root() -> bool:
    return os.geteuid() == 0
