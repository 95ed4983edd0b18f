"""Is trouble told once for each kind, with all that helps to find it, and is what is new told as new?"""

from pathlib import Path

import pytest
from tests.support.observed import key_of, knowing

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditSeverity, LogLevel, Outcome
from support.log_files import contexts, drafts_of, event, json_lines, kinds_of_findings, only


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in no repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _refused(second: int, port: int) -> str:
    return json_lines(event(second, "ERROR", f"connection to 10.0.0.1:{port} refused"))


def test_errors_are_counted_by_what_they_say(here: Path) -> None:
    """A thousand lines of one kind are one thing to mend."""
    text = "".join(_refused(second, 4000 + second) for second in range(40))
    (here / "app.log").write_text(text + json_lines(event(50, "CRITICAL", "disk full"), event(51, "INFO", "bye")))
    critical, refused = only(drafts_of("app.log"), "log.template")
    assert (critical.severity, critical.context["count"]) == (AuditSeverity.CRITICAL, 1)
    facts = refused.context
    assert (facts["count"], facts["level"], facts["levels"]) == (40, "error", {"error": 40})
    assert "refused" in facts["template"]
    assert "4000" not in facts["template"]
    assert facts["sample"] == "connection to 10.0.0.1:4000 refused"
    assert (facts["first_place"], facts["last_place"]) == ("app.log:1", "app.log:40")
    assert (facts["first"], facts["last"]) == ("2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:39.000000Z")
    (finding,) = refused.findings
    assert (finding.finding_type, finding.location) == ("log.error", "app.log:1")
    assert finding.description.startswith("40 times: ")
    assert refused.outcome is Outcome.FAILURE


def test_one_kind_of_trouble_in_several_files_is_told_once(here: Path) -> None:
    """Rotation does not make a second error of it."""
    (here / "app.log.1").write_text(_refused(1, 4001) + _refused(2, 4002))
    (here / "app.log").write_text(_refused(3, 4003))
    (draft,) = only(drafts_of("."), "log.template")
    assert draft.context["files"] == [{"path": "app.log.1", "count": 2}, {"path": "app.log", "count": 1}]
    assert (draft.context["first_place"], draft.context["last_place"]) == ("app.log.1:1", "app.log:1")


def test_what_names_no_level_is_judged_by_its_words(here: Path) -> None:
    """Sshd never writes a level, and somebody is trying passwords."""
    lines = [
        f"Jan  1 00:00:{second:02} host sshd[7]: Failed password for root from 10.0.0.{second} port 22 ssh2"
        for second in range(30)
    ]
    (here / "auth.log").write_text("\n".join([*lines, "Jan  1 00:01:00 host sshd[7]: session opened"]) + "\n")
    (draft,) = only(drafts_of("auth.log"), "log.template")
    assert (draft.context["level"], draft.context["judged_by"], draft.context["count"]) == ("warning", "words", 30)


def test_a_traceback_belongs_to_its_event(here: Path) -> None:
    """Where it broke is what whoever mends it reads first."""
    (here / "app.log").write_text(
        "2026-01-01 00:00:01,000 - shop - ERROR - it broke\n"
        "Traceback (most recent call last):\n"
        '  File "shop.py", line 3, in sell\n'
        "ValueError: password=hunter2\n"
        "2026-01-01 00:00:02,000 - shop - INFO - on it goes\n"
    )
    drafts = drafts_of("app.log")
    (facts,) = contexts(drafts, "log.template")
    assert facts["sample"] == "it broke"
    assert 'File "shop.py", line 3, in sell' in facts["detail"]
    assert "hunter2" not in str(drafts)
    (file,) = contexts(drafts, "log.file")
    assert (file["lines"], file["events"], file["joined_lines"]) == (5, 2, 3)


def test_new_trouble_is_told_as_new(here: Path) -> None:
    """After a release, that is the question."""
    (here / "app.log").write_text(_refused(1, 4001))
    before = drafts_of(".")
    assert kinds_of_findings(only(before, "log.template")[0]) == ["log.error"]
    (here / "app.log").write_text(
        _refused(1, 4001) + _refused(2, 4002) + json_lines(event(3, "ERROR", "no money left"))
    )
    found = {draft.context["sample"]: draft for draft in only(drafts_of(".", known=knowing(before)), "log.template")}
    new, old = found["no money left"], found["connection to 10.0.0.1:4001 refused"]
    assert kinds_of_findings(new) == ["log.new-error"]
    assert new.findings[0].description == "New: once: no money left"
    assert (kinds_of_findings(old), old.context["count"]) == (["log.error"], 2)


def test_what_is_as_it_was_is_not_recorded_again(here: Path) -> None:
    """Also at the third run, when counts have changed in between."""
    seen: list[AuditDraft] = []
    for text in (_refused(1, 4001), _refused(1, 4001), _refused(1, 4001) + _refused(2, 4002)):
        (here / "app.log").write_text(text)
        found = drafts_of(".", known=knowing(seen))
        seen += found
        again = drafts_of(".", known=knowing(seen))
        assert {key_of(draft) for draft in again} <= {key_of(draft) for draft in seen}


def test_a_burst_is_told_with_what_it_was_of(here: Path) -> None:
    """One bad minute in a day of peace."""
    calm = "".join(json_lines(event(60 * minute, "INFO", f"tick {minute}")) for minute in range(30))
    bad = "".join(_refused(60 * 12 + second, 4000 + second) for second in range(50))
    (here / "app.log").write_text(calm + bad)
    (draft,) = only(drafts_of("app.log"), "log.file")
    (finding,) = [finding for finding in draft.findings if finding.finding_type == "log.burst"]
    assert finding.description.startswith("50 errors between 2026-01-01 00:12 and 2026-01-01 00:13")
    assert "refused" in finding.description
    (burst,) = draft.context["bursts"]
    assert (burst["count"], burst["from"]) == (50, "2026-01-01T00:12:00.000000Z")


def test_what_could_not_be_understood_is_counted_and_shown(here: Path) -> None:
    """Never dropped: a line that breaks its format may be the one that matters."""
    (here / "app.log").write_text(
        json_lines(event(1, "INFO", "a"))
        + '{"timestamp": "2026-01-01T00:00:02Z", "level": "ERR\n'
        + json_lines(event(3, "INFO", "b"))
    )
    (draft,) = only(drafts_of("app.log"), "log.file")
    assert draft.context["unparsed"]["count"] == 1
    assert draft.context["unparsed"]["samples"][0]["line"] == 2
    assert "log.unparsed" in kinds_of_findings(draft)
    assert draft.context["lines"] == 3


def test_a_damaged_file_tells_what_came_before(here: Path) -> None:
    """Half a log is more than none."""
    import gzip  # noqa: PLC0415

    whole = gzip.compress("".join(_refused(second, second) for second in range(3000)).encode())
    (here / "app.log.gz").write_bytes(whole[: len(whole) // 2])
    (draft,) = only(drafts_of("."), "log.file")
    assert draft.outcome is Outcome.PARTIAL
    assert set(kinds_of_findings(draft)) & {"log.truncated", "log.damaged"}
    assert draft.context["events"] > 0


def test_only_what_happened_in_time_counts(here: Path) -> None:
    """The last hour's errors, not the year's."""
    (here / "app.log").write_text("".join(_refused(second, second) for second in range(60)))
    drafts = drafts_of("app.log", since="2026-01-01T00:00:30Z", until="2026-01-01T00:00:40Z")
    (facts,) = contexts(drafts, "log.template")
    assert (facts["count"], facts["earlier"]) == (10, 30)
    (file,) = contexts(drafts, "log.file")
    assert (file["events"], file["selected"]) == (60, 10)
    assert file["selection"] == {"since": "2026-01-01T00:00:30.000000Z", "until": "2026-01-01T00:00:40.000000Z"}


def test_times_without_a_zone_are_of_the_zone_that_is_named(here: Path) -> None:
    """In Berlin it is an hour later in winter and two in summer."""
    (here / "app.log").write_text(
        "2026-01-15 12:00:00,000 - shop - ERROR - winter\n2026-07-15 12:00:00,000 - shop - ERROR - summer of love\n"
    )
    (file,) = contexts(drafts_of("app.log", zone="Europe/Berlin"), "log.file")
    assert (file["times"]["first"], file["times"]["last"]) == (
        "2026-01-15T11:00:00.000000Z",
        "2026-07-15T10:00:00.000000Z",
    )
    assert file["times"]["known"] == {"zone-assumed": 2}
    (file,) = contexts(drafts_of("app.log", zone="+02:00"), "log.file")
    assert file["times"]["first"] == "2026-01-15T10:00:00.000000Z"


def test_only_the_troubled_events_of_a_template_count(here: Path) -> None:
    """A message that is harmless nine times in ten is no trouble ten times."""
    calm = [event(second, "INFO", f"request {second} ended with {second}") for second in range(9)]
    (here / "app.log").write_text(json_lines(*calm, event(30, "ERROR", "request 99 ended with 500")))
    (draft,) = only(drafts_of("app.log"), "log.template")
    assert (draft.context["count"], draft.context["events"]) == (1, 10)
    assert draft.context["sample"] == "request 99 ended with 500"
    assert (draft.findings[0].location, draft.findings[0].description[:6]) == ("app.log:10", "once: ")


def test_messages_that_differ_in_a_secret_only_are_one(here: Path) -> None:
    """And no digest tells which secret it was."""
    seen = []
    for word in ("hunter2", "letmein"):
        (here / "app.log").write_text(json_lines(event(1, "ERROR", f"login refused password={word}")))
        (draft,) = only(drafts_of("app.log", level=LogLevel.ERROR), "log.template")
        (single,) = only(drafts_of("app.log", level=LogLevel.ERROR), "log.event")
        seen.append((draft.observed, single.observed))
    assert seen[0] == seen[1]


def test_trouble_that_began_since_then_is_new(here: Path) -> None:
    """Also without an earlier run: the logs themselves go back further."""
    old = "".join(_refused(second, second) for second in range(10))
    (here / "app.log").write_text(old + _refused(40, 40) + json_lines(event(41, "ERROR", "no money left")))
    drafts = only(drafts_of("app.log", since="2026-01-01T00:00:30Z"), "log.template")
    assert {draft.context["sample"]: kinds_of_findings(draft) for draft in drafts} == {
        "connection to 10.0.0.1:40 refused": ["log.error"],
        "no money left": ["log.new-error"],
    }


def test_prose_between_json_lines_is_no_trouble(here: Path) -> None:
    """An agent writes that a test failed; that is what it was asked to look at."""
    prose = "The test failed because the port was refused.\n"
    (here / "agent.log").write_text(prose + json_lines(*(event(second, "INFO", "step") for second in range(9))))
    assert only(drafts_of("agent.log"), "log.template") == []
    (here / "agent.log").write_text(prose)
    (draft,) = only(drafts_of("agent.log"), "log.template")
    assert draft.context["judged_by"] == "words"


def test_a_template_that_became_more_general_is_not_new(here: Path) -> None:
    """One name was known, and now there are two: it is the same trouble."""

    def lines(*names: str) -> str:
        return json_lines(*(event(at, "ERROR", f"cannot find the user {name} here") for at, name in enumerate(names)))

    (here / "app.log").write_text(lines("ann"))
    before = drafts_of(".")
    (here / "app.log").write_text(lines("ann", "bob", "eve"))
    after = drafts_of(".", known=knowing(before))
    (draft,) = only(after, "log.template")
    assert draft.context["template"] != only(before, "log.template")[0].context["template"]
    assert (kinds_of_findings(draft), draft.context["count"]) == (["log.error"], 3)
    again = drafts_of(".", known=knowing([*before, *after]))
    assert {key_of(draft) for draft in again} <= {key_of(draft) for draft in [*before, *after]}
