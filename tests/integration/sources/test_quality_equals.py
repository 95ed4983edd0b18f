"""Is what the quality source records, one to one, what each tool says itself? On code that others have published."""

import json
from collections import Counter
from pathlib import Path

import pytest
from complexipy import file_complexity
from tests.support.quality import installed, json_lines, own_answer, places, quality, run_of, write
from tests.support.repositories import Repository

EVERYTHING = {"ruff.toml": '[lint]\nselect = ["ALL"]\n'}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the code of two published packages and a strict choice of rules."""
    made = Repository(tmp_path_factory.mktemp("published") / "project")
    for package in ("typer", "pathspec"):
        installed(package, made.path)
    write(made.path, EVERYTHING)
    made.commit()
    return made.path


def test_ruff_is_told_as_it_says(project: Path) -> None:
    """Every violation, at its place, with its words: none is lost, merged or moved."""
    told = json_lines(own_answer(project, "ruff", "check", "--output-format=json-lines", "--no-cache", "."))
    drafts = quality(project, "ruff")
    assert places(drafts, "ruff") == [
        (
            str(Path(it["filename"]).relative_to(project)),
            it["location"]["row"],
            it["location"]["column"],
            it["code"],
            it["message"],
        )
        for it in told
    ]
    assert len(told) > 1_000
    run = run_of(drafts, "ruff")
    assert run.context["violations"] == len(told)
    assert run.context["files"] == len({it["filename"] for it in told})
    assert sum(run.context["rules"].values()) == len(told)
    assert (run.context["exit"], run.context["version"]) == (1, own_answer(project, "ruff", "--version").split()[1])


def test_a_long_list_is_split_over_records(tmp_path: Path) -> None:
    """A record has a bound, a file's faults have none."""
    write(tmp_path, {**EVERYTHING, "many.py": "x = 1;\n" * 700})
    drafts = quality(tmp_path, "ruff")
    parts = [draft for draft in drafts if draft.target == "many.py"]
    told = own_answer(tmp_path, "ruff", "check", "--output-format=json-lines", "--no-cache", ".").splitlines()
    assert sum(len(draft.violations) for draft in parts) == len(told) > 500
    assert [(draft.context["part"], draft.context["parts"]) for draft in parts] == [
        (number, len(parts)) for number in range(1, len(parts) + 1)
    ]
    assert len({draft.observed for draft in parts}) == len(parts) > 1


def test_mypy_is_told_as_it_says(project: Path) -> None:
    """Its columns count from 0 in JSON and from 1 where people read them; the record says what people read."""
    told = json_lines(
        own_answer(project, "mypy", "-O", "json", "--cache-dir=/dev/null", "--config-file=", "--strict", "pathspec")
    )
    write(project, {"mypy.ini": "[mypy]\nstrict = True\n"})
    drafts = quality(project / "pathspec", "mypy")
    (project / "mypy.ini").unlink()
    expected = [
        (it["file"], it["line"], it["column"] + 1 or None, it["code"] or it["severity"], it["message"]) for it in told
    ]
    assert told
    assert Counter(places(drafts, "mypy")) == Counter(expected)
    assert run_of(drafts, "mypy").context["violations"] == len(told)


def test_bandit_is_told_as_it_says(project: Path) -> None:
    """With its three severities as ours."""
    told = json.loads(own_answer(project, "bandit", "-r", "-f", "json", "-q", "typer"))["results"]
    drafts = quality(project / "typer", "bandit")
    expected = sorted(
        (it["filename"], it["line_number"], it["col_offset"] + 1, it["test_id"], it["issue_text"]) for it in told
    )
    assert told
    assert sorted(places(drafts, "bandit")) == expected
    severities = Counter(violation.severity.value for draft in drafts for violation in draft.violations)
    words = {"LOW": "info", "MEDIUM": "warning", "HIGH": "error"}
    assert severities == Counter(words[it["issue_severity"]] for it in told)


def test_every_function_is_measured(project: Path) -> None:
    """Counts, highest and mean are over all functions; those over the limit are violations, by both measures."""
    isolated = ("--isolated", "--select=C901", "--config=lint.mccabe.max-complexity=0", "--no-cache", "--ignore-noqa")
    told = json_lines(own_answer(project, "ruff", "check", *isolated, "--output-format=json-lines", "."))
    measured = [int(it["message"].partition("(")[2].split()[0]) for it in told]
    drafts = quality(project, "complexity", "cognitive")
    run = run_of(drafts, "complexity")
    assert run.context["functions"] == len(measured) > 100
    assert run.context["highest"] == max(measured)
    assert run.context["mean"] == round(sum(measured) / len(measured), 2)
    assert sum(run.context["distribution"].values()) == len(measured)
    assert len(places(drafts, "complexity")) == sum(value > 10 for value in measured)
    assert run.context["worst"][0]["complexity"] == max(measured)
    cognitive = _by_complexipy(project)
    assert run_of(drafts, "cognitive").context["functions"] == len(cognitive)
    assert len(places(drafts, "cognitive")) == sum(value > 15 for value in cognitive)


def _by_complexipy(folder: Path) -> list[int]:
    files = sorted(folder.rglob("*.py"))
    return [function.complexity for path in files for function in file_complexity(str(path)).functions]
