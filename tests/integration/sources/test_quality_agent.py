"""Is what ami-agent left behind taken in: reports, cache, and messages that pack several findings?"""

import json
from pathlib import Path

import pytest
from tests.support.quality import kinds, places, quality, run_of, stand_in, write

from ami_audit.adapters.sources.quality.agent_messages import Part, Remark, split
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditSeverity, Outcome

REPORT = """\
# Audit Report

**File**: `base/app.py`
**Status**: FAIL
**Audit Date**: 2025-11-02 10:20:30
**Execution Time**: 12.50s

## Violations (3)

- Line 12: Swallows the error:
```python
try:
    work()
- Line 99: not an entry, but code
except Exception:
    pass
```
Let it rise. (severity: CRITICAL)
- Line 30: FAIL: Line 38: reads no limit; Line 75-76: repeats itself (severity: HIGH)
- Line 40: The file is long.FAIL: Line 41: api_key = "abcdef123456" stands in the code (severity: odd)
"""
PASSED = """\
**File**: `base/fine.py`
**Status**: PASS
**Audit Date**: 2025-10-31 09:00:00
**Execution Time**: 3.00s

## Violations (0)
"""


def _told(drafts: list[AuditDraft]) -> list[AuditDraft]:
    return [draft for draft in drafts if draft.action == "quality.violations"]


def test_reports_are_read_day_by_day(tmp_path: Path) -> None:
    """Days are dates and not text: the 31st of October comes before the 2nd of November."""
    write(
        tmp_path,
        {
            "docs/audit/02.11.2025/base/app.py.md": REPORT,
            "docs/audit/31.10.2025/base/fine.py.md": PASSED,
            "docs/audit/31.10.2025/CONSOLIDATED.md": "# All\n",
            "docs/audit/notes/other.md": "not a day\n",
            "base/app.py": "x = 1\n",
        },
    )
    drafts = quality(tmp_path, "ami-agent")
    first, second = _told(drafts)
    assert (first.target, first.context["status"], first.violations) == ("base/fine.py", "PASS", ())
    assert (second.target, second.timestamp) == ("base/app.py", "2025-11-02T10:20:30.000000Z")
    assert second.context["execution_s"] == 12.5
    assert second.context["counted"] == 3
    assert second.context["origin"] == "docs/audit/02.11.2025/base/app.py.md"
    assert second.context["remarks"] == ["The file is long."]
    assert [(it.line_number, it.severity) for it in second.violations] == [
        (12, AuditSeverity.CRITICAL),
        (38, AuditSeverity.ERROR),
        (75, AuditSeverity.ERROR),
        (41, AuditSeverity.WARNING),
    ]
    assert second.violations[0].message.endswith("Let it rise.")
    assert "- Line 99: not an entry, but code" in second.violations[0].message
    assert second.violations[2].message == "Line 75-76: repeats itself"
    assert "abcdef123456" not in str(drafts)
    run = run_of(drafts, "ami-agent")
    assert (run.context["reports"], run.context["cached"], run.context["violations"]) == (2, 0, 4)


def test_the_cache_is_read(tmp_path: Path) -> None:
    """Each entry is one file's result; what is none says so, and what ended badly is a gap."""
    entry = {
        "file_path": "app.py",
        "status": "failed",
        "violations": [
            {"line": 7, "pattern_id": "no-globals", "severity": "CRITICAL", "message": "a global"},
            {"line": 0, "pattern_id": None, "severity": "HIGH", "message": "FAIL: Lines 3–4: b; Line 9: c"},
        ],
        "execution_time": 2.5,
    }
    write(
        tmp_path,
        {
            ".cache/audit/0123456789abcdef.json": json.dumps(entry),
            ".cache/audit/0123456789abcde0.json": json.dumps({"file_path": "b.py", "status": "timeout"}),
            ".cache/audit/fedcba9876543210.json": "{",
            ".cache/audit/index.json": "{}",
        },
    )
    drafts = quality(tmp_path, "ami-agent")
    other, told = _told(drafts)
    assert kinds(other) == ["quality.file-unchecked"]
    assert [(it.rule, it.line_number, it.message) for it in told.violations] == [
        ("no-globals", 7, "a global"),
        ("ami-agent", 3, "Lines 3–4: b"),
        ("ami-agent", 9, "c"),
    ]
    run = run_of(drafts, "ami-agent")
    assert kinds(run) == ["quality.output-unreadable"]
    assert run.findings[0].location == ".cache/audit/fedcba9876543210.json"
    assert run.context["cached"] == 2


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("plain words", [Part(5, "plain words")]),
        ("", [Part(5, "")]),
        ("see Line 3: there", [Part(5, "see Line 3: there")]),
        ("FAIL: only this", [Part(5, "only this")]),
        ("FAIL: Line 38: a", [Part(38, "a")]),
        (
            "Bad.FAIL: Line 1: a; Line 2-3: b; Line 4: c.",
            [Remark("Bad."), Part(1, "a"), Part(2, "Line 2-3: b"), Part(4, "c.")],
        ),
        ("FAIL: Much is wrong. Line 8: a", [Remark("Much is wrong."), Part(8, "a")]),
        ("Line 1: a\nLine 2: b", [Part(1, "a"), Part(2, "b")]),
    ],
)
def test_a_packed_message_is_taken_apart(message: str, parts: list[Part | Remark]) -> None:
    """Four findings under one line would count as one, and three of them be found by nobody."""
    assert list(split(message, 5)) == parts


def test_what_an_agent_has_not_left_is_no_record(tmp_path: Path) -> None:
    """Most projects have none."""
    write(tmp_path, {"app.py": ""})
    assert quality(tmp_path, "ami-agent") == []


def test_the_agent_runs_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It drives a model: that costs time and money, and sends code away."""
    folder = tmp_path / "bin"
    place = stand_in(
        tmp_path,
        "ami-agent",
        'mkdir -p "$2/docs/audit/01.01.2026" && cp "$0.md" "$2/docs/audit/01.01.2026/a.py.md"; exit 1',
    )
    folder.mkdir()
    place.rename(folder / "ami-agent")
    write(folder, {"ami-agent.md": REPORT})
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    project = write(tmp_path / "project", {"a.py": ""})
    assert quality(project, "ami-agent") == []
    drafts = quality(project, "ami-agent", run_ami_agent=True)
    assert len(places(drafts, "ami-agent")) == 4
    run = run_of(drafts, "ami-agent")
    assert (run.outcome, run.context["exit"]) == (Outcome.SUCCESS, 1)
    assert run.context["command"] == [str(folder / "ami-agent"), "--audit", "."]


def test_an_agent_that_is_missing_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for and not there: the answer must not look as if it had run."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    write(tmp_path, {"a.py": ""})
    run = run_of(quality(tmp_path, "ami-agent", run_ami_agent=True), "ami-agent")
    assert (run.outcome, kinds(run)) == (Outcome.FAILURE, ["quality.tool-missing"])
