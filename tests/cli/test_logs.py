"""Do the commands for logs answer what a person at a terminal asks?"""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Program
from tests.support.documents import GUIDE

from support.log_files import chain, event, json_lines


@pytest.fixture
def logs(ami_audit: Program) -> Path:
    """A folder of logs in the repository, with errors in it."""
    folder = ami_audit.folder / "logs"
    (folder / "ami-agent").mkdir(parents=True)
    calm = [event(second, "INFO", f"request {second} done", request_id=f"r{second}") for second in range(50)]
    bad = [event(100 + port, "ERROR", f"port {port} refused", request_id=f"r{port}") for port in range(40)]
    (folder / "shop.log").write_text(json_lines(*calm, *bad))
    (folder / "bank.log").write_text(json_lines(event(105, "ERROR", "token=abcdefgh is wrong", request_id="r5")))
    return folder


def _answer(program: Program, *words: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(program(*words, "--format=json", code=code).stdout)
    return found


def _counts(run: dict[str, Any]) -> dict[str, int]:
    (source,) = run["sources"]
    counts: dict[str, int] = source["actions"]
    return counts


def test_a_folder_of_logs_is_audited(ami_audit: Program, logs: Path) -> None:
    """One command, and the errors are told by kind, with where they begin."""
    said = ami_audit("logs", "--dir=logs/").stdout
    assert "2 log files" in said
    assert "port <number> refused" in said
    assert "logs/shop.log:51" in said
    assert "40" in said
    assert "request r5" in said
    assert "abcdefgh" not in said
    assert ami_audit("verify").stdout.startswith("Proven to")
    run = _answer(ami_audit, "logs", "--dir=logs/")
    assert (_counts(run), run["sources"][0]["unchanged"]) == ({}, 7)


def test_an_empty_folder_is_one_clear_sentence(ami_audit: Program, logs: Path) -> None:
    """No agent ran: that is an answer, not a failure."""
    assert "No log lies in `logs/ami-agent`." in ami_audit("logs", "--dir=logs/ami-agent").stdout


def test_a_missing_folder_is_one_clear_sentence(ami_audit: Program) -> None:
    """What was mistyped is named; the code says whose fault it is."""
    assert ami_audit("logs", "--dir=logs/nope", code=2).stderr == "ami-audit: There is no `logs/nope` to audit.\n"


def test_a_level_brings_each_event(ami_audit: Program, logs: Path) -> None:
    """`--level=ERROR`, as everybody writes it."""
    assert _counts(_answer(ami_audit, "logs", "--dir=logs/", "--level=ERROR"))["log.event"] == 41
    found = _answer(ami_audit, "query", "--action=log.event", "--limit=1")["records"]
    assert found[0]["severity"] == "error"


def test_a_service_is_chosen(ami_audit: Program, logs: Path) -> None:
    """By what the path says, where the lines do not."""
    (logs / "data-stack").mkdir()
    (logs / "data-stack" / "today.log").write_text(json_lines(event(1, "ERROR", "disk full")))
    run = _answer(ami_audit, "logs", "--service=data-stack")
    assert _counts(run)["log.template"] == 1
    assert _answer(ami_audit, "query", "--action=log.template")["records"][0]["context"]["sample"] == "disk full"


def test_only_the_last_hour_is_audited(ami_audit: Program, logs: Path) -> None:
    """Old errors do not count among those of the last hour."""
    run = _answer(ami_audit, "logs", "--since=1 hour ago", "--until=now")
    assert "log.template" not in _counts(run)
    assert _counts(run)["log.file"] == 2


def test_errors_can_fail_a_pipeline(ami_audit: Program, logs: Path) -> None:
    """`--fail-on=error` ends with 1."""
    ami_audit("logs", "--dir=logs", "--fail-on=error", code=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--level=loud",), "`loud` is no level; choose trace, debug, info, warning, error, critical."),
        (("--zone=Mars",), "`Mars` is no time zone; write `Europe/Berlin`, `+02:00` or `UTC`."),
        (("--since=banana",), "The time `banana` is not understood"),
        (("logs", "--dir=logs"), "PLACE and --dir say the same; give one of them."),
    ],
)
def test_what_makes_no_sense_is_said(ami_audit: Program, logs: Path, words: tuple[str, ...], said: str) -> None:
    """What, and what to write instead; code 2."""
    assert said in " ".join(ami_audit("logs", *words, code=2).stderr.split())


def test_a_broken_chain_is_told_in_every_format(ami_audit: Program, logs: Path) -> None:
    """On the screen, as a page, and for programs."""
    (logs / "audit.log").write_bytes(chain(4).replace(b'"b1"', b'"b7"'))
    assert "broken" in ami_audit("logs", "logs").stdout
    assert "- **broken** `logs/audit.log`" in ami_audit("logs", "logs", "--full", "--format=markdown").stdout
    told = {record["action"]: record for record in _answer(ami_audit, "logs", "logs", "--full")["told"]}
    assert told["log.chain"]["context"]["faults"][0]["line"] == 3


def test_a_repository_is_audited_with_its_logs(ami_audit: Program, logs: Path) -> None:
    """All sources in one run; ignored logs are read, sources are not."""
    (ami_audit.folder / ".gitignore").write_text("logs/\n")
    run = _answer(ami_audit, "repo", "--sources=git,log")
    assert {source["name"] for source in run["sources"]} == {"git", "log"}
    (log,) = [source for source in run["sources"] if source["name"] == "log"]
    assert log["actions"]["log.file"] == 2
    assert log["skipped"] == {"not called as logs are": 4}


def test_samples_can_be_kept_behind_a_policy(ami_audit: Program, logs: Path) -> None:
    """Logs tell of persons; the guide's policy hides what they said, and the answer copes with it."""
    page = (GUIDE / "logs.md").read_text()
    policy = page.partition("```toml\n")[2].partition("```")[0]
    (ami_audit.folder / ".audit").mkdir(exist_ok=True)
    (ami_audit.folder / ".audit" / "policy.toml").write_text(policy)
    assert "port <number> refused" in ami_audit("logs", "logs").stdout
    found = _answer(ami_audit, "query", "--action=log.template")["records"]
    assert "sample" not in found[0]["context"]
    shown = _answer(ami_audit, "query", "--action=log.template", "--clearance=restricted")["records"]
    assert shown[0]["context"]["sample"] in {"port 0 refused", "token=[masked secret] is wrong"}


def test_records_that_are_withheld_altogether_are_still_counted(ami_audit: Program, logs: Path) -> None:
    """The answer of a run shows no more than a query would."""
    (ami_audit.folder / ".audit").mkdir(exist_ok=True)
    (ami_audit.folder / ".audit" / "policy.toml").write_text('[[records]]\nactions = ["log.*"]\nclass = "RESTRICTED"\n')
    said = ami_audit("logs", "logs").stdout
    assert "2 log files" in said
    assert "withheld" in said


def test_a_profile_stands_for_its_services(ami_audit: Program, logs: Path) -> None:
    """`data-stack` is postgres and redis, as the manifest says."""
    (ami_audit.folder / "scripts").mkdir()
    (ami_audit.folder / "scripts" / "services.yaml").write_text(
        "version: 1\n"
        "services:\n"
        "  postgres: {execution: {local: {enabled: true, command: postgres}}}\n"
        "  redis: {execution: {local: {enabled: true, command: redis-server}}}\n"
        "profiles:\n"
        "  data-stack: {services: [postgres, redis]}\n"
    )
    (logs / "postgres.log").write_text(json_lines(event(1, "ERROR", "disk full")))
    run = _answer(ami_audit, "logs", "--service=data-stack")
    assert _counts(run)["log.template"] == 1
    context = _answer(ami_audit, "query", "--action=log.template")["records"][0]["context"]
    assert (context["sample"], context["selection"]["services"]) == ("disk full", ["data-stack", "postgres", "redis"])
