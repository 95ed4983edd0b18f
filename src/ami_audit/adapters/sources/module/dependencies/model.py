"""What manifests ask for and lock files hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ami_audit.domain.finding import AuditFinding

MAIN = "main"


class Asked(NamedTuple):
    """One requirement of a manifest.

    Attributes:
        name: The package, as its ecosystem normalises it.
        specifier: The versions that will do, as written.
        group: `main`, `dev`, `extra:NAME` or `group:NAME`.
        marker: Where it applies, as written.
        url: Where it comes from, when the manifest says.
        is_internal: It is another part of the same project.
    """

    name: str
    specifier: str = ""
    group: str = MAIN
    marker: str = ""
    url: str = ""
    is_internal: bool = False


@dataclass(slots=True, kw_only=True)
class Manifest:
    """What a project says of itself."""

    path: str
    ecosystem: str
    name: str = ""
    version: str = ""
    licence: str = ""
    requires: str = ""
    asked: list[Asked] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    findings: list[AuditFinding] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Package:
    """One package of a lock file.

    Attributes:
        key: What the lock file tells it apart by: name and version.
        kind: Where it comes from: registry, git, url, path, editable, virtual.
        origin: The place itself, without credentials.
        needs: Keys of the packages it needs.
        lost: Names it needs that the lock file does not hold.
        hashes: How many digests the lock file holds for it.
        groups: Which of the project's groups ask for it, where the lock file says so.
        is_root: It is the project itself, or a member of it.
    """

    key: str
    name: str
    version: str
    kind: str = "registry"
    origin: str = ""
    needs: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    hashes: int = 0
    groups: tuple[str, ...] = ()
    licence: str = ""
    marker: str = ""
    is_root: bool = False
    is_optional: bool = False


@dataclass(slots=True, kw_only=True)
class Lock:
    """One lock file.

    Attributes:
        form: The format with its version: `uv.lock 1.3`.
        direct: Keys of what the project itself asks for, with the group, where the lock file says so.
        knows_edges: The lock file says which package needs which.
        knows_hashes: The format has room for digests.
        groups: Whose needs are locked; None: those of all groups.
    """

    path: str
    ecosystem: str
    form: str
    packages: dict[str, Package] = field(default_factory=dict)
    direct: dict[str, set[str]] = field(default_factory=dict)
    knows_edges: bool = True
    knows_hashes: bool = True
    groups: frozenset[str] | None = None
    findings: list[AuditFinding] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    _by_name: dict[str, list[Package]] = field(default_factory=dict, repr=False)

    def add(self, package: Package) -> None:
        """Add a package; one that is there already is kept, and the second is told."""
        if package.key in self.packages:
            self.duplicates.append(package.key)
        else:
            self.packages[package.key] = package

    def ask(self, keys: Sequence[str], group: str) -> None:
        """Note that the project itself asks for these, in that group."""
        for key in keys:
            self.direct.setdefault(key, set()).add(group)

    def named(self, name: str) -> list[Package]:
        """Return the packages of a name; asked once everything has been added."""
        if not self._by_name:
            for package in self.packages.values():
                self._by_name.setdefault(package.name, []).append(package)
        return self._by_name.get(name, [])

    @property
    def others(self) -> list[Package]:
        """The packages that are not the project itself."""
        return [package for package in self.packages.values() if not package.is_root]


def key_of(name: str, version: str) -> str:
    """Return what a package is told apart by."""
    return f"{name}@{version}" if version else name
