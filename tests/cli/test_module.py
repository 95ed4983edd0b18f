"""Does `ami-audit module` answer what a module is, and write a bill of materials that other tools take?"""

import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from tests.cli.conftest import Program
from tests.support.modules import write
from tests.support.repositories import Repository

_LOCK = """version = 1
revision = 3
[[package]]
name = "base"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "httpx" }]
[[package]]
name = "httpx"
version = "0.28.1"
source = { registry = "r" }
dependencies = [{ name = "idna" }]
sdist = { hash = "sha256:00" }
[[package]]
name = "idna"
version = "3.7"
source = { registry = "r" }
"""


@pytest.fixture
def base(repository: Repository) -> Path:
    """The module `base` in the repository: two files of code, a test, a manifest, a lock file and a report."""
    return write(
        repository.path / "base",
        {
            "pyproject.toml": '[project]\nname = "base"\nversion = "1.0"\nlicense = "MIT"\ndependencies = ["httpx"]\n',
            "uv.lock": _LOCK,
            "backend/__init__.py": "",
            "backend/client.py": "import httpx\n\n\ndef client():\n    return httpx\n",
            "tests/test_client.py": "def test_client():\n    assert True\n",
            "coverage.json": json.dumps(
                {"totals": {}, "files": {"backend/client.py": {"summary": {"covered_lines": 2, "num_statements": 3}}}}
            ),
        },
    )


def test_a_module_is_told_on_one_page(ami_audit: Program, base: Path) -> None:
    """What it is, what it needs, how much code, how it is tested: what a reader asks first."""
    told = ami_audit("module", "base", "--include-tests").stdout
    for part in ("Module", "lies in", "base/uv.lock", "Python", "66.7 %", "1 test function in 1 file", "no circle"):
        assert part in told
    assert "without digest" in told


def test_each_dependency_is_recorded_on_request_and_found_again(ami_audit: Program, base: Path) -> None:
    """The query of the specification: everything of one module."""
    run = json.loads(ami_audit("module", "base", "--include-dependencies", "--format=json").stdout)
    assert run["sources"][0]["actions"]["module.dependency"] == 2
    found = json.loads(ami_audit("query", "--module=base", "--action=module.dependency", "--format=json").stdout)
    targets = sorted(it["target"] for it in found["records"])
    assert targets == ["base/uv.lock#httpx@0.28.1", "base/uv.lock#idna@3.7"]
    again = json.loads(ami_audit("module", "base", "--include-dependencies", "--format=json").stdout)
    assert again["sources"][0]["recorded"] == 0


def test_a_broken_rule_ends_with_exit_code_1(ami_audit: Program, base: Path) -> None:
    """A pipeline stops where coverage is below what the module demands."""
    write(base, {"config/coverage_thresholds.yaml": "unit:\n  min_coverage: 90\n"})
    told = ami_audit("module", "base", "--fail-on=error", code=1).stdout
    assert "66.67 % of the module is covered by unit tests" in " ".join(told.split())


def test_the_bill_of_materials_is_valid_and_whole(ami_audit: Program, base: Path) -> None:
    """CycloneDX 1.6, held against the schema by the project's own library, with the graph in it."""
    ami_audit("module", "base", "--sbom=bom.json")
    text = (ami_audit.folder / "bom.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    assert [(it["name"], it["version"], it["purl"]) for it in bill["components"]] == [
        ("httpx", "0.28.1", "pkg:pypi/httpx@0.28.1"),
        ("idna", "3.7", "pkg:pypi/idna@3.7"),
    ]
    own = bill["metadata"]["component"]
    assert (own["name"], own["version"], own["licenses"]) == ("base", "1.0", [{"expression": "MIT"}])
    assert {it["ref"]: it["dependsOn"] for it in bill["dependencies"]} == {
        own["bom-ref"]: ["pkg:pypi/httpx@0.28.1"],
        "pkg:pypi/httpx@0.28.1": ["pkg:pypi/idna@3.7"],
        "pkg:pypi/idna@3.7": [],
    }
    ami_audit("module", "base", "--sbom=again.json")
    again = json.loads((ami_audit.folder / "again.json").read_text())
    assert again["serialNumber"] == bill["serialNumber"]


def test_a_module_that_is_not_there_is_one_sentence(ami_audit: Program) -> None:
    """The name may be mistyped: say what was looked for."""
    told = ami_audit("module", "bsae", code=2).stderr
    ami_audit("module", "bsae", "--sbom=bill.json", code=2)
    assert "`bsae` cannot be audited: there is no such folder" in " ".join(told.split())
