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
_LOOKED_AT_BYTES = 8_000


class Content(NamedTuple):
    """One large content: its hash, its size unpacked, and the first commit that has it (empty: none was found)."""

    name: str
    size_bytes: int
    commit: str


class LargeFile(NamedTuple):
    """The large contents that stood under one path.

    Attributes:
        path: The first path that each of them stood under; empty for those that no commit asked for has.
        contents: All of them, the largest first.
        is_binary: Whether the largest holds a NUL in its first 8,000 bytes (git's own rule); None: it cannot be read.
        at_head: Whether the commit of `HEAD` has one of them.
    """

    path: str
    contents: list[Content]
    is_binary: bool | None
    at_head: bool


class LargeFiles(NamedTuple):
    """What was found.

    Attributes:
        files: The largest first.
        left_out: How many contents were not looked at because there are too many.
        unknown: Commits of which git cannot tell what they brought, for want of trees.
    """

    files: list[LargeFile]
    left_out: int
    unknown: list[str]


def large_files(plumbing: Plumbing, history: History, *, least_bytes: int, head: str) -> LargeFiles:
    """Return the contents of at least that size that are in this clone, by path; at most the 10,000 largest.

    Args:
        plumbing: Where the objects are.
        history: The commits to look for them in, oldest first.
        least_bytes: The smallest size that counts.
        head: The commit of `HEAD`, or empty.
    """
    sizes, count = _sizes(plumbing, least_bytes)
    if not sizes:
        return LargeFiles([], 0, [])
    at_head = _at(plumbing, head).intersection(sizes) if head else set()
    places, unknown = _places(plumbing, history, sizes)
    by_path: dict[str, list[Content]] = {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        commit, path = places.get(name, ("", ""))
        by_path.setdefault(path, []).append(Content(name, size, commit))
    reader = ObjectReader(plumbing)
    files = [
        LargeFile(path, contents, _is_binary(reader, contents[0]), any(content.name in at_head for content in contents))
        for path, contents in by_path.items()
    ]
    reader.close()
    return LargeFiles(files, count - len(sizes), unknown)


def _is_binary(reader: ObjectReader, content: Content) -> bool | None:
    answer = reader.read_one(content.name)
    return b"\0" in answer.data[:_LOOKED_AT_BYTES] if answer.kind == "blob" else None


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


def _places(
    plumbing: Plumbing, history: History, wanted: dict[str, int]
) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Return for each content the first commit that has it, and where; and the commits that cannot be looked at."""
    # A merge may bring in a content that no parent has, so merges are looked at too, against their first parent.
    listing = Listing(plumbing, "--no-renames", "--diff-merges=first-parent")
    places: dict[str, tuple[str, str]] = {}
    unknown: list[str] = []
    for names in history.chunks(_CHUNK):
        for commit, entries in listing.entries(names):
            if entries is None:
                unknown.append(commit)
            for entry in entries or ():
                if entry.new in wanted and entry.new_mode not in (ABSENT, SUBMODULE):
                    places.setdefault(entry.new, (commit, entry.path))
    return places, unknown
