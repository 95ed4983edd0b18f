"""Is what several logs have in common told?"""

from pathlib import Path

import pytest

from support.log_files import contexts, drafts_of, event, json_lines, only


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in no repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_request_is_followed_through_the_logs(here: Path) -> None:
    """Where it began, where it failed, and how long it took."""
    (here / "web.log").write_text(
        json_lines(event(1, "INFO", "in", request_id="r-7f3a"), event(9, "INFO", "out", request_id="r-7f3a"))
    )
    (here / "bank.log").write_text(json_lines(event(5, "ERROR", "no money", request_id="r-7f3a")))
    (here / "mail.log").write_text(json_lines(event(6, "INFO", "other", request_id="r-0000")))
    drafts = drafts_of(".")
    (facts,) = contexts(drafts, "log.correlation")
    assert (facts["by"], facts["id"], facts["level"], facts["events"]) == ("request", "r-7f3a", "error", 3)
    assert facts["seconds"] == 8.0
    assert [step["place"] for step in facts["steps"]] == ["web.log:1", "bank.log:1"]
    assert contexts(drafts, "log.overview")[0]["shared_ids"] == 1


def test_an_id_that_met_no_trouble_is_counted_only(here: Path) -> None:
    """A busy system has a thousand of them each minute."""
    for name in ("web.log", "bank.log"):
        (here / name).write_text(json_lines(event(1, "INFO", "fine", trace_id="4bf92f3577b34da6a3ce929d0e0e4736")))
    drafts = drafts_of(".")
    assert contexts(drafts, "log.correlation") == []
    assert contexts(drafts, "log.overview")[0]["shared_ids"] == 1


def test_the_files_of_one_log_are_not_several_logs(here: Path) -> None:
    """A session that goes on over midnight is no correlation."""
    (here / "web.log.1").write_text(json_lines(event(1, "ERROR", "a", session_id="s1")))
    (here / "web.log").write_text(json_lines(event(2, "ERROR", "b", session_id="s1")))
    assert contexts(drafts_of("."), "log.correlation") == []


def test_trouble_in_several_logs_at_once_is_told(here: Path) -> None:
    """When the network goes, everybody complains."""
    for name, start in (("web.log", 720), ("bank.log", 735), ("mail.log", 1500)):
        calm = "".join(json_lines(event(60 * minute, "INFO", f"tick {minute}")) for minute in range(30))
        bad = "".join(json_lines(event(start + second, "ERROR", f"refused {second}")) for second in range(40))
        (here / name).write_text(calm + bad)
    drafts = only(drafts_of("."), "log.correlation")
    (draft,) = drafts
    assert draft.context["by"] == "time"
    assert [step["place"] for step in draft.context["steps"]] == ["bank.log", "web.log"]
    assert draft.findings[0].finding_type == "log.bursts-together"
    assert (
        draft.findings[0].description == "Trouble came in 2 logs at once from 2026-01-01 00:12: `bank.log`, `web.log`."
    )
