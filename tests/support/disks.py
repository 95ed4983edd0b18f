"""A disk that writes down what is done to it, may be full, and may lose what was not flushed."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import apsw

_NAME = "watched"
_BELOW = "unix"
_SECTOR_BYTES = 512


class Event(NamedTuple):
    """One thing done to a file."""

    kind: Literal["write", "cut", "flush", "delete", "said"]
    name: str
    offset: int = 0
    data: bytes = b""


@dataclass
class Disk:
    """What happened, in order, and how many more writes succeed."""

    events: list[Event] = field(default_factory=list)
    writes_left: int | None = None
    flushes_fail: bool = False

    def say(self, what: str) -> None:
        """Note what somebody was told at this moment."""
        self.events.append(Event("said", what))

    def take(self, event: Event) -> None:
        """Note an event, or refuse it as a full disk does.

        Raises:
            apsw.FullError: No write is left.
        """
        if event.kind == "write" and self.writes_left is not None:
            if self.writes_left == 0:
                raise apsw.FullError
            self.writes_left -= 1
        self.events.append(event)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__(_BELOW, name, flags)
        self._disk = disk
        place = name.filename() if isinstance(name, apsw.URIFilename) else name
        # A new trail is made under another name and then linked to its own: the same file.
        self._name = re.sub(r"\.new-[0-9a-f]+$", "", Path(place).name) if place else ""

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 (SQLite’s name)
        self._disk.take(Event("write", self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 (SQLite’s name)
        self._disk.take(Event("cut", self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 (SQLite’s name)
        if self._disk.flushes_fail:
            raise apsw.IOError
        super().xSync(flags)
        self._disk.take(Event("flush", self._name))


class _Watcher(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(_NAME, _BELOW, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 (SQLite’s name)
        return _File(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802 (SQLite’s signature)
        self._disk.take(Event("delete", Path(filename).name))
        super().xDelete(filename, syncdir)


@contextmanager
def watched() -> Iterator[Disk]:
    """Watch every SQLite file that is opened until this is left."""
    disk = Disk()
    watcher = _Watcher(disk)
    try:
        yield disk
    finally:
        watcher.unregister()


def after_power_cut(events: list[Event], chance: random.Random) -> dict[str, bytes]:
    """Return what files may hold when the power fails after these events.

    What was flushed is there; of what came later each write may be there, in any part, or not at all, in any order. A
    disk writes sectors of 512 bytes whole; which of them it has written when the power fails is its own affair.
    """
    files: dict[str, bytearray] = {}
    waiting: dict[str, list[Event]] = {}
    for event in events:
        match event.kind:
            case "said":
                pass
            case "flush":
                for earlier in waiting.pop(event.name, []):
                    _apply(files, earlier)
            case "delete":
                waiting.pop(event.name, None)
                files.pop(event.name, None)
            case _:
                waiting.setdefault(event.name, []).append(event)
    for unflushed in waiting.values():
        for event in chance.sample(unflushed, chance.randint(0, len(unflushed))):
            for sector in _some_sectors(event, chance):
                _apply(files, sector)
    return {name: bytes(content) for name, content in files.items()}


def _some_sectors(event: Event, chance: random.Random) -> Iterator[Event]:
    """Yield the event, or what of its data has reached the disk: up to a byte, or any sectors."""
    how = chance.randrange(3)
    if how == 0 or not event.data:
        yield event
    elif how == 1:
        yield event._replace(data=event.data[: chance.randint(0, len(event.data))])
    else:
        first = -event.offset % _SECTOR_BYTES
        starts = sorted({0, *range(first, len(event.data), _SECTOR_BYTES)})
        for start, end in pairwise([*starts, len(event.data)]):
            if chance.random() < 0.5:
                yield event._replace(offset=event.offset + start, data=event.data[start:end])


def _apply(files: dict[str, bytearray], event: Event) -> None:
    content = files.setdefault(event.name, bytearray())
    if event.kind == "cut":
        del content[event.offset :]
        return
    end = event.offset + len(event.data)
    content.extend(bytes(max(0, end - len(content))))
    content[event.offset : end] = event.data
