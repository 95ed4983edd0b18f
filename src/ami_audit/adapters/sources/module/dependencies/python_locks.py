"""uv.lock, poetry.lock, pdm.lock and pylock.toml."""

from collections.abc import Callable, Iterator
from typing import Any

from ami_audit.adapters.sources.module.dependencies.model import MAIN, Lock, Package, key_of
from ami_audit.adapters.sources.module.dependencies.naming import python_name, without_secrets
from ami_audit.adapters.sources.module.documents import BrokenError, mapping, mappings, text, texts
from ami_audit.adapters.sources.module.naming import short

Document = dict[str, Any]


def uv_lock(path: str, document: Document) -> Lock:
    """Return what a `uv.lock` holds.

    Raises:
        BrokenError: It is of a version that is not read.
    """
    version, revision = document.get("version"), document.get("revision", 0)
    if version != 1:
        raise BrokenError(f"uv.lock of version {version!r} is not read; 1 is")
    lock = Lock(path=path, ecosystem="pypi", form=f"uv.lock {version}.{revision}")
    found = mappings(document.get("package"))
    held = _Held(found)
    members = {python_name(name) for name in texts(mapping(document.get("manifest")).get("members"))}
    for package in found:
        source = mapping(package.get("source"))
        kind, origin = next(((kind, text(place)) for kind, place in source.items() if kind != "subdirectory"), ("", ""))
        is_root = kind in {"editable", "virtual"} and (origin in {".", ""} or held.name(package) in members)
        extras = mapping(package.get("optional-dependencies"))
        groups = mapping(package.get("dev-dependencies"))
        asked = {MAIN: package.get("dependencies")} | {f"extra:{name}": needs for name, needs in extras.items()}
        asked |= {f"group:{name}": needs for name, needs in groups.items()}
        needs = {group: list(held.keys(needed)) for group, needed in asked.items()}
        # Extras of a library pull in what their own entries name; uv lists only those that are asked for.
        within = {key for group, keys in needs.items() if is_root or not group.startswith("group:") for key in keys}
        lock.add(
            Package(
                key=held.key(package),
                name=held.name(package),
                version=text(package.get("version")),
                kind=kind or "registry",
                origin=without_secrets(origin),
                needs=tuple(sorted(key for key in within if key in held.known)),
                lost=tuple(sorted(key for key in within if key not in held.known)),
                hashes=_hashes([package.get("sdist")]) + _hashes(package.get("wheels")),
                is_root=is_root,
            )
        )
        if is_root:
            for group, keys in needs.items():
                lock.ask([key for key in keys if key in held.known], group)
    return lock


def poetry_lock(path: str, document: Document) -> Lock:
    """Return what a `poetry.lock` holds; which of it the project asks for only the manifest knows.

    Raises:
        BrokenError: It is of a version that is not read.
    """
    metadata = mapping(document.get("metadata"))
    version = text(metadata.get("lock-version")) or "1.0"
    _check(path, version, newest=2)
    lock = Lock(path=path, ecosystem="pypi", form=f"poetry.lock {version}")
    found = mappings(document.get("package"))
    held = _Held(found)
    older = mapping(metadata.get("files")) or mapping(metadata.get("hashes"))
    for package in found:
        source = mapping(package.get("source"))
        kind = {"legacy": "registry", "directory": "path", "file": "path"}.get(
            text(source.get("type")), text(source.get("type")) or "registry"
        )
        wanted = [{"name": name} for name in mapping(package.get("dependencies"))]
        files = package.get("files") or older.get(text(package.get("name"))) or []
        # An optional need of a library is in the lock only when somebody asks for that extra.
        keys = sorted({key for key in held.keys(wanted) if key in held.known})
        lock.add(
            Package(
                key=held.key(package),
                name=held.name(package),
                version=text(package.get("version")),
                kind=kind,
                origin=without_secrets(text(source.get("url"))),
                needs=tuple(keys),
                lost=tuple(_certain(package, held)),
                hashes=len(files) if isinstance(files, list) else 0,
                groups=tuple(texts(package.get("groups")) or [text(package.get("category"))] * ("category" in package)),
                marker=text(package.get("markers")),
                is_optional=package.get("optional") is True,
            )
        )
    return lock


def pdm_lock(path: str, document: Document) -> Lock:
    """Return what a `pdm.lock` holds; a package stands there once more for each set of its extras.

    Raises:
        BrokenError: It is of a version that is not read.
    """
    metadata = mapping(document.get("metadata"))
    version = text(metadata.get("lock_version")) or "1"
    _check(path, version, newest=4)
    lock = Lock(path=path, ecosystem="pypi", form=f"pdm.lock {version}")
    locked = {{"default": MAIN}.get(name, name) for name in texts(metadata.get("groups"))}
    if locked:
        lock.groups = frozenset(name for it in locked for name in (it, f"extra:{it}", f"group:{it}"))
    found = mappings(document.get("package"))
    held = _Held(found)
    merged: dict[str, Package] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for package in found:
        key, extras = held.key(package), tuple(texts(package.get("extras")))
        if (key, extras) in seen:
            lock.duplicates.append(key)
        seen.add((key, extras))
        wanted = [{"name": _required(line)} for line in texts(package.get("dependencies"))]
        keys = set(held.keys(wanted)) - {key}
        into = merged.setdefault(key, _pdm_package(package, held))
        into.needs = tuple(sorted({*into.needs, *(it for it in keys if it in held.known)}))
        into.groups = tuple(sorted({*into.groups, *texts(package.get("groups"))}))
        into.hashes = max(into.hashes, len(mappings(package.get("files"))))
    lock.packages = merged
    return lock


def pylock(path: str, document: Document) -> Lock:
    """Return what a `pylock.toml` (PEP 751) holds; edges are optional there.

    Raises:
        BrokenError: It is of a version that is not read.
    """
    version = text(document.get("lock-version"))
    if not version.startswith("1."):
        raise BrokenError(f"pylock.toml of version {version!r} is not read; 1.0 is")
    lock = Lock(path=path, ecosystem="pypi", form=f"pylock.toml {version}")
    found = mappings(document.get("packages"))
    held = _Held(found)
    # What of a project an exported lock file covers is not said; its main needs it must.
    lock.groups = frozenset({MAIN})
    lock.knows_edges = any("dependencies" in package for package in found)
    for package in found:
        keys = set(held.keys(package.get("dependencies")))
        kind, origin = _pylock_source(package)
        lock.add(
            Package(
                key=held.key(package),
                name=held.name(package),
                version=text(package.get("version")),
                kind=kind,
                origin=without_secrets(origin),
                needs=tuple(sorted(key for key in keys if key in held.known)),
                lost=tuple(sorted(key for key in keys if key not in held.known)),
                hashes=_hashes([package.get("sdist"), package.get("archive")]) + _hashes(package.get("wheels")),
                marker=text(package.get("marker")),
            )
        )
    return lock


def _check(path: str, version: str, *, newest: int) -> None:
    major = version.partition(".")[0]
    if not major.isdigit() or not 0 < int(major) <= newest:
        raise BrokenError(f"`{path}` of version {short(version)} is not read; 1 to {newest} are")


class _Held:
    """The packages of a lock file, by name."""

    def __init__(self, found: list[Document]) -> None:
        self.known = {self.key(package) for package in found}
        self._by_name: dict[str, list[str]] = {}
        for package in found:
            self._by_name.setdefault(self.name(package), []).append(self.key(package))

    @staticmethod
    def name(package: Document) -> str:
        return python_name(text(package.get("name")))

    def key(self, package: Document) -> str:
        return key_of(self.name(package), text(package.get("version")))

    def keys(self, wanted: object) -> Iterator[str]:
        """Return the keys meant by references: with a version that one, else all of the name."""
        for reference in mappings(wanted):
            if reference.get("version"):
                yield self.key(reference)
            else:
                yield from self._by_name.get(self.name(reference), [self.name(reference)])


def _certain(package: Document, held: _Held) -> Iterator[str]:
    """Yield what a poetry package needs in any case and the lock file does not hold."""
    for name, said in sorted(mapping(package.get("dependencies")).items()):
        is_certain = isinstance(said, str) or (isinstance(said, dict) and not {"optional", "markers"} & set(said))
        if is_certain and not any(key in held.known for key in held.keys([{"name": name}])):
            yield python_name(name)


def _pdm_package(package: Document, held: _Held) -> Package:
    kind, origin = next(
        ((kind, text(package.get(kind))) for kind in ("git", "url", "path") if package.get(kind)), ("registry", "")
    )
    return Package(
        key=held.key(package),
        name=held.name(package),
        version=text(package.get("version")),
        kind=kind,
        origin=without_secrets(origin),
        marker=text(package.get("marker")),
    )


def _pylock_source(package: Document) -> tuple[str, str]:
    vcs, directory, archive = (mapping(package.get(kind)) for kind in ("vcs", "directory", "archive"))
    if vcs:
        return "git", text(vcs.get("url"))
    if directory:
        return "path", text(directory.get("path"))
    if archive:
        return "url", text(archive.get("url")) or text(archive.get("path"))
    return "registry", text(package.get("index"))


def _hashes(files: object) -> int:
    entries = mappings(files)
    return sum(1 for entry in entries if entry.get("hash") or entry.get("hashes"))


def _required(line: str) -> str:
    name = line.partition(";")[0].strip()
    for index, character in enumerate(name):
        if not (character.isalnum() or character in "-_."):
            return name[:index]
    return name


READERS: dict[str, Callable[[str, Document], Lock]] = {
    "uv.lock": uv_lock,
    "poetry.lock": poetry_lock,
    "pdm.lock": pdm_lock,
    "pylock.toml": pylock,
}
