"""package-lock.json, Cargo.lock, go.mod with go.sum."""

from collections.abc import Iterator
from typing import Any

from ami_audit.adapters.sources.module.dependencies.model import MAIN, Lock, Package, key_of
from ami_audit.adapters.sources.module.dependencies.naming import without_secrets
from ami_audit.adapters.sources.module.documents import BrokenError, mapping, mappings, text, texts

Document = dict[str, Any]

_INSIDE = "node_modules/"
_NEEDS = ("dependencies", "optionalDependencies", "peerDependencies")


def package_lock(path: str, document: Document) -> Lock:
    """Return what a `package-lock.json` of version 1, 2 or 3 holds.

    Raises:
        BrokenError: It is of another version.
    """
    version = document.get("lockfileVersion", 1)
    if version not in {1, 2, 3}:
        raise BrokenError(f"package-lock.json of version {version!r} is not read; 1 to 3 are")
    lock = Lock(path=path, ecosystem="npm", form=f"package-lock.json {version}")
    places = _places(document) if version == 1 else mapping(document.get("packages"))
    _Tree(lock, {place: mapping(package) for place, package in places.items()}).fill()
    return lock


def _places(document: Document) -> dict[str, Any]:
    """Return the nested tree of version 1 as version 2 writes it: by folder."""
    found: dict[str, Any] = {}
    waiting = [("", mapping(document.get("dependencies")))]
    while waiting:
        folder, dependencies = waiting.pop()
        for name, said in dependencies.items():
            package = mapping(said)
            place = f"{folder}{_INSIDE}{name}"
            found[place] = {**package, "dependencies": mapping(package.get("requires"))}
            waiting.append((f"{place}/", mapping(package.get("dependencies"))))
    return found


class _Tree:
    """The folders of a lock file; a need is met by the nearest folder above."""

    def __init__(self, lock: Lock, places: dict[str, Document]) -> None:
        self._lock = lock
        self._places = places

    def fill(self) -> None:
        for place, package in sorted(self._places.items()):
            if package.get("link") is True:
                continue
            found = self._package(place, package)
            held = self._lock.packages.get(found.key)
            if held is None:
                self._lock.add(found)
            else:
                # The same package in several folders: what it needs may be met differently in each.
                held.needs = tuple(sorted({*held.needs, *found.needs}))
            if found.is_root:
                self._ask(place, package)

    def _package(self, place: str, package: Document) -> Package:
        is_root = _INSIDE not in f"{place}/"
        name = text(package.get("name")) or (place.rpartition(_INSIDE)[2] if place else "")
        version = text(package.get("version"))
        resolved = text(package.get("resolved"))
        needs, lost = self._needs(place, package)
        return Package(
            key=self._key(place),
            name=name or ".",
            version=version if "://" not in version else "",
            kind=_kind(resolved or version) if not is_root else "path",
            origin=without_secrets(resolved),
            needs=needs,
            lost=lost,
            hashes=1 if package.get("integrity") else 0,
            groups=tuple(word for word in ("dev", "optional", "peer", "devOptional") if package.get(word) is True),
            licence=_licence(package),
            is_root=is_root,
            is_optional=package.get("optional") is True,
        )

    def _key(self, place: str) -> str:
        package = self._places[place]
        name = text(package.get("name")) or place.rpartition(_INSIDE)[2] or "."
        return key_of(name, text(package.get("version")))

    def _needs(self, place: str, package: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
        found, lost = set(), set()
        optional = mapping(package.get("peerDependenciesMeta"))
        for kind in _NEEDS:
            for name in mapping(package.get(kind)):
                met = self._resolve(place, name)
                if met is not None:
                    found.add(self._key(met))
                elif kind == "dependencies" and name not in optional:
                    lost.add(name)
        return tuple(sorted(found)), tuple(sorted(lost))

    def _resolve(self, place: str, name: str) -> str | None:
        folder = place
        while True:
            wanted = f"{folder}/{_INSIDE}{name}" if folder else f"{_INSIDE}{name}"
            package = self._places.get(wanted)
            if package is not None:
                linked = text(package.get("resolved"))
                return linked if package.get("link") is True and linked in self._places else wanted
            if not folder:
                return None
            folder = folder.rpartition(f"/{_INSIDE}")[0] if f"/{_INSIDE}" in folder else ""

    def _ask(self, place: str, package: Document) -> None:
        for kind, group in (
            ("dependencies", MAIN),
            ("devDependencies", "dev"),
            ("optionalDependencies", "optional"),
            ("peerDependencies", "peer"),
        ):
            met = (self._resolve(place, name) for name in mapping(package.get(kind)))
            self._lock.ask([self._key(it) for it in met if it is not None], group)


def _kind(resolved: str) -> str:
    if resolved.startswith(("git+", "git:", "github:")):
        return "git"
    return "path" if resolved.startswith("file:") else "registry"


def _licence(package: Document) -> str:
    said = package.get("license")
    return text(said) or text(mapping(said).get("type"))


def cargo_lock(path: str, document: Document) -> Lock:
    """Return what a `Cargo.lock` holds; packages without a source are the workspace's own."""
    found = mappings(document.get("package"))
    older = mapping(document.get("metadata"))
    lock = Lock(path=path, ecosystem="cargo", form=f"Cargo.lock {document.get('version', 1)}")
    by_name: dict[str, list[Document]] = {}
    for package in found:
        by_name.setdefault(text(package.get("name")), []).append(package)
    for package in found:
        needs, lost = _crates(texts(package.get("dependencies")), by_name)
        name, version, source = (text(package.get(key)) for key in ("name", "version", "source"))
        checksum = package.get("checksum") or older.get(f"checksum {name} {version} ({source})")
        lock.add(
            Package(
                key=key_of(name, version),
                name=name,
                version=version,
                kind="path" if not source else "git" if source.startswith("git+") else "registry",
                origin=without_secrets(source),
                needs=needs,
                lost=lost,
                hashes=1 if checksum else 0,
                is_root=not source,
            )
        )
        if not source:
            lock.ask(needs, MAIN)
    own = {key for key, package in lock.packages.items() if package.is_root}
    lock.direct = {key: groups for key, groups in lock.direct.items() if key not in own}
    return lock


def _crates(lines: list[str], by_name: dict[str, list[Document]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found, lost = set[str](), set[str]()
    for line in lines:
        name, _, rest = line.partition(" ")
        version = rest.partition(" ")[0]
        met = [it for it in by_name.get(name, ()) if not version or it.get("version") == version]
        found.update(key_of(name, text(it.get("version"))) for it in met)
        if not met:
            lost.add(line)
    return tuple(sorted(found)), tuple(sorted(lost))


def go_lock(path: str, modules: str, sums: str) -> Lock:
    """Return what `go.mod` pins and `go.sum` holds digests for; edges are in the modules' own files, not here."""
    lock = Lock(path=path, ecosystem="go", form="go.sum", knows_edges=False)
    digests = {
        (parts[0], parts[1]) for line in sums.splitlines() if len(parts := line.split()) == 3 and parts[2][:3] == "h1:"
    }
    for name, version, is_indirect in go_requirements(modules):
        key = key_of(name, version)
        lock.add(
            Package(key=key, name=name, version=version, hashes=1 if (name, version) in digests else 0),
        )
        if not is_indirect:
            lock.ask([key], MAIN)
    return lock


def go_requirements(modules: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each module that a `go.mod` requires, its version, and whether only others need it."""
    block = ""
    for line in modules.splitlines():
        code, _, comment = line.partition("//")
        words = code.split()
        if block and words == [")"]:
            block = ""
        elif len(words) == 2 and words[1] == "(":
            block = words[0]
        else:
            required = words if block == "require" else words[1:] if words[:1] == ["require"] else []
            if len(required) == 2:
                yield required[0].strip('"'), required[1], comment.strip().startswith("indirect")
