"""Can a stranger run the verifier that bundles carry, on whatever Python they have?"""

import ast
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.house import PACKAGE

_SCRIPT = PACKAGE / "adapters" / "bundles" / "verify.py"
_OLDEST = (3, 8)


def test_it_imports_the_standard_library_and_nothing_else() -> None:
    """Nothing to install, nothing of ours: what it says, it says by itself."""
    tree = ast.parse(_SCRIPT.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_it_is_written_in_the_oldest_python_that_it_names() -> None:
    """An auditor's machine is not a developer's."""
    ast.parse(_SCRIPT.read_text(encoding="utf-8"), feature_version=_OLDEST)


@pytest.mark.parametrize("minor", range(8, 15))
def test_it_starts_on_every_python_that_is_here(minor: int) -> None:
    """What the grammar allows may still be missing in an older library."""
    python = next((path for path in _pythons(minor) if _runs(path)), None)
    if python is None:
        pytest.skip(f"python3.{minor} is not on this machine")
    done = subprocess.run(
        [python, "-I", "-S", _SCRIPT, "--help"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "--policy" in done.stdout


def _pythons(minor: int) -> list[str]:
    """Return where that Python may be; pyenv's stand-in on the path runs only the versions that are chosen."""
    found = shutil.which(f"python3.{minor}")
    kept = Path(pwd.getpwuid(os.getuid()).pw_dir).glob(f".pyenv/versions/3.{minor}.*/bin/python3.{minor}")
    return [*([found] if found else []), *map(str, sorted(kept))]


def _runs(python: str) -> bool:
    done = subprocess.run([python, "-c", "pass"], capture_output=True, check=False, timeout=60)
    return done.returncode == 0
