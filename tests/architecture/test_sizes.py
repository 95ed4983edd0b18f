"""Are files and functions still of a size that one reading holds?"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.house import PACKAGE, ROOT, modules, tree

_LONGEST_FILE = 300
_LONGEST_BODY = 60
# Bundles carry it as one file, to be read by strangers from top to bottom; see docs/adr/0022-one-file-verifier.md.
_ONE_FILE = ROOT / "src" / "ami_audit" / "adapters" / "bundles" / "verify.py"
_EMPTY_WORDS = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}


def _functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines from the first statement after the docstring to the last."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    """Past that a file answers more than one question and becomes a package."""
    everything = [*modules(), *(ROOT / "rust").rglob("*.rs")]
    long = {
        str(file.relative_to(ROOT)): lines
        for file in everything
        if "target" not in file.relative_to(ROOT).parts
        and file != _ONE_FILE
        and (lines := len(file.read_text(encoding="utf-8").splitlines())) > _LONGEST_FILE
    }
    assert long == {}


def test_no_function_is_longer_than_sixty_lines() -> None:
    """A body is a paragraph; one that needs scrolling hides something."""
    long = {
        f"{file.relative_to(ROOT)}:{function.name}": lines
        for file in modules()
        for function in _functions(file)
        if (lines := _body_lines(function)) > _LONGEST_BODY
    }
    assert long == {}


def test_no_file_is_named_after_nothing() -> None:
    """A file called `utils` may hold anything, so in time it does."""
    named = [file for file in [*modules(), *(p for p in PACKAGE.rglob("*") if p.is_dir())] if file.stem in _EMPTY_WORDS]
    assert named == []


def test_a_public_list_of_names_stands_only_in_a_package() -> None:
    """`__all__` is for a package that hands names on; elsewhere the underscore says what is private."""
    lists = [
        str(file.relative_to(ROOT))
        for file in modules()
        if file.name != "__init__.py"
        and any(isinstance(node, ast.Name) and node.id == "__all__" for node in ast.walk(tree(file)))
    ]
    assert lists == []
