"""Large files anywhere in the history: every clone fetches them, though nobody sees them any more."""

import heapq
from typing import NamedTuple

from ami_audit.adapters.sources.git.history import History
from ami_audit.adapters.sources.git.listing import ABSENT, SUBMODULE, Listing
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.adapters.sources.git.plumbing import Plumbing

_FORMAT = "--batch-check=%(objecttype) %(objectname) %(objectsize)"
_MOST = 10_000
_CHUNK = 2_000
_KEPT_PATHS = 20
_LOOKED_AT_BYTES = 8_000


class Blob(NamedTuple):
    """One large content.

    Attributes:
        name: Its hash.
        size_bytes: How large it is, unpacked.
        is_binary: Whether it holds a NUL in its first 8,000 bytes (git's own rule); None when it cannot be read.
        commit: The first commit of the history that has it; empty when none was found.
        paths: Where commits put it, the first one first; at most 20.
        at_head: Whether the commit of `HEAD` has it.
    """

    name: str
    size_bytes: int
    is_binary: bool | None
    commit: str
    paths: list[str]
    at_head: bool


class Blobs(NamedTuple):
    """What was found: the largest first, and how many there are in all."""

    found: list[Blob]
    in_all: int


def large_blobs(plumbing: Plumbing, history: History, *, least_bytes: int, head: str) -> Blobs:
    """Return the contents of at least that size that are in this clone; at most the 10,000 largest.

    Args:
        plumbing: Where the objects are.
        history: The commits to look for them in, oldest first.
        least_bytes: The smallest size that counts.
        head: The commit of `HEAD`, or empty.
    """
    sizes, count = _sizes(plumbing, least_bytes)
    if not sizes:
        return Blobs([], 0)
    at_head = _at(plumbing, head).intersection(sizes) if head else set()
    places = _places(plumbing, history, sizes)
    reader = ObjectReader(plumbing)
    found = []
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        answer = reader.read_one(name)
        is_binary = b"\0" in answer.data[:_LOOKED_AT_BYTES] if answer.kind == "blob" else None
        commit, paths = places.get(name, ("", []))
        found.append(Blob(name, size, is_binary, commit, paths, name in at_head))
    reader.close()
    return Blobs(found, count)


def _sizes(plumbing: Plumbing, least_bytes: int) -> tuple[dict[str, int], int]:
    child = plumbing.start("cat-file", "--batch-all-objects", "--unordered", _FORMAT)
    largest: list[tuple[int, str]] = []
    count = 0
    try:
        for line in child.words(b"\n"):
            if not line.startswith(b"blob ") or int(line.rpartition(b" ")[2]) < least_bytes:
                continue
            count += 1
            _, name, size = line.decode("ascii").split(" ")
            (heapq.heappush if len(largest) < _MOST else heapq.heappushpop)(largest, (int(size), name))
    finally:
        plumbing.stop(child)
    return {name: size for size, name in largest}, count


def _at(plumbing: Plumbing, commit: str) -> set[str]:
    child = plumbing.start("ls-tree", "-r", "-z", "--full-tree", "--object-only", commit)
    try:
        return {line.decode("ascii") for line in child.words(b"\0")}
    finally:
        plumbing.stop(child)


def _places(plumbing: Plumbing, history: History, wanted: dict[str, int]) -> dict[str, tuple[str, list[str]]]:
    # A merge may bring in a content that no parent has, so merges are looked at too, against their first parent.
    listing = Listing(plumbing, "--no-renames", "--diff-merges=first-parent")
    places: dict[str, tuple[str, list[str]]] = {}
    for names in history.chunks(_CHUNK):
        for commit, entries in listing.entries(names):
            for entry in entries or ():
                if entry.new in wanted and entry.new_mode not in (ABSENT, SUBMODULE):
                    _, paths = places.setdefault(entry.new, (commit, []))
                    if entry.path not in paths and len(paths) < _KEPT_PATHS:
                        paths.append(entry.path)
    return places
