"""Which files a module holds, its vendored and built ones left aside."""

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.module.ignores import Ignores
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.text import readable_path

_MOST_FILES = 300_000
_IGNORED = "ignored by Git, and not tracked"
# What tests have left behind is usually ignored, and looked for all the same.
_MEASURED = frozenset({".coverage", "coverage.json", "coverage.xml", "coverage-final.json", "lcov.info"})
_NEVER = frozenset({".git", ".hg", ".svn", ".bzr", ".audit"})
_NEVER_OWN = frozenset({"bower_components", "node_modules", "site-packages", "__pycache__"})
_FIXTURES = ("fixture", "fixtures", "testdata", "test_data", "test-data")
_VENDORED = frozenset(
    {
        "bower_components",
        "jspm_packages",
        "node_modules",
        "site-packages",
        "vendor",
        "build",
        "dist",
        "__pycache__",
        "venv",
        "target",
    }
)


class Survey(NamedTuple):
    """What was found below a module's folder.

    Attributes:
        files: Paths relative to the module, in the order of their bytes; those that are no text are left out.
        nested: Folders that are repositories of their own; they are not entered.
        left_out: Folders that were not entered, with the reason.
    """

    files: tuple[str, ...]
    nested: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]

    def named(self, *names: str) -> list[str]:
        """Return the files of these names, those nearest to the top first."""
        found = [path for path in self.files if path.rpartition("/")[2] in names]
        return sorted(found, key=lambda path: (path.count("/"), path))

    def ending(self, *suffixes: str) -> list[str]:
        """Return the files with these endings."""
        return [path for path in self.files if path.endswith(suffixes)]


def is_fixture(path: str) -> bool:
    """Return whether a file is what tests are fed with, and no part of the module itself."""
    return any(name.strip("_-").endswith(_FIXTURES) for name in path.split("/")[:-1])


def survey(root: Path, options: AuditOptions) -> Survey:
    """Return what is below a folder; links are not followed."""
    files: list[str] = []
    nested: list[str] = []
    left_out: list[tuple[str, str]] = []
    ignores = Ignores(root) if options.follow_ignore_files else None
    for folder, names, found in os.walk(root):
        relative = os.path.relpath(folder, root)
        prefix = "" if relative == "." else f"{relative}/"
        kept = []
        for name in sorted(names):
            path = f"{prefix}{name}"
            reason = _reason(Path(folder, name), path, options)
            if reason is None and ignores and not ignores.is_inside(folder) and ignores.has(path, is_folder=True):
                ignores.enter(Path(folder, name))
                left_out.append((readable_path(path), _IGNORED))
            if reason is None:
                kept.append(name)
            elif reason == "nested":
                nested.append(readable_path(path))
            elif reason:
                left_out.append((readable_path(path), reason))
        names[:] = kept
        files.extend(_kept(folder, prefix, found, ignores=ignores, options=options, left_out=left_out))
        if len(files) > _MOST_FILES:
            left_out.append((readable_path(prefix) or ".", f"more than {_MOST_FILES} files"))
            break
    return Survey(tuple(sorted(files, key=os.fsencode)), tuple(nested), tuple(left_out))


def _kept(
    folder: str,
    prefix: str,
    names: Iterable[str],
    *,
    ignores: Ignores | None,
    options: AuditOptions,
    left_out: list[tuple[str, str]],
) -> Iterator[str]:
    """Yield the files of one folder that belong to the module, and note those that Git ignores."""
    is_ignored = ignores is not None and ignores.is_inside(folder)
    for name in names:
        path = f"{prefix}{name}"
        if name not in _MEASURED and is_ignored:
            continue
        if name not in _MEASURED and ignores is not None and ignores.has(path):
            left_out.append((readable_path(path), _IGNORED))
        elif _is_text(path) and not _ignored(path, options):
            yield path


def _reason(folder: Path, path: str, options: AuditOptions) -> str | None:
    """Return why a folder is not entered: empty, when that goes without saying; None when it is."""
    if folder.name in _NEVER:
        return ""
    if (folder / ".git").exists():
        return "nested"
    if _ignored(path, options) or not _is_text(path):
        return "left out on request" if _is_text(path) else "its name is no text"
    if options.include_vendored:
        return None
    if folder.name.startswith(".") or (folder.name in _VENDORED and not _is_package(folder)):
        return _said(folder.name)
    return "a virtual environment" if (folder / "pyvenv.cfg").exists() else None


def _is_package(folder: Path) -> bool:
    """Return whether it is a package of the module's own that is called like a vendored folder: `venv`, `build`."""
    return folder.name not in _NEVER_OWN and (folder / "__init__.py").exists()


def _said(name: str) -> str:
    # What tools keep in hidden folders is no part of a module, and telling each would hide what matters.
    return "" if name.startswith(".") or name == "__pycache__" else "vendored or built"


def _ignored(path: str, options: AuditOptions) -> bool:
    return any(
        fnmatch(path, line.strip("/")) or fnmatch(path.rpartition("/")[2], line.strip("/")) for line in options.ignore
    )


def _is_text(path: str) -> bool:
    return path.isascii() or not any("\ud800" <= character <= "\udfff" for character in path)


def lines_left_out(survey: Survey) -> Iterator[str]:
    """Return patterns that leave out the nested repositories, in the syntax of `.gitignore`."""
    return (f"/{escaped(path)}/" for path in survey.nested)


def escaped(path: str) -> str:
    """Return a path as a glob that means just it."""
    return "".join(f"\\{character}" if character in "*?[]{}\\!#," else character for character in path)
