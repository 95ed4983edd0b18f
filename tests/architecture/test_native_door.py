"""Who knows that part of the core is compiled?"""

import ast
import re

from tests.support.house import PACKAGE, ROOT, modules, tree

_DOOR = PACKAGE / "adapters" / "chain_core"
_NAME = re.compile(r"\b_native\b")


def test_the_compiled_module_is_named_only_in_its_adapter() -> None:
    """The linter of imports cannot see a compiled module, so a text search holds this line."""
    named = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in modules()
        if not file.is_relative_to(_DOOR)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if _NAME.search(line)
    ]
    assert named == []


def test_every_name_of_the_compiled_module_says_what_it_does() -> None:
    """The stub is the manual of the compiled code: nothing in it may stand without a docstring."""
    stub = tree(_DOOR / "_native.pyi")
    named = [node for node in ast.walk(stub) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    silent = [node.name for node in named if not node.name.startswith("__") and not ast.get_docstring(node)]
    assert named
    assert silent == []
