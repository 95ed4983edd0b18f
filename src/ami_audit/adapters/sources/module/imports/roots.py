"""From where a module's own names are imported."""

from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.module.outline import Outline
from ami_audit.adapters.sources.module.target import Target
from ami_audit.adapters.sources.module.tree import Survey

_MOST = 20
_NO_PACKAGES = frozenset({"test", "tests", "testing", "doc", "docs", "example", "examples", "scripts", "benches"})


class Package(NamedTuple):
    """A package of the module: the folder that imports start from, and its name there."""

    root: Path
    name: str


def packages(target: Target, survey: Survey, outline: Outline) -> list[Package]:
    """Return the module's packages: below `src`, at its top, or itself, imported from the parent folder.

    The last is how modules of one repository import each other: `from base.backend.x import y` in `base/backend`.
    """
    found = _below(survey, "src/") or _below(survey, "")
    named = target.root.name
    imports_itself = any(
        what.partition(".")[0] == named and not level
        for it in outline.files.values()
        for what, level, _, _ in it["imports"]
    )
    if named.isidentifier() and named not in set(found.values()) and ("__init__.py" in survey.files or imports_itself):
        return [Package(target.root.parent, named)]
    return [Package(target.root / Path(path).parent, name) for path, name in sorted(found.items())][:_MOST]


def _below(survey: Survey, prefix: str) -> dict[str, str]:
    """Return the packages directly below a folder, by path."""
    held = [path[len(prefix) :] for path in survey.files if path.startswith(prefix) and path.endswith(".py")]
    tops = {path.partition("/")[0] for path in held if "/" in path}
    # Below `src` a package may be a namespace, without an `__init__.py`; at the top that could be any folder.
    return {
        f"{prefix}{name}": name
        for name in tops
        if name.isidentifier() and name not in _NO_PACKAGES and (prefix or f"{name}/__init__.py" in held)
    }


class Names:
    """Which top-level names are the module's own, or another module's of the same repository."""

    def __init__(self, target: Target, survey: Survey) -> None:
        self._target = target
        self._folders = {""}
        self._modules = set()
        for path in survey.files:
            if path.endswith((".py", ".pyi", ".so")):
                parts = path.split("/")
                self._folders.update("/".join(parts[:end]) for end in range(1, len(parts)))
                self._modules.add(f"{path.rpartition('/')[0]}/{parts[-1].partition('.')[0]}".lstrip("/"))
        self._siblings: dict[str, bool] = {}

    def is_own(self, name: str, importer: str) -> bool:
        """Return whether a name is found around the importing file, at the top, or below `src` or `tests`."""
        if name == self._target.root.name:
            return True
        parts = importer.split("/")[:-1]
        places = ["/".join(parts[:end]) for end in range(len(parts) + 1)] + ["src", "tests", "test", "lib"]
        return any(self._holds(f"{place}/{name}".lstrip("/")) for place in places)

    def is_sibling(self, name: str) -> bool:
        """Return whether a name is a folder of code in the module, beside it or around it, in the same repository."""
        if name not in self._siblings:
            self._siblings[name] = any(_has_code(place / name) for place in self._around())
        return self._siblings[name]

    def _around(self) -> list[Path]:
        target = self._target
        return [place for place in (target.root, *target.root.parents) if place.is_relative_to(target.fence)]

    def _holds(self, path: str) -> bool:
        return path in self._folders or path in self._modules


def _has_code(place: Path) -> bool:
    try:
        if not place.is_dir():
            return False
        # A submodule that is not checked out is an empty folder.
        return not any(place.iterdir()) or (
            (place / "__init__.py").is_file() or any(place.glob("*.py")) or any(place.glob("*/*.py"))
        )
    except OSError:
        return False
