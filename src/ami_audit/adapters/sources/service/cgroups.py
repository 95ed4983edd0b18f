"""What the kernel's control groups allow a process and count for it, version 1 and version 2."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# What version 1 says when there is no limit is near the largest 64-bit number, rounded to pages.
_NO_LIMIT = 1 << 60


class Memory(NamedTuple):
    """Memory of one group.

    Attributes:
        path: The group.
        version: 1 or 2.
        used_bytes: What all its processes use together, file cache that could be given back left out.
        limit_bytes: The lowest limit of the group and those above it; None when there is none.
        killed: How often the kernel ended a process of it for want of memory; None when it does not tell.
    """

    path: str
    version: int
    used_bytes: int | None
    limit_bytes: int | None
    killed: int | None


class Groups:
    """Groups by their path, each read once."""

    def __init__(self, root: Path = Path("/sys/fs/cgroup"), proc: Path = Path("/proc")) -> None:
        """Args: where the groups and the processes stand."""
        self._proc = proc
        self._first = root / "memory"
        self._second = root if (root / "cgroup.controllers").exists() else root / "unified"
        # Most processes are in few groups, so what the kernel says of theirs is the same text.
        self._of_text: dict[bytes, Memory | None] = {b"": None}

    def memory_of(self, pid: int) -> Memory | None:
        """Return the memory of the group that a process is in; None when that cannot be known."""
        text = kernel_text(f"{self._proc}/{pid}/cgroup")
        if text not in self._of_text:
            self._of_text[text] = self._memory(text.decode("utf-8", "replace").splitlines())
        return self._of_text[text]

    def _memory(self, lines: list[str]) -> Memory | None:
        for version, path in sorted(_paths(lines)):
            found = self._first_version(path) if version == 1 else self._second_version(path)
            if found is not None:
                return found
        return None

    def _first_version(self, path: str) -> Memory | None:
        place = _place(self._first, path)
        used = _number(place / "memory.usage_in_bytes")
        if used is None:
            return None
        limits = [_number(folder / "memory.limit_in_bytes") for folder in _upwards(self._first, place)]
        cache = _fields(place / "memory.stat").get("total_inactive_file", 0)
        killed = _fields(place / "memory.oom_control").get("oom_kill")
        return Memory(path, 1, max(0, used - cache), _lowest(limits), killed)

    def _second_version(self, path: str) -> Memory | None:
        place = _place(self._second, path)
        used = _number(place / "memory.current")
        if used is None:
            return None
        limits = [_number(folder / "memory.max") for folder in _upwards(self._second, place)]
        cache = _fields(place / "memory.stat").get("inactive_file", 0)
        killed = _fields(place / "memory.events").get("oom_kill")
        return Memory(path, 2, max(0, used - cache), _lowest(limits), killed)


def kernel_text(file: str) -> bytes:
    """Return a small file of the kernel's; nothing when the process has gone. One read, for it is asked very often."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(handle, 1 << 14)
    except OSError:
        return b""
    finally:
        os.close(handle)


def _paths(lines: list[str]) -> Iterator[tuple[int, str]]:
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if "memory" in controllers.split(","):
            yield 1, path
        elif number == "0" and not controllers:
            yield 2, path


def _place(root: Path, path: str) -> Path:
    """Return where a group stands; seen from inside a container, the root is the group itself."""
    place = root / path.strip("/")
    return place if place.is_dir() else root


def _upwards(root: Path, place: Path) -> Iterator[Path]:
    yield place
    while place != root and place.is_relative_to(root):
        place = place.parent
        yield place


def _lowest(limits: list[int | None]) -> int | None:
    return min((limit for limit in limits if limit is not None and limit < _NO_LIMIT), default=None)


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # `max` is no number: there is no limit
        return None


def _fields(file: Path) -> dict[str, int]:
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return {}
    pairs = [line.split() for line in lines]
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}
