"""Does a hostile place keep the checks from reading what is not its own, or from coming to an end?"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.quality import kinds, quality, run_of, write
from tests.support.repositories import Repository

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import Outcome

SECRET = "root:x:0:of-another"
ENTRY = ".cache/audit/0123456789abcdef.json"
CHECKS = ("ruff", "complexity", "bandit", "ami-agent", "banned-words")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that is none of the project's."""
    return write(tmp_path / "outside", {"secret": f"{SECRET}\n"}) / "secret"


@pytest.mark.parametrize("make", [_pipe, _endless, _folder])
@pytest.mark.parametrize(
    "name",
    [
        ENTRY,
        ".bandit",
        "banned_words.yaml",
        "config/banned_words_exceptions.yaml",
        "pyproject.toml",
        "a/ruff.toml",
        "mypy.ini",
    ],
)
def test_what_is_no_regular_file_is_not_read(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    """A pipe would be waited at for ever, and a device fill the memory."""
    write(tmp_path, {"app.py": "import os\n", "a/b.py": "", "config/x": "", ".cache/audit/x": ""})
    make(tmp_path / name)
    drafts = quality(tmp_path, *CHECKS, *(("mypy",) if name == "mypy.ini" else ()), tool_timeout_s=20)
    assert "quality.tool-timeout" not in [kind for draft in drafts for kind in kinds(draft)]


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("mypy.ini", "mypy"),
        ("setup.cfg", "mypy"),
        ("pyproject.toml", "ruff"),
        ("a/ruff.toml", "ruff"),
        (".bandit", "bandit"),
    ],
)
def test_settings_that_are_links_out_are_left_out(tmp_path: Path, outside: Path, name: str, check: str) -> None:
    """A tool quotes what it cannot read, and the trail would keep it."""
    project = write(tmp_path / "project", {"app.py": "import os\n", "a/b.py": ""})
    (project / name).symlink_to(outside)
    drafts = quality(project)
    run = run_of(drafts, check)
    assert (run.outcome, kinds(run)) == (Outcome.SUCCESS, ["quality.setting-left-out"])
    assert SECRET not in str(drafts)


@pytest.mark.parametrize("said", ['extend = "{}"\n', 'extend = "../outside/secret"\n', 'extend = "$HOME/x"\n'])
def test_settings_that_extend_others_out_there_are_left_out(tmp_path: Path, outside: Path, said: str) -> None:
    """Also by way of a file that is the project's own; mending by other rules is none."""
    made = Repository(tmp_path / "project")
    made.commit({"app.py": "import os\n", "ruff.toml": 'extend = "own.toml"\n', "own.toml": said.format(outside)})
    drafts = quality(made.path, "ruff", fix=True)
    assert SECRET not in str(drafts)
    assert kinds(run_of(drafts, "ruff")) == ["quality.setting-left-out"]
    assert run_of(drafts, "ruff-fix").outcome is Outcome.FAILURE
    assert (made.path / "app.py").read_text() == "import os\n"


def test_settings_that_cannot_be_parsed_are_not_quoted(tmp_path: Path) -> None:
    """They may hold anything: where the fault lies is enough."""
    write(tmp_path, {"app.py": "", "mypy.ini": f"[mypy]\nstrict = True\n{SECRET.replace(':', ' ')}\n"})
    run = run_of(quality(tmp_path, "mypy"), "mypy")
    assert "ParsingError at line 3" in run.findings[0].description
    assert "of-another" not in str(run)


def _of_agent(folder: Path, **said: object) -> list[AuditDraft]:
    entry = {"file_path": "app.py", "status": "completed", "violations": [], **said}
    return quality(write(folder, {"app.py": "", ENTRY: json.dumps(entry)}), "ami-agent")


@pytest.mark.parametrize("path", ["../outside/secret", "/etc/passwd", "link", "a/../../outside/secret"])
def test_a_result_about_a_file_out_there_is_refused(tmp_path: Path, outside: Path, path: str) -> None:
    """Its hash would tell what it holds."""
    project = write(tmp_path / "project", {"app.py": ""})
    (project / "link").symlink_to(outside)
    (run,) = _of_agent(project, file_path=path)
    assert kinds(run) == ["quality.ami-agent-outside"]


@pytest.mark.parametrize(
    "text",
    [
        '{"file_path": "a.py", "violations": ["x"]}',
        "[" * 200_000,
        "[]",
        '{"file_path": 3}',
        '{"file_path": "a", "violations": 3}',
    ],
)
def test_a_result_that_is_none_is_a_finding(tmp_path: Path, text: str) -> None:
    """Never a traceback."""
    (run,) = quality(write(tmp_path, {"app.py": "", ENTRY: text}), "ami-agent")
    assert kinds(run) == ["quality.output-unreadable"]


def test_what_a_record_cannot_hold_is_written_so_that_it_can(tmp_path: Path) -> None:
    """Half a character, no number, and a line beyond all numbers."""
    violation = {"line": 10**30, "pattern_id": "p\ud800", "message": "m\udfff"}
    told, _ = _of_agent(tmp_path, status="s\ud800", execution_time=float("nan"), violations=[violation])
    assert told.context["status"] == "s\\ud800"
    assert "execution_s" not in told.context
    (found,) = told.violations
    assert (found.rule, found.message, found.line_number) == ("p\\ud800", "m\\udfff", None)


def test_remarks_are_masked_and_bounded(tmp_path: Path) -> None:
    """An agent quotes code; a record is kept for years."""
    token = "ghp_" + "a1B2" * 9
    messages = [f"It says password = 'hunter2-and-more' and {token} {'x' * 9_000}.FAIL: Line 1: bad"] * 150
    told, _ = _of_agent(tmp_path, violations=[{"message": message} for message in messages])
    assert "hunter2" not in str(told)
    assert token not in str(told)
    assert (len(told.context["remarks"]), told.context["remarks_left_out"]) == (100, 50)
    assert max(map(len, told.context["remarks"])) < 2_100
