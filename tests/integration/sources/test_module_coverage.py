"""Does each coverage report say what its own tool says, and is it held against what the project demands?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.modules import drafts_of, judged, the, write

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditSeverity, Outcome

_JSON = {
    "meta": {"version": "7.17", "timestamp": "2026-01-01T00:00:00"},
    "files": {
        "backend/a.py": {"summary": {"covered_lines": 8, "num_statements": 10}},
        "backend/b.py": {
            "summary": {"covered_lines": 1, "num_statements": 2, "covered_branches": 1, "num_branches": 2}
        },
    },
    "totals": {},
}
_XML = """<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://example.org/coverage-04.dtd">
<coverage version="7.17"><packages><package><classes>
<class filename="backend/a.py"><lines><line number="1" hits="1"/>
<line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/></lines></class>
<class filename="backend/a.py"><lines><line number="1" hits="0"/></lines></class>
</classes></package></packages></coverage>"""
_LCOV = """TN:
SF:src/a.js
DA:1,3
DA:2,0
BRDA:1,0,0,1
BRDA:1,0,1,-
end_of_record
SF:src/a.js
DA:2,1
end_of_record
"""
_ISTANBUL = {
    "/home/me/src/a.js": {
        "statementMap": {"0": {}, "1": {}},
        "s": {"0": 1, "1": 0},
        "b": {"0": [1, 0]},
        "fnMap": {},
    }
}


def _coverage(folder: Path) -> AuditDraft:
    return the("coverage", drafts_of(folder))


@pytest.mark.parametrize(
    ("name", "content", "counts"),
    [
        ("coverage.json", json.dumps(_JSON), (9, 12, 1, 2, 71.43)),
        ("coverage.xml", _XML, (1, 2, 1, 2, 50.0)),
        ("coverage/lcov.info", _LCOV, (2, 2, 1, 2, 75.0)),
        ("coverage/coverage-final.json", json.dumps(_ISTANBUL), (1, 2, 1, 2, 50.0)),
    ],
)
def test_each_format_is_counted(tmp_path: Path, name: str, content: str, counts: tuple[float, ...]) -> None:
    """A file that stands in a report twice counts once, and branches count beside lines."""
    found = _coverage(write(tmp_path, {name: content})).context
    kinds = ("covered_lines", "lines", "covered_branches", "branches", "percent")
    assert tuple(found[kind] for kind in kinds) == counts


def test_the_data_of_coverage_py_is_read_as_coverage_py_reads_it(tmp_path: Path) -> None:
    """The usual state of a working copy: tests were run, and no report was written."""
    write(tmp_path, {"shop.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\none()\n"})
    environment = {**os.environ, "COVERAGE_FILE": ".coverage"}
    run = [sys.executable, "-m", "coverage"]
    subprocess.run([*run, "run", "shop.py"], cwd=tmp_path, env=environment, check=True)
    subprocess.run([*run, "json", "-q", "-o", "told.json"], cwd=tmp_path, env=environment, check=True)
    totals = json.loads((tmp_path / "told.json").read_text())["totals"]
    found = _coverage(tmp_path).context
    assert found["format"] == ".coverage"
    assert (found["covered_lines"], found["lines"]) == (totals["covered_lines"], totals["num_statements"]) == (4, 5)


def test_a_threshold_that_is_missed_is_a_broken_rule(tmp_path: Path) -> None:
    """The file that says so is named, so that nobody has to search for it."""
    files = {
        "coverage.json": json.dumps(_JSON),
        "config/coverage_thresholds.yaml": "unit:\n  path: tests/unit\n  min_coverage: 90\n  source_path: backend\n",
        "pyproject.toml": "[tool.coverage.report]\nfail_under = 71\n",
    }
    (rule,) = _coverage(write(tmp_path, files)).violations
    assert (rule.rule, rule.severity, rule.file_path) == ("coverage-threshold", AuditSeverity.ERROR, "coverage.json")
    assert rule.message == (
        "71.43 % of `backend` is covered by unit tests; `config/coverage_thresholds.yaml` demands 90 %."
    )


def test_a_threshold_without_a_report_is_told(tmp_path: Path) -> None:
    """A rule that nothing is held against is no rule."""
    folder = write(tmp_path, {"res/config/coverage_thresholds.yaml": "integration:\n  min_coverage: 50\n"})
    assert list(judged(_coverage(folder))) == ["coverage-missing"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("coverage.xml", '<!DOCTYPE c [<!ENTITY a "b">]><coverage>&a;</coverage>', "EntitiesForbidden"),
        ("coverage.xml", "<coverage><packages>", "it is not XML"),
        ("coverage.json", '{"files": []}', "it is not what `coverage json` writes"),
        ("coverage-final.json", '{"a.js": {}}', "it is not what istanbul writes"),
        ("lcov.info", "nothing\n", "it holds no record of a file"),
        (".coverage", "no database", "coverage.py cannot read it"),
        ("coverage.json", b"\xff\xfe", "it is not JSON"),
    ],
)
def test_a_broken_report_is_told(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    """A report that cannot be read proves nothing about the coverage, and says so."""
    found = _coverage(write(tmp_path, {name: content}))
    assert found.outcome is Outcome.FAILURE
    assert said in judged(found)["broken-document"]
