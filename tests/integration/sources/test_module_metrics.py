"""Are code, complexity and duplication measured as the known tools measure them?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.modules import drafts_of, judged, the, write

from ami_audit.adapters.sources.module import complexity

_TANGLED = "def tangled(n):\n" + "".join(f"    if n == {n}:\n        n += 1\n" for n in range(12)) + "    return n\n"


def test_code_is_counted_by_language(tmp_path: Path) -> None:
    """Lines of code, comments and blanks, and how large each language is."""
    files = {"a.py": "# why\n\nx = 1\n", "web/b.js": "// why\nlet x = 1\n/* two\nlines */\n", "README.md": "# Shop\n"}
    found = the("metrics", drafts_of(write(tmp_path, files))).context
    told = {name: (it["files"], it["code"], it["comments"], it["blanks"]) for name, it in found["languages"].items()}
    assert told == {"JavaScript": (1, 1, 3, 0), "Markdown": (1, 0, 1, 0), "Python": (1, 1, 1, 1)}
    assert found["total"] == {"files": 3, "code": 2, "comments": 5, "blanks": 1, "size_bytes": 53}


def test_complex_functions_are_broken_rules(tmp_path: Path) -> None:
    """Ten is the most; what the project's own settings or comments say does not hide more."""
    many = ", ".join(f"a{n}" for n in range(17))
    files = {
        "a.py": _TANGLED.replace("(n):", "(n):  # noqa: C901"),
        "b.py": f"def wide({many}):\n    pass\n",
        "ruff.toml": 'exclude = ["*.py"]\n',
    }
    found = the("metrics", drafts_of(write(tmp_path, files)))
    assert [(it.rule, it.file_path, it.line_number) for it in found.violations] == [
        ("C901", "a.py", 1),
        ("PLR0913", "b.py", 1),
    ]
    assert found.violations[0].message == "`tangled` has a complexity of 13; 10 is the most."
    facts = found.context["complexity"]
    assert (facts["cyclomatic"]["functions"], facts["cyclomatic"]["sum"], facts["cyclomatic"]["mean"]) == (2, 14, 7.0)
    assert facts["cognitive"]["worst"][0] == {"complexity": 12, "function": "tangled", "path": "a.py", "line": 1}
    assert facts["over_limit"] == {"complexity": 1, "arguments": 1, "statements": 0}


def test_complexity_is_what_ruff_says(tmp_path: Path) -> None:
    """One to one, on this project's own code."""
    place = Path(complexity.__file__).parents[2]
    command = [
        Path(sys.executable).with_name("ruff"),
        "check",
        "--isolated",
        "--no-cache",
        "--exit-zero",
        "--select=C901",
    ]
    command += ["--config=lint.mccabe.max-complexity=0", "--output-format=json", "."]
    told = json.loads(subprocess.run(command, cwd=place, capture_output=True, check=True).stdout)
    found = the("metrics", drafts_of(place)).context["complexity"]["cyclomatic"]
    assert found["functions"] == len(told) > 500


def test_duplicated_code_is_told_with_its_places(tmp_path: Path) -> None:
    """The weightiest first, with lines that an editor can jump to."""
    block = "".join(f"value_{n} = compute({n})\n" for n in range(12))
    found = the("metrics", drafts_of(write(tmp_path, {"a.py": block, "b.py": f"import os\n\n{block}"})))
    assert found.context["duplication"]["blocks"] == [
        {"lines": 12, "place_count": 2, "places": [["a.py", 1, 12], ["b.py", 3, 14]]}
    ]
    assert found.context["duplication"]["percent"] == 96.0
    assert "duplicated-code" in judged(found)


def test_a_missing_tool_is_told_with_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gap that is not told reads like a good result."""
    monkeypatch.setattr(complexity.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    found = the("metrics", drafts_of(write(tmp_path, {"a.py": "x = 1\n"})))
    assert judged(found)["tool-missing"] == "Complexity was not measured in full: `ruff` is not installed."
    assert {it.recommendation for it in found.findings} == {"pip install 'ami-audit[quality]'"}


def test_repositories_inside_and_ignored_files_are_not_counted(tmp_path: Path) -> None:
    """A submodule is a module of its own; what the user leaves out stays out."""
    files = {"a.py": "x = 1\n", "inner/.git/HEAD": "ref: x\n", "inner/b.py": "y = 1\n", "gen/c.py": "z = 1\n"}
    found = the("metrics", drafts_of(write(tmp_path, files), ignore=("gen",))).context
    assert found["languages"]["Python"]["files"] == 1
    assert found["complexity"]["cyclomatic"]["functions"] == 0
