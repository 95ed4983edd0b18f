"""Prints, for each Python file of a list, what it imports and which tests it holds, as one JSON object a line.

Run as `python -I outline.py ROOT LIST`: LIST holds paths below ROOT, separated by NUL. Files are parsed, never run.
"""

import ast
import json
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LARGEST = 8 << 20
_TYPING = {"TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING"}


def main() -> None:
    """Print the outlines."""
    sys.setrecursionlimit(3_000)
    warnings.simplefilter("ignore")
    root, listing = sys.argv[1:3]
    with Path(listing).open("rb") as file:
        paths = file.read().split(b"\0")
    for path in filter(None, paths):
        print(json.dumps({"path": os.fsdecode(path), **outline(Path(root, os.fsdecode(path)))}))


def outline(path: Path) -> dict[str, Any]:
    """Return the outline of one file, or why there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            return {"fault": "it is larger than 8 MiB"}
        tree = ast.parse(content)
        return {"imports": list(_imports(tree.body, "")), **_tests(tree)}
    except SyntaxError as error:
        return {
            "fault": f"it is not Python {sys.version_info[0]}.{sys.version_info[1]}: {error.msg}",
            "line": error.lineno,
        }
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        return {"fault": getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"[:200]}


def _imports(statements: list[ast.stmt], how: str) -> Iterator[list[Any]]:
    """Yield each import: what, relative level, line, and `typing`, `optional`, `lazy` or nothing."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from ([alias.name, 0, node.lineno, how] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield [node.module or "", node.level, node.lineno, how]
        elif isinstance(node, ast.If):
            inner = "typing" if ast.unparse(node.test) in _TYPING else how
            yield from _imports(node.body, inner)
            yield from _imports(node.orelse, how)
        elif isinstance(node, ast.Try | ast.TryStar):
            inner = "optional" if any(map(_catches_import, node.handlers)) else how
            yield from _imports(node.body, inner)
            for handler in node.handlers:
                yield from _imports(handler.body, inner)
            yield from _imports([*node.orelse, *node.finalbody], how)
        else:
            inner = how or ("lazy" if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else "")
            for field in ("body", "orelse"):
                yield from _imports(getattr(node, field, []), inner)
            for case in getattr(node, "cases", []):
                yield from _imports(case.body, inner)


def _catches_import(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else "Exception"
    return any(name in caught for name in ("ImportError", "ModuleNotFoundError", "Exception"))


def _tests(tree: ast.Module) -> dict[str, Any]:
    """Return the tests as pytest and unittest would find them by name."""
    found: dict[str, Any] = {"functions": 0, "classes": 0, "parametrised": 0, "skipped": 0, "expected_failures": 0}
    skips_all = any(_is_mark(node, "skip", "skipif") for node in _module_marks(tree))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and _is_test_class(node):
            found["classes"] += 1
            held = skips_all or any(_is_mark(it, "skip", "skipif") for it in node.decorator_list)
            for inner in node.body:
                _count(found, inner, is_skipped=held)
        else:
            _count(found, node, is_skipped=skips_all)
    return {"tests": found}


def _module_marks(tree: ast.Module) -> Iterator[ast.expr]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(it, ast.Name) and it.id == "pytestmark" for it in node.targets
        ):
            yield from node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]


def _is_test_class(node: ast.ClassDef) -> bool:
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    return node.name.startswith("Test") or any(base.endswith("TestCase") for base in bases)


def _count(found: dict[str, Any], node: ast.stmt, *, is_skipped: bool) -> None:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test"):
        return
    marks = node.decorator_list
    found["functions"] += 1
    found["parametrised"] += any(_is_mark(mark, "parametrize") for mark in marks)
    found["skipped"] += is_skipped or any(_is_mark(mark, "skip", "skipif", "skipIf", "skipUnless") for mark in marks)
    found["expected_failures"] += any(_is_mark(mark, "xfail", "expectedFailure") for mark in marks)


def _is_mark(node: ast.expr, *names: str) -> bool:
    named = node.func if isinstance(node, ast.Call) else node
    last = named.attr if isinstance(named, ast.Attribute) else named.id if isinstance(named, ast.Name) else ""
    return last in names


if __name__ == "__main__":
    main()
