"""What a lock file pins: packages, their versions, and the digests of what would be installed."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple


class Pins(NamedTuple):
    """What one lock file pins.

    Attributes:
        versions: The versions of each package; several where the format allows it. A version of a package that does
            not come from the format's usual registry is followed by where it comes from: `1.0 (git+https://…)`.
        digests: What was digested (`name version file algorithm`) and the digest.
    """

    versions: Mapping[str, frozenset[str]]
    digests: Mapping[str, str]


class PinChanges(NamedTuple):
    """What changed from one state of a lock file to the next; each list is in the order of the names.

    Attributes:
        added: Packages that were not there, with their versions.
        removed: Packages that are gone, with the versions they had.
        changed: Packages with other versions: name, versions before, versions after.
        redigested: What is pinned under the same name and version as before, with another digest.
    """

    added: list[tuple[str, list[str]]]
    removed: list[tuple[str, list[str]]]
    changed: list[tuple[str, list[str], list[str]]]
    redigested: list[str]


NOTHING = Pins({}, {})


def is_lockfile(path: str) -> bool:
    """Return whether a file of this name is a lock file that can be read here."""
    return path.rpartition("/")[2] in READERS


def pins_of(path: str, data: bytes) -> Pins:
    """Return what a lock file pins.

    Args:
        path: Its path; the last part says which format it is.
        data: Its bytes.

    Raises:
        ValueError: It is not of that format.
    """
    try:
        return _gathered(READERS[path.rpartition("/")[2]](data.decode()))
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("its entries are not of the shape that the format has") from error


def compared(before: Pins, after: Pins) -> PinChanges:
    """Return what changed."""
    old, new = before.versions, after.versions
    return PinChanges(
        added=[(name, sorted(new[name])) for name in sorted(new.keys() - old.keys())],
        removed=[(name, sorted(old[name])) for name in sorted(old.keys() - new.keys())],
        changed=[
            (name, sorted(old[name]), sorted(new[name]))
            for name in sorted(new.keys() & old.keys())
            if old[name] != new[name]
        ],
        redigested=sorted(what for what, digest in after.digests.items() if before.digests.get(what, digest) != digest),
    )


class _Pin(NamedTuple):
    name: str
    version: str
    digests: tuple[tuple[str, str], ...] = ()


def _gathered(pins: Iterable[_Pin]) -> Pins:
    versions: dict[str, set[str]] = {}
    digests: dict[str, str] = {}
    for pin in pins:
        versions.setdefault(pin.name, set()).add(pin.version)
        for file, text in pin.digests:
            algorithm, digest = _split(text)
            digests[" ".join(part for part in (pin.name, pin.version, file, algorithm) if part)] = digest
    return Pins({name: frozenset(found) for name, found in versions.items()}, digests)


def _split(text: str) -> tuple[str, str]:
    """Return the algorithm and the digest of `sha256:…` or `sha512-…`; a bare one is SHA-256."""
    found = re.match(r"(md5|sha\d+)[:-](.+)", text)
    return (found[1], found[2]) if found else ("sha256", text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _from(version: str, origin: str) -> str:
    return f"{version} ({origin})".lstrip() if origin else version


# Consecutive states of a lock file differ in few packages: the others have been read before.
_BLOCKS = re.compile(r"^(?=\[\[packages?\]\][ \t]*$)", re.MULTILINE)


@lru_cache(maxsize=8_192)
def _block(text: str) -> Mapping[str, Any]:
    return tomllib.loads(text)


def _toml(text: str) -> Mapping[str, Any]:
    """Return what a lock file in TOML says, read package by package."""
    try:
        blocks = [_block(block) for block in _BLOCKS.split(text)]
    except tomllib.TOMLDecodeError:
        return tomllib.loads(text)
    whole: dict[str, Any] = {}
    for block in blocks:
        for name, value in block.items():
            whole[name] = [*whole.get(name, ()), *value] if name in ("package", "packages") else value
    return whole


def _uv(text: str) -> Iterator[_Pin]:
    for package in _toml(text).get("package", []):
        source = dict(package.get("source", {}))
        origin = "" if source.keys() & {"registry"} else " ".join(f"{kind}+{place}" for kind, place in source.items())
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        digests = tuple(
            (
                str(file.get("url") or file.get("path") or file.get("filename", "")).rpartition("/")[2],
                _text(file["hash"]),
            )
            for file in files
            if "hash" in file
        )
        yield _Pin(_text(package["name"]), _from(str(package.get("version", "")), origin), digests)


def _poetry(text: str) -> Iterator[_Pin]:
    read = _toml(text)
    # Before 2022 the digests of all packages stood in one table.
    apart: dict[str, Any] = read.get("metadata", {}).get("files", {})
    for package in read.get("package", []):
        name, source = _text(package["name"]), package.get("source", {})
        origin = f"{source.get('type')}+{source.get('url')}" if source.get("type") not in (None, "legacy") else ""
        reference = source.get("resolved_reference") or source.get("reference") if origin else None
        files = package.get("files", apart.get(name, []))
        digests = tuple((_text(file["file"]), _text(file["hash"])) for file in files if "hash" in file)
        yield _Pin(name, _from(_text(package["version"]), f"{origin}#{reference}" if reference else origin), digests)


def _pdm(text: str) -> Iterator[_Pin]:
    for package in _toml(text).get("package", []):
        origin = next((f"{kind}+{package[kind]}" for kind in ("git", "url", "path") if kind in package), "")
        digests = tuple(
            (str(file.get("file", file.get("url", ""))).rpartition("/")[2], _text(file["hash"]))
            for file in package.get("files", [])
            if "hash" in file
        )
        yield _Pin(_text(package["name"]), _from(str(package.get("version", "")), origin), digests)


def _pylock(text: str) -> Iterator[_Pin]:
    for package in _toml(text).get("packages", []):
        vcs = package.get("vcs", {})
        origin = f"{vcs.get('type')}+{vcs.get('url')}#{vcs.get('commit-id')}" if vcs else ""
        files = [*package.get("wheels", []), *(package[kind] for kind in ("sdist", "archive") if kind in package)]
        digests = tuple(
            (str(file.get("name") or file.get("url") or file.get("path", "")).rpartition("/")[2], f"{kind}:{digest}")
            for file in files
            for kind, digest in file.get("hashes", {}).items()
        )
        yield _Pin(_text(package["name"]), _from(str(package.get("version", "")), origin), digests)


def _cargo(text: str) -> Iterator[_Pin]:
    read = _toml(text)
    # Before 2020 the digests of all packages stood in one table.
    apart: dict[str, Any] = read.get("metadata", {})
    for package in read.get("package", []):
        name, version, source = _text(package["name"]), _text(package["version"]), package.get("source", "")
        checksum = package.get("checksum") or apart.get(f"checksum {name} {version} ({source})", "")
        origin = "" if source.startswith(("registry+", "sparse+")) else source
        digests = (("", _text(checksum)),) if checksum not in ("", "<none>") else ()
        yield _Pin(name, _from(version, origin or ("" if source else "path")), digests)


def _npm(text: str) -> Iterator[_Pin]:
    read = json.loads(text)
    if "packages" in read:
        for place, package in read["packages"].items():
            name = package.get("name") or place.rpartition("node_modules/")[2]
            if place and not package.get("link"):
                yield _npm_pin(_text(name), package)
        return
    yield from _npm_old(read.get("dependencies", {}))


def _npm_old(dependencies: Mapping[str, Any]) -> Iterator[_Pin]:
    for name, package in dependencies.items():
        yield _npm_pin(name, package)
        yield from _npm_old(package.get("dependencies", {}))


def _npm_pin(name: str, package: Mapping[str, Any]) -> _Pin:
    resolved = str(package.get("resolved", ""))
    origin = resolved if resolved.startswith(("git", "file:")) else ""
    # Several digests of the same file may stand side by side.
    digests = tuple(("", digest) for digest in str(package.get("integrity", "")).split())
    return _Pin(name, _from(str(package.get("version", "")), origin), digests)


def _go(text: str) -> Iterator[_Pin]:
    for line in text.splitlines():
        if line.strip():
            name, version, digest = line.split()
            # A module's own `go.mod` has a digest of its own.
            plain, _, file = version.partition("/")
            yield _Pin(name, plain, ((file, digest.removeprefix("h1:")),))


READERS: Mapping[str, Callable[[str], Iterator[_Pin]]] = {
    "uv.lock": _uv,
    "poetry.lock": _poetry,
    "pdm.lock": _pdm,
    "pylock.toml": _pylock,
    "Cargo.lock": _cargo,
    "package-lock.json": _npm,
    "npm-shrinkwrap.json": _npm,
    "go.sum": _go,
}
"""What reads each format, by the file's name."""
