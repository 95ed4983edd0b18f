"""Does one command turn a repository into evidence?"""

import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path

from tests.cli.conftest import PROGRAM, Program
from tests.support.repositories import Repository


def answer(program: Program, *words: str, code: int = 0) -> dict[str, object]:
    """Return the JSON answer of a command."""
    found: dict[str, object] = json.loads(program(*words, "--format=json", code=code).stdout)
    return found


def test_one_command_seals_history_and_files(ami_audit: Program) -> None:
    """The first promise: no server, no set-up, one command, and everything is in a trail that verifies."""
    run = answer(ami_audit, "repo")
    assert run["schema"] == "ami-audit/run/1"
    counts = {source["name"]: source["actions"] for source in run["sources"]}  # type: ignore[index,attr-defined]
    assert counts["git"]["git.commit"] == 3
    assert counts["file"] == {"file.observed": 3}
    verdict = answer(ami_audit, "verify", "--signatures")
    assert verdict["faults"] == []
    assert verdict["size"] == run["size"]


def test_the_first_run_says_where_the_key_is_and_guards_it(ami_audit: Program) -> None:
    """A key that nobody knows of is lost at the next move, and one that others can read signs for them."""
    told = ami_audit("repo").stderr
    keys = list((ami_audit.home / ".config" / "ami-audit" / "keys").glob("*.pem"))
    assert len(keys) == 1
    assert str(keys[0]) in " ".join(told.split())
    assert stat.S_IMODE(keys[0].stat().st_mode) == 0o600
    assert "key export" in told
    assert ami_audit("repo").stderr == ""


def test_a_second_run_records_only_what_changed(ami_audit: Program, repository: Repository) -> None:
    """A trail that repeated the world at each run would bury what happened."""
    ami_audit("repo")
    unchanged = answer(ami_audit, "repo")
    assert [source["recorded"] for source in unchanged["sources"]] == [0, 0]  # type: ignore[index,attr-defined]
    repository.commit({"app/cart.py": "total = 2\n"}, message="Count from two")
    changed = answer(ami_audit, "repo")
    git, file = changed["sources"]  # type: ignore[misc]
    assert git["actions"]["git.commit"] == 1  # type: ignore[index]
    assert file["actions"] == {"file.observed": 1}  # type: ignore[index]
    full = answer(ami_audit, "repo", "--full")
    assert full["sources"][1]["recorded"] == 3  # type: ignore[index]


def test_every_record_says_who_how_where_and_why(ami_audit: Program, repository: Repository) -> None:
    """Provenance is what an auditor asks first, and it is filled from the machine, not invented."""
    ami_audit("repo", "--reason", "quarterly review")
    found = answer(ami_audit, "query", "--action=git.commit")["records"]
    record = found[0]  # type: ignore[index]
    assert record["actor"] == "Ann Author <ann@example.org>"
    assert record["actor_type"] == "person"
    assert record["reason"] == "quarterly review"
    assert record["source"].startswith("git_source/")
    assert record["outcome"] == "success"
    assert record["metadata"]["commit"] == repository.git("rev-parse", "HEAD")
    assert record["metadata"]["repository"] == str(repository.path)
    assert record["metadata"]["host"]
    assert record["metadata"]["collector"].startswith("ami-audit ")
    assert len({each["run_id"] for each in found}) == 1  # type: ignore[attr-defined]


def test_the_trail_does_not_litter_the_repository(ami_audit: Program, repository: Repository) -> None:
    """A folder that shows up in `git status` would be committed sooner or later, keys of the kingdom and all."""
    ami_audit("repo")
    assert repository.git("status", "--porcelain") == ""


def test_sources_can_be_chosen_and_a_wrong_one_is_named(ami_audit: Program) -> None:
    """A misspelt source must not silently audit nothing."""
    run = answer(ami_audit, "repo", "--sources=file")
    assert [source["name"] for source in run["sources"]] == ["file"]  # type: ignore[index,attr-defined]
    told = ami_audit("repo", "--sources=git,fil", code=2).stderr
    assert "No source `fil`" in told
    assert "file, git" in told


def test_a_time_that_is_not_understood_is_refused(ami_audit: Program) -> None:
    """Git itself reads "banana" as now, and an audit since now shows that all is well."""
    assert "banana" in ami_audit("repo", "--since", "banana", code=2).stderr


def test_since_and_author_narrow_the_history(ami_audit: Program, repository: Repository) -> None:
    """The filters mean the author's date and name."""
    repository.commit({"a": "1"}, message="By another", author="Bob Builder <bob@example.org>")
    run = answer(ami_audit, "git", "--author=bob")
    assert run["sources"][0]["actions"]["git.commit"] == 1  # type: ignore[index]
    later = answer(ami_audit, "git", "--since=2100-01-01")
    assert "git.commit" not in later["sources"][0]["actions"]  # type: ignore[index]


def test_a_folder_that_is_no_repository_still_has_its_files_audited(ami_audit: Program, tmp_path: Path) -> None:
    """One source that cannot work is said and recorded; the other does its job."""
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "a.txt").write_text("a")
    run = answer(ami_audit, "repo", str(plain))
    errors = [source["error"] for source in run["sources"]]  # type: ignore[index,attr-defined]
    assert errors[0] is not None
    assert errors[1] is None
    assert (plain / ".audit" / "audit.db").exists()


def test_a_place_that_is_not_there_is_one_sentence(ami_audit: Program) -> None:
    """Nothing is made, nothing is half done."""
    for command in ("repo", "file", "git"):
        assert ami_audit(command, "nowhere", code=2).stderr == "ami-audit: There is no `nowhere` to audit.\n"
    assert not (ami_audit.home / ".config").exists()


def test_fail_on_ends_with_1_when_a_finding_is_as_bad(ami_audit: Program, repository: Repository) -> None:
    """A pipeline wants an exit code; a missing object is a warning."""
    blob = repository.git("rev-parse", "HEAD~1:app/cart.py")
    repository.lose(blob)
    ami_audit("repo", "--sources=git", "--fail-on=error")
    ami_audit("repo", "--sources=git", "--full", "--fail-on=warning", code=1)
    assert "critical" in ami_audit("repo", "--fail-on=awful", code=2).stderr


def test_ctrl_c_seals_what_was_collected_and_says_so(ami_audit: Program, tmp_path: Path) -> None:
    """Whoever stops a long run keeps what it has seen so far, in a trail that verifies."""
    tree = tmp_path / "large"
    for folder in range(200):
        (tree / str(folder)).mkdir(parents=True)
        for index in range(100):
            (tree / str(folder) / str(index)).write_bytes(os.urandom(20_000))
    running = subprocess.Popen(
        [PROGRAM, "repo", str(tree), "--sources=file", "--format=json"],
        env=ami_audit.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    database = tree / ".audit" / "audit.db-wal"
    for _ in range(600):
        if database.exists() and database.stat().st_size > 300_000:
            break
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "sealing what was collected" in stderr
    run = json.loads(stdout)
    assert run["interrupted"] is True
    assert 0 < run["sources"][0]["recorded"] < 20_000
    assert answer(ami_audit, "verify", "--store", str(tree / ".audit" / "audit.db"))["faults"] == []


def test_an_answer_can_be_written_to_a_file_whose_ending_says_how(ami_audit: Program, repository: Repository) -> None:
    """`--output report.md` means Markdown; and nothing is left on stdout."""
    done = ami_audit("repo", "--output=run.json")
    assert done.stdout == ""
    assert json.loads((repository.path / "run.json").read_text())["schema"] == "ami-audit/run/1"
    assert "no/such" in ami_audit("status", "--output=no/such/file.json", code=2).stderr


def test_a_file_holds_the_records_of_the_run(ami_audit: Program, repository: Repository) -> None:
    """`--output=git-history.json` without a commit in it would be no history; a screen keeps the summary."""
    ami_audit("git", "--since=2000-01-01", "--output=history.json")
    written = json.loads((repository.path / "history.json").read_text())
    commits = [record for record in written["records"] if record["action"] == "git.commit"]
    assert len(commits) == 3
    assert {record["run_id"] for record in written["records"]} == {written["run_id"]}
    assert written["next_cursor"] is None
    assert answer(ami_audit, "git")["records"] is None
    ami_audit("git", "--full", "--output=history.md")
    assert "git.commit" in (repository.path / "history.md").read_text()


def test_the_summary_says_how_far_the_trail_can_be_proven(ami_audit: Program) -> None:
    """And that this run has not proven it."""
    told = " ".join(ami_audit("repo").stdout.split())
    assert "signed, checkpoint kept outside; not verified in this run, at most `checkpoint`" in told
    assert answer(ami_audit, "repo")["provable"] == "checkpoint"
