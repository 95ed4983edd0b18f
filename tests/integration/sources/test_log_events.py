"""Are single events told when they are asked for, each with who wrote it and when?"""

import json
from pathlib import Path

import pytest
from tests.support.observed import key_of

from ami_audit.domain.kinds import ActorType, AuditSeverity, LogLevel, Outcome
from ami_audit.domain.values import frozen
from support.log_files import contexts, drafts_of, event, json_lines, only


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in no repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_events_at_or_above_a_level_are_told(here: Path) -> None:
    """`--level=ERROR` asks for them."""
    (here / "app.log").write_text(
        json_lines(
            event(1, "INFO", "fine"),
            event(2, "ERROR", "bad", session_id="s1", duration=1.5),
            event(3, "CRITICAL", "worse"),
        )
    )
    bad, worse = only(drafts_of("app.log", level=LogLevel.ERROR), "log.event")
    assert (bad.target, bad.actor, bad.actor_type) == ("app.log", "shop", ActorType.SERVICE)
    assert (bad.timestamp, bad.severity, bad.outcome) == (
        "2026-01-01T00:00:02.000000Z",
        AuditSeverity.ERROR,
        Outcome.FAILURE,
    )
    facts = bad.context
    assert (facts["file"], facts["line"], facts["format"], facts["message"]) == ("app.log", 2, "json", "bad")
    assert facts["ids"] == {"session": "s1"}
    assert facts["fields"]["duration"] == 1.5
    assert (worse.context["line"], worse.severity) == (3, AuditSeverity.CRITICAL)


def test_no_event_is_told_unasked(here: Path) -> None:
    """A million lines are not a million records."""
    (here / "app.log").write_text(json_lines(event(1, "ERROR", "bad")))
    assert only(drafts_of("app.log"), "log.event") == []


def test_an_event_is_the_same_fact_after_its_file_was_rotated(here: Path) -> None:
    """Otherwise each night would record the day again."""
    (here / "app.log").write_text(json_lines(event(1, "ERROR", "bad"), event(2, "ERROR", "bad")))
    before = only(drafts_of(".", level=LogLevel.ERROR), "log.event")
    (here / "app.log").rename(here / "app.log.1")
    (here / "app.log").write_text(json_lines(event(3, "ERROR", "bad")))
    after = only(drafts_of(".", level=LogLevel.ERROR), "log.event")
    assert [key_of(draft) for draft in after[:2]] == [key_of(draft) for draft in before]
    assert len({key_of(draft) for draft in after}) == 3


def test_a_service_is_chosen_by_logger_service_or_path(here: Path) -> None:
    """`--service=hook` also means `hook:session`, and all that lies in `logs/hook/`."""
    logs = here / "logs"
    (logs / "hook").mkdir(parents=True)
    mine = {"logger": "hook:s1"}
    (logs / "all.log").write_text(
        json_lines(
            {**event(1, "ERROR", "mine"), **mine},
            {**event(2, "ERROR", "theirs"), "logger": "bank"},
            {**event(3, "ERROR", "another's"), "logger": "hooky"},
        )
    )
    (logs / "hook" / "2026-01-01.log").write_text(json_lines({**event(4, "ERROR", "by path"), "logger": "x"}))
    drafts = drafts_of("logs", level=LogLevel.ERROR, services=("hook",))
    assert [draft.context["message"] for draft in only(drafts, "log.event")] == ["mine", "by path"]
    assert {context["sample"] for context in contexts(drafts, "log.template")} == {"mine", "by path"}


def test_secrets_in_events_are_masked(here: Path) -> None:
    """In the message, in fields, and in what is nested in them."""
    (here / "app.log").write_text(
        json_lines(
            event(
                1,
                "ERROR",
                "login password=hunter2",
                password="hunter2",
                headers={"Authorization": "Basic aHVudGVyMg=="},
            )
        )
    )
    drafts = drafts_of("app.log", level=LogLevel.ERROR)
    assert "hunter2" not in str(drafts)
    assert "aHVudGVyMg" not in str(drafts)
    (facts,) = contexts(drafts, "log.event")
    assert facts["masked"] == ["secret"]


def test_odd_values_can_be_sealed(here: Path) -> None:
    """Numbers that no two readers read alike, names that records keep for themselves, and depth."""
    deep: object = 1
    for _ in range(40):
        deep = {"d": deep}
    odd = {
        "big": 2**63,
        "tiny": 5e-324,
        "huge": 1e300,
        "_sd": ["x"],
        "...": "y",
        "deep": deep,
        "many": ["z" * 100] * 500,
    }
    (here / "app.log").write_text(json_lines(event(1, "ERROR", "odd", **odd)))
    (here / "few.log").write_text(json_lines(event(1, "ERROR", "odd", big=2**63, _sd=["x"])))
    drafts = drafts_of(".", level=LogLevel.ERROR)
    for draft in drafts:
        frozen(draft.context)
    facts = {draft.target: draft.context for draft in only(drafts, "log.event")}
    assert "many" in facts["app.log"]["fields"]["omitted"]
    assert facts["few.log"]["fields"] == {"big": str(2**63), "__sd": ["x"]}


def test_mixed_files_of_agents_are_understood(here: Path) -> None:
    """Banners, prose, JSON lines and loguru text stand in one file."""
    (here / "agent.log").write_text(
        "================ SESSION START ================\n"
        "I will now look at the repository.\n"
        + json_lines(
            {"ts": "2026-01-01T00:00:01.000000Z", "logger": "hook:s1", "message": "hook_execution", "decision": "deny"}
        )
        + "2026-01-01 00:00:02.123 | ERROR    | agent.core:run:42 - the tool failed\n"
        + json_lines({"timestamp": "2026-01-01T00:00:03.000000Z", "level": "error", "message": "exit", "exit_code": 3})
    )
    drafts = drafts_of("agent.log", level=LogLevel.ERROR)
    told = [
        (draft.context["line"], draft.context["format"], draft.context["message"])
        for draft in only(drafts, "log.event")
    ]
    assert told == [(4, "loguru", "the tool failed"), (5, "json", "exit")]
    (file,) = contexts(drafts, "log.file")
    assert file["lines"] == 5
    assert {"json", "loguru"} <= set(file["formats"])


def test_what_is_no_utf_8_is_told(here: Path) -> None:
    """A line of another encoding is still a line."""
    (here / "app.log").write_bytes(b"2026-01-01 00:00:01,000 - shop - ERROR - caf\xe9 closed\n")
    (draft,) = only(drafts_of("app.log", level=LogLevel.ERROR), "log.event")
    json.dumps(dict(draft.context)).encode()
    assert "closed" in draft.context["message"]


def test_a_secret_whose_name_was_taken_for_a_logger_is_not_told(here: Path) -> None:
    """`X-Api-Key: …` begins like a line of the logger of that name; other words of other loggers stay."""
    start = "2026-01-01T00:00:02Z ERROR"
    (here / "app.log").write_text(f"{start} X-Api-Key: S3CRET\n{start} shop: broken\n")
    (here / "web.log").write_text(f"{start} shop: refused\n")
    drafts = drafts_of(".", level=LogLevel.ERROR)
    assert "S3CRET" not in str(drafts)
    messages = [facts["message"] for facts in contexts(drafts, "log.event")]
    assert messages == ["[masked secret]", "broken", "refused"]
    assert "refused" in [facts["template"] for facts in contexts(drafts, "log.template")]
