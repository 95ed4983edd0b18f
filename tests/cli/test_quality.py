"""Does one command say what is wrong with code, keep it, mend it, and see that it is mended?"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.support.repositories import Repository

from cli.conftest import Program

APP = "import os\nimport sys\n\n\ndef total(a, b):\n    return a+b\n"
RULES = '[lint]\nselect = ["F"]\n'


@pytest.fixture
def project(repository: Repository) -> Repository:
    """The repository with a module `base` that has faults, and a list of banned words."""
    words = "banned:\n  - {pattern: '\\bshop\\b', reason: 'Say store.'}\n"
    repository.commit(
        {
            "base/app.py": APP,
            "base/fine.py": "answer = 42\n",
            "ruff.toml": RULES,
            "mypy.ini": "[mypy]\nstrict = True\n",
            "config/banned_words.yaml": words,
            ".gitignore": ".audit/\n*.md\n*.json\n",
        }
    )
    return repository


def _rows(report: str) -> list[list[str]]:
    """Return the rows of the report's table of violations."""
    table = report.partition("## Violations")[2].partition("\n## ")[0]
    rows = [[_bare(cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines() if "|" in line]
    return rows[2:]


def _bare(cell: str) -> str:
    """Return a cell without its marks."""
    return re.sub(r"^(`+) ?(.*?) ?\1$", r"\2", cell.strip(" *"))


def test_a_module_is_audited_mended_and_audited_again(project: Repository, ami_audit: Program) -> None:
    """The first example of the specification, line by line."""
    ami_audit("quality", "base/", "--violations", "--output=base-quality-report.md")
    report = (project.path / "base-quality-report.md").read_text()
    assert _rows(report)[0] == ["warning", "base/app.py:1:8", "F401", "`os` imported but unused", "ruff"]
    assert {row[4] for row in _rows(report)} == {"ruff", "mypy"}
    assert ["error", "base/app.py:5:1", "no-untyped-def"] in [row[:3] for row in _rows(report)]
    ami_audit("quality", "base/", "--fix")
    assert (project.path / "base" / "app.py").read_text() == "def total(a, b):\n    return a + b\n"
    answer = json.loads(ami_audit("quality", "base/", "--violations", "--format=json").stdout)
    left = [violation for record in answer["told"] for violation in record["violations"]]
    assert {violation["rule"] for violation in left} == {"no-untyped-def"}
    ami_audit("verify", "--require=checkpoint")


def test_what_an_earlier_run_has_recorded_is_listed_too(project: Repository, ami_audit: Program) -> None:
    """Unchanged is not gone: the list is of what is wrong now, each with the record that can be verified."""
    first = _listed(ami_audit)
    second = _listed(ami_audit)
    assert second["sources"][0]["unchanged"] > 0
    assert "quality.violations" not in second["sources"][0]["actions"]
    assert _violations(first) == _violations(second) != []
    hashes = [record["record_hash"] for record in second["told"] if record["action"] == "quality.violations"]
    assert all(hashes)
    assert hashes == [record["record_hash"] for record in first["told"] if record["action"] == "quality.violations"]


def _listed(ami_audit: Program) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        ami_audit("quality", "base", "--tools=ruff,bandit", "--violations", "--format=json").stdout
    )
    return told


def _violations(answer: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [
        (it["file_path"], it["line_number"], it["rule"]) for record in answer["told"] for it in record["violations"]
    ]


def test_without_a_wish_the_answer_tells_of_the_checks(project: Repository, ami_audit: Program) -> None:
    """Counts, versions and the worst: enough to know whether to look closer."""
    said = ami_audit("quality", "base").stdout
    for check in ("ruff", "complexity", "cognitive", "mypy", "bandit"):
        assert re.search(rf"^ +{check} +\d+\.\d", said, re.MULTILINE), said
    assert "banned-words" not in said
    assert "Violations" not in said
    assert "F401 2" in said


def test_banned_words_come_with_their_option(project: Repository, ami_audit: Program, tmp_path: Path) -> None:
    """From the usual place or from a file that is named."""
    said = ami_audit("quality", ".", "--tools=ruff", "--banned-words", "--violations").stdout
    assert r"`\bshop\b` is banned: Say store." in said
    other = tmp_path / "own.yaml"
    other.write_text("global_banned_words: ['answer']\n")
    said = ami_audit("quality", ".", "--tools=ruff", f"--banned-words-file={other}", "--violations").stdout
    assert "base/fine.py:1:1" in said
    assert "Say store" not in said


def test_findings_decide_the_exit_code_when_asked(project: Repository, ami_audit: Program) -> None:
    """A pipeline stops at what it was told to stop at, also when an earlier run has recorded it already."""
    ami_audit("quality", "base", "--tools=ruff", "--fail-on=error")
    ami_audit("quality", "base", "--tools=ruff", "--fail-on=warning", code=1)
    ami_audit("quality", "base", "--tools=ruff", "--fail-on=warning", code=1)
    project.commit({"base/app.py": "answer = 1\n"})
    ami_audit("quality", "base", "--tools=ruff", "--fail-on=warning")


def test_mending_over_open_changes_is_refused(project: Repository, ami_audit: Program) -> None:
    """In one sentence, as wrong usage, and before anything is recorded."""
    project.write("base/new.py", "x = 1\n")
    said = ami_audit("quality", "base", "--fix", code=2).stderr
    assert "1 file has changes that are not committed, such as `base/new.py`" in " ".join(said.split())
    assert not (project.path / ".audit").exists()
    said = ami_audit("quality", "base", "--fix", "--allow-dirty", "--tools=ruff").stdout
    assert re.search(r"base/app.py +ruff check, ruff format +F401 2", said)
    project.write("base/app.py", APP)
    ami_audit("quality", "base", "--unsafe-fixes", code=2)


def test_what_makes_no_sense_is_wrong_usage(project: Repository, ami_audit: Program) -> None:
    """One sentence each, naming what is at hand."""
    assert "No quality check `pylint`" in ami_audit("quality", "--tools=pylint", code=2).stderr
    assert "There is no `nowhere` to audit." in ami_audit("quality", "nowhere", "--fix", code=2).stderr


def test_the_whole_repository_is_audited_with_its_quality(project: Repository, ami_audit: Program) -> None:
    """`repo --sources` over this one too."""
    answer = json.loads(ami_audit("repo", "--sources=git,file,quality", "--format=json").stdout)
    assert [source["name"] for source in answer["sources"]] == ["git", "file", "quality"]
    assert "quality.tool" in answer["sources"][2]["actions"]


def test_violations_can_be_asked_for_later(project: Repository, ami_audit: Program) -> None:
    """As any record: by action, by place, by severity."""
    ami_audit("quality", "base", "--tools=ruff")
    found = json.loads(ami_audit("query", "--action=quality.violations", "--target=base", "--format=json").stdout)
    (record,) = found["records"]
    assert (record["target"], record["actor"], record["severity"]) == ("base/app.py", "ruff", "warning")
    assert [(it["line_number"], it["column_number"]) for it in record["violations"]] == [(1, 8), (2, 8)]
