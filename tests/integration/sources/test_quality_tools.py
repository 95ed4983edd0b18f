"""What becomes of tools that are missing, crash, hang or babble, and of projects that set traps for them?"""

import os
from pathlib import Path

import pytest
from tests.support.quality import kinds, own_answer, places, quality, run_of, stand_in, write

from ami_audit.domain.errors import SourceError, UsageError
from ami_audit.domain.kinds import AuditSeverity, Outcome

UNUSED = "import os\n"
TYPED = 'total: int = "none"\n'


def test_each_run_is_a_record(tmp_path: Path) -> None:
    """Whoever reads a violation must know which program said so, in which version, asked in which way."""
    write(tmp_path, {"app.py": UNUSED + TYPED})
    drafts = quality(tmp_path)
    for tool in ("ruff", "complexity", "cognitive", "mypy", "bandit"):
        run = run_of(drafts, tool)
        assert run.outcome is Outcome.SUCCESS, run.findings
        assert run.context["version"][0].isdigit()
        assert run.context["command"]
        assert run.context["seconds"] >= 0
        assert run.context["origin"] == "beside ami-audit"
        assert not run.observed
    assert ("app.py", 1, 8, "F401") in [place[:4] for place in places(drafts, "ruff")]
    assert [place[:4] for place in places(drafts, "mypy")] == [("app.py", 2, 14, "assignment")]


def test_a_fact_is_bound_to_the_content_it_is_about(tmp_path: Path) -> None:
    """Unchanged content with unchanged faults is no news; the same faults in other content are."""
    write(tmp_path, {"app.py": UNUSED})
    first, again = quality(tmp_path, "ruff"), quality(tmp_path, "ruff")
    write(tmp_path, {"app.py": UNUSED + "\n\n"})
    later = quality(tmp_path, "ruff")
    assert first[0].observed == again[0].observed != later[0].observed
    assert first[0].context["sha256"] != later[0].context["sha256"]


def test_a_tool_that_is_missing_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line that installs it, and without harm to the others."""
    beside = tmp_path / "elsewhere" / "python"
    monkeypatch.setattr("sys.executable", str(beside))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    write(tmp_path / "project", {"app.py": UNUSED})
    run = run_of(quality(tmp_path / "project", "bandit"), "bandit")
    assert (run.outcome, kinds(run)) == (Outcome.FAILURE, ["quality.tool-missing"])
    assert "pip install 'ami-audit[quality]'" in str(run.findings[0].recommendation)


@pytest.mark.parametrize(
    ("script", "kind", "said"),
    [
        ("echo 'it broke' >&2; exit 3", "quality.tool-failed", "exit code 3: it broke"),
        ("kill -SEGV $$", "quality.tool-failed", "signal 11"),
        ("echo 'no JSON at all'", "quality.output-unreadable", "cannot be read"),
        ("echo '{\"filename\": 1}'", "quality.output-unreadable", "cannot be read"),
        ("exec sleep 60", "quality.tool-timeout", "after 1 second"),
    ],
)
def test_a_tool_that_goes_wrong_is_a_finding(tmp_path: Path, script: str, kind: str, said: str) -> None:
    """Neither its crash nor its silence may pass for a clean bill."""
    write(tmp_path, {"app.py": UNUSED})
    stand_in(tmp_path, "ruff", script)
    drafts = quality(tmp_path, "ruff", "bandit", project_tools=True, tool_timeout_s=1 if "sleep" in script else 60)
    run = run_of(drafts, "ruff")
    assert (run.outcome, kinds(run)) == (Outcome.FAILURE, [kind])
    assert said in run.findings[0].description
    assert run.context["origin"] == "of the project"


def test_what_a_tool_said_before_it_babbled_is_kept(tmp_path: Path) -> None:
    """Half an answer is worth half."""
    write(tmp_path, {f"app{number}.py": UNUSED for number in range(100)})
    own = own_answer(tmp_path, "ruff", "check", "--output-format=json-lines", "--no-cache", ".").strip()
    write(tmp_path, {"answer.jsonl": f"{own}\nnonsense\n"})
    stand_in(tmp_path, "ruff", f"cat '{tmp_path}/answer.jsonl'")
    drafts = quality(tmp_path, "ruff", project_tools=True)
    assert len(places(drafts, "ruff")) == len(own.splitlines()) >= 100
    assert kinds(run_of(drafts, "ruff")) == ["quality.output-unreadable"]


def test_no_program_of_the_project_runs_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An audited repository may be hostile: its environment, its plugins and its settings are its own."""
    trap = f"touch '{tmp_path}/sprung'"
    project = write(
        tmp_path / "project",
        {
            "app.py": TYPED,
            "trap.py": f"import os\nos.system({trap!r})\ndef plugin(version): return None\n",
            "sitecustomize.py": f"import os\nos.system({trap!r})\n",
            "mypy.ini": "[mypy]\nplugins = trap.py\npython_executable = ./evil\nhtml_report = out\nstrict = True\n",
            "ruff.toml": "fix = true\nunsafe-fixes = true\n",
            ".bandit": "[bandit]\noutput = stolen\nformat = html\nskips = B101\n",
            "evil": f"#!/bin/sh\n{trap}\n",
        },
    )
    (project / "evil").chmod(0o755)
    for name in ("ruff", "mypy", "bandit"):
        stand_in(project, name, trap)
        (project / name).symlink_to(f".venv/bin/{name}")
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", os.pathsep.join((".", "", str(project), os.environ["PATH"])))
    monkeypatch.setenv("PYTHONPATH", str(project))
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    drafts = quality(project)
    assert not (tmp_path / "sprung").exists()
    assert before == {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert not [draft for draft in drafts if draft.outcome is Outcome.FAILURE]
    run = run_of(drafts, "mypy")
    assert run.context["settings_left_out"] == ["plugins", "python_executable"]
    assert kinds(run) == ["quality.setting-left-out"]
    assert ("app.py", 1, 14, "assignment") in [place[:4] for place in places(drafts, "mypy")]


def test_settings_of_types_that_run_nothing_are_kept(tmp_path: Path) -> None:
    """Stripped of what is dangerous, the project's strictness must be the project's."""
    write(
        tmp_path,
        {
            "pyproject.toml": (
                '[tool.mypy]\nplugins = ["evil.py"]\nstrict = true\nexclude = ["gone\\\\.py$"]\n'
                '[[tool.mypy.overrides]]\nmodule = ["loose", "other.*"]\ndisallow_untyped_defs = false\n'
            ),
            "evil.py": "raise SystemExit('sprung')\n",
            "app.py": "def f(x): return x\n",
            "loose.py": "def f(x): return x\n",
            "gone.py": TYPED,
        },
    )
    found = [place[0] for place in places(quality(tmp_path, "mypy"), "mypy")]
    assert "app.py" in found
    assert not {"loose.py", "gone.py"} & set(found)


def test_the_projects_plugins_run_when_asked_for(tmp_path: Path) -> None:
    """Whoever trusts the project gets what its own developers see."""
    write(
        tmp_path,
        {
            "mypy.ini": "[mypy]\nplugins = own.py\n",
            "own.py": (
                "from mypy.plugin import Plugin\n"
                f"open({str(tmp_path / 'loaded')!r}, 'w').close()\n"
                "def plugin(version): return Plugin\n"
            ),
            "app.py": TYPED,
        },
    )
    drafts = quality(tmp_path, "mypy", project_tools=True)
    assert (tmp_path / "loaded").exists()
    assert kinds(run_of(drafts, "mypy")) == []
    assert len(places(drafts, "mypy")) == 1


def test_what_cannot_be_parsed_is_said_by_all(tmp_path: Path) -> None:
    """A syntax error is a violation where a tool says so, and a gap where it cannot go on."""
    write(tmp_path, {"bad.py": "def f(:\n", "good.py": UNUSED})
    drafts = quality(tmp_path)
    assert "invalid-syntax" in {place[3] for place in places(drafts, "ruff")}
    assert ("good.py", 1, 8, "F401") in [place[:4] for place in places(drafts, "ruff")]
    assert kinds(run_of(drafts, "mypy")) == ["quality.tool-stopped"]
    unread = [draft for draft in drafts if kinds(draft) == ["quality.file-unchecked"]]
    assert {(draft.actor, draft.target) for draft in unread} == {("bandit", "bad.py"), ("cognitive", "bad.py")}
    assert run_of(drafts, "complexity").context["files_with_syntax_errors"] == 1
    severities = {violation.severity for draft in drafts for violation in draft.violations if draft.actor == "ruff"}
    assert AuditSeverity.ERROR in severities


@pytest.mark.parametrize("said", ["[lint]\nselect = 3\n", "no-such-setting = 1\n"])
def test_settings_that_ruff_refuses_do_not_silence_it(tmp_path: Path, said: str) -> None:
    """It runs without them, and the user reads that, and why."""
    write(tmp_path, {"app.py": UNUSED, "ruff.toml": said})
    drafts = quality(tmp_path, "ruff")
    run = run_of(drafts, "ruff")
    assert (run.outcome, kinds(run)) == (Outcome.SUCCESS, ["quality.setting-left-out"])
    assert "ruff.toml" in run.findings[0].description
    assert "--isolated" in run.context["command"]
    assert [place[3] for place in places(drafts, "ruff")] == ["F401"]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "tool = 3\n"},
        {"pyproject.toml": "[tool]\nmypy = [1]\nbandit = 2\nruff = {lint = {mccabe = 4}}\n"},
        {"pyproject.toml": "[tool.mypy]\nplugins = 5\noverrides = 6\nexclude = {a = 1}\n"},
        {"mypy.ini": "[mypy]\n[mypy]\nplugins = evil\n"},
        {"mypy.ini": b"\xff\xfe[mypy]\n"},
        {".bandit": "[bandit\n"},
        {"ruff.toml": "lint = 7\n"},
    ],
)
def test_nonsense_in_settings_stops_nothing_else(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    """Whoever wrote it, on purpose or not, gets a finding at most, and the other tools go on."""
    write(tmp_path, {"app.py": UNUSED, **files})
    drafts = quality(tmp_path, "ruff", "complexity", "mypy", "bandit")
    assert {run_of(drafts, tool).actor for tool in ("ruff", "complexity", "mypy", "bandit")}
    failed = [kinds(draft) for draft in drafts if draft.outcome is Outcome.FAILURE]
    assert all(found == ["quality.tool-failed"] for found in failed)
    assert len(failed) < 3


def test_a_place_without_code_is_no_failure(tmp_path: Path) -> None:
    """Nothing to check is not the same as not checked."""
    write(tmp_path, {"README.md": "# Nothing\n"})
    drafts = quality(tmp_path)
    assert {draft.outcome for draft in drafts} == {Outcome.SUCCESS}
    assert not [draft for draft in drafts if draft.violations or draft.findings]
    assert {draft.context["nothing"] for draft in drafts} == {"no Python files"}


def test_secrets_that_a_tool_quotes_are_hidden(tmp_path: Path) -> None:
    """A trail is kept for years, and shown to many."""
    write(tmp_path, {"app.py": "password = 'hunter2-and-more'\n"})
    drafts = quality(tmp_path, "bandit")
    assert [place[:4] for place in places(drafts, "bandit")] == [("app.py", 1, 12, "B105")]
    assert "hunter2" not in str(drafts)
    assert "[hidden]" in places(drafts, "bandit")[0][4]


def test_one_file_and_one_folder_can_be_named(tmp_path: Path) -> None:
    """Paths are those of the repository, whatever part of it is checked."""
    write(
        tmp_path,
        {
            ".git/HEAD": "",
            "ruff.toml": '[lint]\nselect = ["F"]\n',
            "base/app.py": UNUSED,
            "base/-odd.py": UNUSED,
            "other/app.py": UNUSED,
        },
    )
    assert [place[0] for place in places(quality(tmp_path / "base", "ruff"), "ruff")] == ["base/-odd.py", "base/app.py"]
    assert [place[0] for place in places(quality(tmp_path / "base" / "-odd.py"), "ruff")] == ["base/-odd.py"]
    assert run_of(quality(tmp_path / "base", "ruff"), "ruff").target == "base"


def test_what_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    """And so is a check that is not known."""
    with pytest.raises(SourceError, match="there is no such file or folder"):
        quality(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="No quality check `flake8`; there are: ami-agent, "):
        quality(tmp_path, "flake8")
