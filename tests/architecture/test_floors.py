"""Do imports point down only, and would we be told if one did not?"""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.house import PACKAGE, ROOT, SOURCE, imported, manifest, modules

_CONTRACTS = {contract["id"]: contract for contract in manifest()["tool"]["importlinter"]["contracts"]}
_LIBRARIES = _CONTRACTS["libraries"]["forbidden_modules"]

# Each contract, and the smallest change of the package that breaks it: file -> text.
_BREACHES: list[tuple[str, dict[str, str]]] = [
    ("floors", {"domain/breach.py": "import ami_audit.ports"}),
    ("floors", {"ports/breach.py": "import ami_audit.services"}),
    ("floors", {"services/breach.py": "import ami_audit.entrypoints"}),
    ("floors", {"adapters/chain_core/breach.py": "import ami_audit.services"}),
    ("floors", {"services/breach.py": "def late():\n    import ami_audit.adapters.chain_core"}),
    ("floors", {"fifth_floor.py": ""}),
    ("composition-root", {"services/breach.py": "import ami_audit.adapters.chain_core"}),
    ("composition-root", {"entrypoints/breach.py": "import ami_audit.adapters.chain_core"}),
    ("families", {"adapters/one/__init__.py": "import ami_audit.adapters.chain_core"}),
    ("families", {"adapters/one/__init__.py": "import ami_audit.adapters.two", "adapters/two/__init__.py": ""}),
    ("stores", {"adapters/stores/one.py": "import ami_audit.adapters.stores.two", "adapters/stores/two.py": ""}),
    ("sources", {"adapters/sources/one.py": "import ami_audit.adapters.sources.two", "adapters/sources/two.py": ""}),
    ("libraries", {"domain/breach.py": "import pygit2"}),
    (
        "circles",
        {"domain/one.py": "import ami_audit.domain.two", "domain/two.py": "import ami_audit.domain.one"},
    ),
]


def _lint(place: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts over the package that lies in `place`/src."""
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo"]
    environment = {"PYTHONPATH": str(place / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package that may be damaged."""
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(SOURCE, tmp_path / "src", ignore=ignored)
    return tmp_path


def _damage(place: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = place / "src" / "ami_audit" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
        (file.parent / "__init__.py").touch()


def test_every_contract_holds() -> None:
    """The floors are worth what their check is worth: it is part of the tests, not a habit."""
    answer = _lint(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(("contract", "files"), _BREACHES, ids=[name for name, _ in _BREACHES])
def test_a_deliberate_breach_is_caught(copy: Path, contract: str, files: Mapping[str, str]) -> None:
    """A contract that nothing can break checks nothing: each is broken here once, and named."""
    _damage(copy, files)
    answer = _lint(copy)
    assert answer.returncode != 0
    assert f"{_CONTRACTS[contract]['name']} BROKEN" in answer.stdout


@pytest.mark.parametrize("floor", ["domain", "ports", "services"])
def test_no_library_of_the_world_enters_below_the_adapters(copy: Path, floor: str) -> None:
    """Each library is named in the refusal, so the list cannot hold one that is never looked for."""
    _damage(copy, {f"{floor}/breach.py": "\n".join(f"import {library}" for library in _LIBRARIES)})
    answer = _lint(copy).stdout
    missed = [name for name in _LIBRARIES if f"ami_audit.{floor} is not allowed to import {name}" not in answer]
    assert missed == []


def test_every_contract_has_a_breach() -> None:
    """A contract added later comes with the change that breaks it."""
    assert {name for name, _ in _BREACHES} == set(_CONTRACTS)


@pytest.mark.parametrize(
    ("floor", "allowed"),
    [("domain", {"ami_audit", "pydantic"}), ("ports", {"ami_audit"}), ("services", {"ami_audit", "pydantic"})],
)
def test_a_floor_stands_on_the_standard_library_and_little_else(floor: str, allowed: set[str]) -> None:
    """A list of what is forbidden misses the library of next year; this one says what is allowed."""
    strangers = [
        f"{file.relative_to(ROOT)}:{line} {name}"
        for file in modules(PACKAGE / floor)
        for line, name in imported(file)
        if name.partition(".")[0] not in sys.stdlib_module_names | allowed
    ]
    assert strangers == []


def test_the_house_is_not_entered_by_its_own_front_door() -> None:
    """`from ami_audit import …` inside the package would tie every floor to the composition root."""
    through_the_door = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in modules()
        for line, name in imported(file)
        if name == "ami_audit" and file != PACKAGE / "__init__.py"
    ]
    assert through_the_door == []
