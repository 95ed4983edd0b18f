"""Where the house stands, and what its files say: for the tests of its architecture."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "ami_audit"


def modules(folder: Path = PACKAGE) -> list[Path]:
    """Return every Python file under the folder, sorted."""
    return sorted(folder.rglob("*.py"))


def tree(file: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def imported(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the dotted name of every import in the file, wherever in it that stands."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def manifest() -> dict[str, Any]:
    """Return what pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Return what git answers about this clone, whoever owns it."""
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
