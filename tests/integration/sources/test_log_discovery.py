"""Which files are read as logs, and is everything else told?"""

import gzip
import os
from pathlib import Path

import pytest
from tests.support.files import as_ordinary_user, open_place
from tests.support.observed import Counting

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import SourceError, UsageError
from ami_audit.domain.kinds import Outcome
from support.log_files import contexts, drafts_of, event, json_lines, kinds_of_findings, only

_LINE = json_lines(event(1, "INFO", "all is well"))


def _read(drafts: list[AuditDraft]) -> list[str]:
    return [draft.target for draft in only(drafts, "log.file")]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in no repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_files_of_one_log_are_read_the_oldest_first(here: Path) -> None:
    """A story is read from its beginning, and each file says which log it is of."""
    logs = here / "logs"
    logs.mkdir()
    for name in ("app.log", "app.log.1", "bank-2026-01-02.log", "bank-2026-01-01.log"):
        (logs / name).write_text(_LINE)
    (logs / "app.log.2.gz").write_bytes(gzip.compress(_LINE.encode()))
    drafts = drafts_of("logs")
    names = ["app.log.2.gz", "app.log.1", "app.log", "bank-2026-01-01.log", "bank-2026-01-02.log"]
    assert _read(drafts) == [f"logs/{name}" for name in names]
    assert {context["log"] for context in contexts(drafts, "log.file")} == {"logs/app.log", "logs/bank.log"}
    (overview,) = contexts(drafts, "log.overview")
    assert (overview["files"], overview["logs"], overview["lines"]) == (5, 2, 5)


def test_in_a_repository_only_what_is_called_a_log_is_read(here: Path) -> None:
    """`repo --sources=log` must not take the sources for logs, and must not miss ignored logs."""
    (here / ".git").mkdir()
    for name in ("logs/any", "a/b/run.log", "README.md", "src/log.py", ".git/x.log", "node_modules/n.log"):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(_LINE)
    progress = Counting()
    assert _read(drafts_of(".", progress=progress, any_name=False)) == ["a/b/run.log", "logs/any"]
    assert sorted(progress.left_out) == [
        ("README.md", "not called as logs are"),
        ("node_modules/", "vendored"),
        ("src/log.py", "not called as logs are"),
    ]


def test_names_are_relative_to_the_repository_wherever_one_stands(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same log has one name in the trail."""
    (here / ".git").mkdir()
    (here / "logs").mkdir()
    (here / "logs" / "app.log").write_text(_LINE)
    monkeypatch.chdir(here / "logs")
    assert _read(drafts_of(".")) == ["logs/app.log"]
    assert _read(drafts_of(here / "logs" / "app.log")) == ["logs/app.log"]


def test_links_are_not_followed(here: Path) -> None:
    """A link out of the folder would read what nobody asked for; a link inside would count lines twice."""
    (here / "outside.log").write_text(_LINE)
    logs = here / "logs"
    logs.mkdir()
    (logs / "app.log").write_text(_LINE)
    (logs / "current.log").symlink_to("app.log")
    (logs / "out.log").symlink_to("../outside.log")
    (logs / "folder").symlink_to("..")
    (logs / "nowhere.log").symlink_to("gone")
    progress = Counting()
    assert _read(drafts_of("logs", progress=progress)) == ["logs/app.log"]
    assert sorted(progress.left_out) == [
        ("current.log", "a link to what is read under its own name"),
        ("folder", "a link that leads out"),
        ("nowhere.log", "a link that leads nowhere"),
        ("out.log", "a link that leads out"),
    ]


def test_pipes_and_archives_are_told_and_not_opened(here: Path) -> None:
    """Opening a pipe waits for ever; an archive holds files, not lines."""
    os.mkfifo(here / "pipe.log")
    (here / "old.tar.gz").write_bytes(b"x")
    (here / "app.log").write_text(_LINE)
    progress = Counting()
    assert _read(drafts_of(".", progress=progress)) == ["app.log"]
    assert sorted(progress.left_out) == [("old.tar.gz", "an archive"), ("pipe.log", "neither a file nor a folder")]


def test_a_pipe_that_is_named_itself_is_a_finding(here: Path) -> None:
    """The user named it; they are told why nothing came of it."""
    os.mkfifo(here / "pipe.log")
    (draft,) = only(drafts_of("pipe.log"), "log.file")
    assert (kinds_of_findings(draft), draft.outcome) == (["log.not-a-file"], Outcome.PARTIAL)


def test_an_empty_folder_is_one_clear_sentence(here: Path) -> None:
    """`logs/ami-agent/` is empty where no agent ran: that is a fact."""
    (here / "logs").mkdir()
    (overview,) = only(drafts_of("logs"), "log.overview")
    assert kinds_of_findings(overview) == ["log.nothing-found"]
    assert overview.findings[0].description == "No log lies in `logs`."
    assert overview.findings[0].location == "logs"


def test_an_empty_file_is_a_log_without_lines(here: Path) -> None:
    """A service that never wrote anything is told."""
    (here / "app.log").touch()
    (context,) = contexts(drafts_of("app.log"), "log.file")
    assert (context["lines"], context["events"]) == (0, 0)


def test_a_missing_folder_is_said(here: Path) -> None:
    """The user mistyped a name."""
    with pytest.raises(SourceError, match="`nowhere` cannot be audited: it cannot be opened: no such file"):
        drafts_of("nowhere")


def test_what_may_not_be_read_is_a_finding() -> None:
    """Neither a crash nor silence."""
    with open_place() as place:
        (place / "shut").mkdir(mode=0)
        (place / "shut.log").write_text(_LINE)
        (place / "shut.log").chmod(0)
        (place / "open.log").write_text(_LINE)
        with as_ordinary_user():
            drafts = drafts_of(place)
    files = {Path(draft.target).name: draft for draft in only(drafts, "log.file")}
    assert kinds_of_findings(files["shut.log"]) == ["log.unreadable"]
    assert files["open.log"].findings == ()
    (overview,) = only(drafts, "log.overview")
    assert kinds_of_findings(overview) == ["log.unreadable"]
    assert str(overview.findings[0].location).endswith("shut")


def test_a_glob_chooses(here: Path) -> None:
    """One day's files, of all services."""
    for name in ("a/2026-01-01.log", "a/2026-01-02.log", "b/2026-01-01.log"):
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text(_LINE)
    assert _read(drafts_of("*/2026-01-01.log", pattern=True)) == ["a/2026-01-01.log", "b/2026-01-01.log"]


def test_a_name_that_is_no_text_is_read(here: Path) -> None:
    """Names are bytes."""
    Path(os.fsdecode(b"caf\xe9.log")).write_text(_LINE)
    assert _read(drafts_of(".")) == ["caf\\xe9.log"]


def test_a_zone_that_is_none_is_said(here: Path) -> None:
    """A misspelt zone must not silently be UTC."""
    with pytest.raises(UsageError, match="`Mars/Olympus` is no time zone"):
        drafts_of(".", zone="Mars/Olympus")


def test_a_file_that_is_just_being_compressed_is_read_once(here: Path) -> None:
    """For some moments both forms lie there, and every error would count twice."""
    (here / "app.log.1").write_text(_LINE)
    (here / "app.log.1.gz").write_bytes(gzip.compress(_LINE.encode()))
    progress = Counting()
    assert _read(drafts_of(".", progress=progress)) == ["app.log.1"]
    assert progress.left_out == [("app.log.1.gz", "its uncompressed form is read")]
