"""Which imports nobody declared, and which declared packages nobody imports."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ami_audit.adapters.sources.module.dependencies.licences import Installed
from ami_audit.adapters.sources.module.dependencies.model import MAIN, Asked
from ami_audit.adapters.sources.module.dependencies.naming import python_name
from ami_audit.adapters.sources.module.dependencies.reading import Declared
from ami_audit.adapters.sources.module.imports.distributions import Distributions
from ami_audit.adapters.sources.module.imports.roots import Names
from ami_audit.adapters.sources.module.inventory import is_for_tests
from ami_audit.adapters.sources.module.outline import Outline
from ami_audit.adapters.sources.module.tree import is_fixture

# Run, not imported: what such a package is for shows in no import.
_TOOLS = ("types-", "pytest-", "flake8-", "mypy-")
_PROGRAMS = frozenset(
    {"gunicorn", "uvicorn", "pip", "setuptools", "wheel", "ruff", "mypy", "black", "pytest", "tzdata"}
)


class Use(NamedTuple):
    """One distribution as it is imported: the first file and line, and how."""

    distribution: str
    imported: str
    path: str
    line: int
    is_for_tests: bool
    is_optional: bool


class Judgement(NamedTuple):
    """What was found out.

    Attributes:
        used: Every distribution that is imported, once.
        undeclared: Those that no manifest asks for.
        unused: What the manifests ask for in the main group and no file imports.
        siblings: Modules of the same repository that are imported.
    """

    used: list[Use]
    undeclared: list[Use]
    unused: list[str]
    siblings: list[str]


def judged(outline: Outline, declared: Declared, installed: Mapping[str, Installed], *, names: Names) -> Judgement:
    """Return how imports and declarations fit."""
    asked = python_asked(declared)
    own = {it.name for it in declared.manifests if it.ecosystem == "pypi" and it.name}
    distributions = Distributions(installed, (it.name for it in asked))
    uses: dict[str, Use] = {}
    possible: set[str] = set()
    siblings: set[str] = set()
    for path, it in sorted((path, it) for path, it in outline.files.items() if not is_fixture(path)):
        for what, line, how in _foreign(it["imports"], path, names=names, siblings=siblings):
            distribution = distributions.of(what)
            possible.update(distributions.possible(what))
            use = Use(distribution, what, path, line, is_for_tests(path), how in {"optional", "typing"})
            uses[distribution] = _weightier(uses.get(distribution), use)
    wanted = {it.name for it in asked} | own
    used = [uses[name] for name in sorted(uses) if name not in own]
    undeclared = [use for use in used if use.distribution not in wanted and not use.is_optional]
    return Judgement(used, undeclared if asked or own else [], _unused(asked, possible | own), sorted(siblings))


def python_asked(declared: Declared) -> list[Asked]:
    """Return what all Python manifests and requirements files ask for."""
    found = [asked for it in declared.manifests if it.ecosystem == "pypi" for asked in it.asked]
    return found + [asked for it in declared.requirements for asked in it.asked]


def _foreign(
    imports: Sequence[Sequence[Any]], path: str, *, names: Names, siblings: set[str]
) -> Iterable[tuple[str, int, str]]:
    for what, level, line, how in imports:
        top = what.partition(".")[0]
        if level or not top or top in sys.stdlib_module_names or top == "__main__" or names.is_own(top, path):
            continue
        if names.is_sibling(top):
            siblings.add(top)
            continue
        yield what, line, how


def _weightier(held: Use | None, use: Use) -> Use:
    """Return the use that says more: code before tests, needed before optional, the first of equals."""
    if held is None:
        return use
    return min((held, use), key=lambda it: (it.is_optional, it.is_for_tests))


def _unused(asked: Sequence[Asked], used: set[str]) -> list[str]:
    found = {
        it.name
        for it in asked
        if it.group == MAIN
        and not it.is_internal
        and it.name not in used
        and it.name not in _PROGRAMS
        and not it.name.startswith(_TOOLS)
        and not it.name.endswith("-stubs")
    }
    return sorted(python_name(name) for name in found)
