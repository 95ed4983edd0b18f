"""Finding and reading a module's manifests and lock files."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from typing import TypeVar

from ami_audit.adapters.sources.module.dependencies import other_locks, other_manifests, python_locks
from ami_audit.adapters.sources.module.dependencies.model import Lock, Manifest
from ami_audit.adapters.sources.module.dependencies.python_manifests import pyproject, setup_cfg
from ami_audit.adapters.sources.module.dependencies.requirements import Requirements
from ami_audit.adapters.sources.module.documents import BrokenError, Folder
from ami_audit.adapters.sources.module.naming import Setting, finding
from ami_audit.adapters.sources.module.tree import Survey, is_fixture
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity

_Read = TypeVar("_Read")

_MOST = 200
_UNREAD = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "Pipfile.lock", "setup.py")
_DOCUMENTS = frozenset(
    {"pyproject.toml", "package.json", "Cargo.toml", "go.mod", "requirements.txt", "Cargo.lock", "package-lock.json"}
) | frozenset(python_locks.READERS)
_INPUTS = ("requirements*.in", "constraints*.txt")


@dataclass(slots=True)
class Declared:
    """Everything that says what a module depends on."""

    manifests: list[Manifest] = field(default_factory=list)
    locks: list[Lock] = field(default_factory=list)
    requirements: list[Requirements] = field(default_factory=list)
    findings: list[AuditFinding] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    fixtures: int = 0


def declared(folder: Folder, survey: Survey, setting: Setting) -> Declared:
    """Return what the manifests and lock files say, those nearest to the top first; broken ones become findings."""
    return _Reader(folder, survey, setting).all()


class _Reader:
    def __init__(self, folder: Folder, survey: Survey, setting: Setting) -> None:
        self._folder = folder
        # What tests are fed with is no need of the module.
        self._fixtures = [path for path in survey.files if is_fixture(path)]
        left = set(self._fixtures)
        self._survey = survey._replace(files=tuple(path for path in survey.files if path not in left))
        self._setting = setting
        self._found = Declared()

    def all(self) -> Declared:
        self._manifests("pyproject.toml", lambda path: pyproject(path, self._folder.toml(path)))
        self._manifests("setup.cfg", lambda path: setup_cfg(path, self._folder.text(path)))
        self._manifests("package.json", lambda path: other_manifests.package_json(path, self._folder.json(path)))
        self._manifests("Cargo.toml", lambda path: other_manifests.cargo_toml(path, self._folder.toml(path)))
        self._manifests("go.mod", lambda path: other_manifests.go_mod(path, self._folder.text(path)))
        for name, reader in python_locks.READERS.items():
            self._locks(name, partial(self._toml, reader))
        self._named_pylocks()
        for name in ("package-lock.json", "npm-shrinkwrap.json"):
            self._locks(name, lambda path: other_locks.package_lock(path, self._folder.json(path)))
        self._locks("Cargo.lock", lambda path: other_locks.cargo_lock(path, self._folder.toml(path)))
        self._locks("go.mod", self._go)
        self._requirements()
        self._found.unread = self._survey.named(*_UNREAD)[:_MOST]
        self._found.fixtures = len([path for path in self._fixtures if posixpath.basename(path) in _DOCUMENTS])
        return self._found

    def _manifests(self, name: str, read: Callable[[str], Manifest]) -> None:
        for path in self._named(name):
            manifest = self._tried(path, read)
            # A setup.cfg may hold nothing but a linter's settings, a package.json nothing but a kind of module.
            if manifest is not None and (manifest.name or manifest.asked or manifest.findings):
                self._found.manifests.append(manifest)

    def _locks(self, name: str, read: Callable[[str], Lock]) -> None:
        for path in self._named(name):
            lock = self._tried(path, read)
            if lock is not None:
                self._found.locks.append(lock)

    def _toml(self, reader: Callable[[str, python_locks.Document], Lock], path: str) -> Lock:
        return reader(path, self._folder.toml(path))

    def _named_pylocks(self) -> None:
        for path in self._survey.files:
            if fnmatch(posixpath.basename(path), "pylock.*.toml"):
                lock = self._tried(path, lambda it: python_locks.pylock(it, self._folder.toml(it)))
                if lock is not None:
                    self._found.locks.append(lock)

    def _go(self, path: str) -> Lock:
        sums = posixpath.join(posixpath.dirname(path), "go.sum")
        has_sums = sums in self._survey.files
        lock = other_locks.go_lock(sums, self._folder.text(path), self._folder.text(sums) if has_sums else "")
        if not has_sums and lock.packages:
            lock.path = path
            lock.findings.append(
                self._told("no-lock", "There is no `go.sum` beside it.", path=path, severity=AuditSeverity.WARNING)
            )
        return lock

    def _requirements(self) -> None:
        included: set[str] = set()
        found = list[Requirements]()
        for path in self._survey.files:
            name, parent = posixpath.basename(path), posixpath.basename(posixpath.dirname(path))
            is_one = fnmatch(name, "*requirements*.txt") or (parent == "requirements" and name.endswith(".txt"))
            if is_one and len(found) < _MOST and not any(fnmatch(name, pattern) for pattern in _INPUTS):
                found.append(Requirements(self._folder, path))
                included.update(found[-1].included[1:])
        kept = [it for it in found if it.lock.path not in included]
        self._found.requirements = kept
        self._found.locks.extend(it.lock for it in kept)

    def _named(self, name: str) -> list[str]:
        found = self._survey.named(name)
        if len(found) > _MOST:
            description = f"{len(found)} files are called `{name}`; the first {_MOST} were read."
            self._found.findings.append(
                self._told("too-many-documents", description, path="", severity=AuditSeverity.WARNING)
            )
        return found[:_MOST]

    def _tried(self, path: str, read: Callable[[str], _Read]) -> _Read | None:
        try:
            return read(path)
        except BrokenError as error:
            description = f"`{path}` cannot be read: {error}."
            self._found.findings.append(
                self._told("broken-document", description, path=path, severity=AuditSeverity.ERROR)
            )
        return None

    def _told(self, kind: str, description: str, *, path: str, severity: AuditSeverity) -> AuditFinding:
        return finding(kind, description, location=self._setting.place(path), severity=severity)
