"""Are journals read, by the program that can read them?"""

import shutil
import sys
from pathlib import Path

import pytest
from tests.support.journal_file import write_journal
from tests.support.processes import children

from ami_audit.domain.kinds import LogLevel, Outcome
from ami_audit.domain.options import AuditOptions
from support.log_files import contexts, drafts_of, event, json_lines, kinds_of_findings, only, source

_HAS_JOURNALCTL = shutil.which("journalctl") is not None
needs_journalctl = pytest.mark.skipif(not _HAS_JOURNALCTL, reason="journalctl is not on this machine")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in no repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.integration
@needs_journalctl
def test_a_journals_file_is_read_beside_other_logs(here: Path) -> None:
    """Copied from a broken machine, it is as good a log as any."""
    write_journal(here / "a [b] c.journal")
    (here / "app.log").write_text(json_lines(event(1, "INFO", "fine")))
    drafts = drafts_of(".", journal=True, level=LogLevel.ERROR)
    (wrong,) = only(drafts, "log.event")
    assert (wrong.target, wrong.actor, wrong.timestamp) == (
        "a [b] c.journal",
        "shop.service",
        "2026-01-01T00:00:00.000000Z",
    )
    assert wrong.context["message"] == "cannot open till: password=[masked secret]"
    assert [context["events"] for context in contexts(drafts, "log.file")] == [1, 1]


@pytest.mark.integration
@needs_journalctl
def test_a_damaged_journal_is_a_finding(here: Path) -> None:
    """With what journalctl says of it."""
    (here / "cut.journal").write_bytes(b"LPKSHHRH" + bytes(500))
    (overview,) = only(drafts_of(".", journal=True), "log.overview")
    assert kinds_of_findings(overview) == ["log.journal-unreadable"]
    assert overview.outcome is Outcome.PARTIAL


def test_a_missing_journalctl_is_a_finding(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked for the journal is told why it is not there; the rest is audited."""
    (here / "app.log").write_text(json_lines(event(1, "INFO", "fine")))
    monkeypatch.setenv("PATH", str(here))
    drafts = drafts_of(".", journal=True)
    (overview,) = only(drafts, "log.overview")
    assert overview.findings[0].description.endswith("journalctl is not on this machine.")
    assert contexts(drafts, "log.file")[0]["events"] == 1


def test_a_journals_file_that_is_not_asked_for_is_told(here: Path) -> None:
    """It holds no lines; the finding says how to read it."""
    write_journal(here / "system.journal")
    (file,) = only(drafts_of("."), "log.file")
    assert kinds_of_findings(file) == ["log.binary"]
    assert file.findings[0].recommendation == "Leave it out, or read a journal with `--journal`."


def test_closing_early_ends_the_child(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journalctl that would export for ever must not."""
    endless = here / "journalctl"
    endless.write_text(f"#!{sys.executable}\nwhile True:\n    print('MESSAGE=x\\n')\n")
    endless.chmod(0o755)
    monkeypatch.setenv("PATH", str(here))
    before = children()

    stream = source().stream(".", AuditOptions(journal=True, any_name=True))
    next(iter(stream))
    stream.close()  # type: ignore[attr-defined]
    assert children() <= before
