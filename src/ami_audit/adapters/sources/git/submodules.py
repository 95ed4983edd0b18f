"""Which submodules a commit points to, what `.gitmodules` says of them, and what is checked out."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.git.child import Child
from ami_audit.adapters.sources.git.location import Location, beginning, repository_in
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.adapters.sources.git.refs import read_head
from ami_audit.adapters.sources.git.settings import settings_of
from ami_audit.domain.errors import SourceError
from ami_audit.domain.text import readable

_PATH_BYTES = 250
_GITLINK = b"160000 "
_TIMEOUT_S = 20


class Pointer(NamedTuple):
    """A path of the tree that stands for a commit of another repository."""

    path: bytes
    commit: str


class Checkout(NamedTuple):
    """What lies in a submodule's folder.

    Attributes:
        state: `none`, `in-step` (the commit that the tree points to), `elsewhere` (another one), `unborn`, `outside`
            (the folder is reached by a link out of the repository) or `unreadable`.
        commit: What is checked out; empty when that is not known.
        is_here: Whether the commit that the tree points to is in the submodule's own objects; None when not looked for.
    """

    state: str
    commit: str = ""
    is_here: bool | None = None


def short_path(path: bytes) -> str:
    """Return a path as text, cut after 250 bytes."""
    return readable(path) if len(path) <= _PATH_BYTES else readable(path[:_PATH_BYTES]) + "…"


def pointers_of(plumbing: Plumbing, commit: str) -> list[Pointer]:
    """Return the submodule pointers in the commit's tree; it is streamed, so only they are held."""
    if not commit:
        return []
    child = plumbing.start("ls-tree", "-r", "-z", "--full-tree", commit)
    try:
        return list(_pointers(child))
    finally:
        plumbing.stop(child)


def _pointers(child: Child) -> Iterator[Pointer]:
    for line in child.words(b"\0"):
        if line.startswith(_GITLINK):
            facts, _, path = line.partition(b"\t")
            yield Pointer(path, facts.split()[2].decode("ascii"))


def declared_by(plumbing: Plumbing, reader: ObjectReader, commit: str) -> dict[str, dict[str, str]] | None:
    """Return what the commit's `.gitmodules` says: settings by the submodule's name; None when it cannot be read."""
    answer = reader.read_one(f"{commit}:.gitmodules") if commit else None
    if answer is None or answer.kind != "blob":
        return {}
    listing = ("config", "--no-includes", "--file", "-", "--list", "-z")
    finished = plumbing.run(*listing, stdin=answer.data, timeout_s=_TIMEOUT_S)
    if finished.status != 0:
        return None
    return _by_name(readable(finished.output).split("\0"))


def _by_name(lines: Iterable[str]) -> dict[str, dict[str, str]]:
    declared: dict[str, dict[str, str]] = {}
    for line in lines:
        key, _, value = line.partition("\n")
        section, _, variable = key.rpartition(".")
        if section.startswith("submodule."):
            declared.setdefault(section.removeprefix("submodule."), {})[variable] = value
    return declared


def named_by_path(declared: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Return the names that are declared for each path, in the file's order."""
    names: dict[str, list[str]] = {}
    for name, settings in declared.items():
        if settings.get("path"):
            names.setdefault(os.path.normpath(settings["path"]), []).append(name)
    return names


def checkout_of(location: Location, pointer: Pointer) -> Checkout | None:
    """Return what is checked out where the tree has the pointer; None in a bare repository."""
    if location.work_tree is None:
        return None
    folder = location.work_tree / os.fsdecode(pointer.path)
    try:
        if not folder.resolve().is_relative_to(location.work_tree.resolve()):
            return Checkout("outside")
        found = repository_in(folder)
    except (OSError, RuntimeError):
        return Checkout("unreadable")
    if found is None or found.git_dir == location.git_dir:
        return Checkout("unreadable" if _has_files(folder) else "none")
    try:
        return _looked_into(found, pointer)
    except SourceError:
        return Checkout("unreadable")


def _has_files(folder: Path) -> bool:
    # A dangling `.git` file: it was checked out once, and its repository is gone.
    return bool(beginning(folder / ".git", 16))


def _looked_into(found: Location, pointer: Pointer) -> Checkout:
    with Plumbing(found, settings_of(found)) as plumbing:
        commit = read_head(plumbing, found)
        kinds = ObjectReader(plumbing, contents=False)
        is_here = kinds.read_one(pointer.commit).kind == "commit"
    if not commit:
        return Checkout("unborn", "", is_here)
    return Checkout("in-step" if commit == pointer.commit else "elsewhere", commit, is_here)
