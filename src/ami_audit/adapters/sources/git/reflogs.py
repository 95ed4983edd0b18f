"""Where names pointed before: the reflogs, read as the files they are."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.git.commit import Person, person_of
from ami_audit.adapters.sources.git.location import Location

_LINE = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) ([^\t]*)(?:\t(.*))?")
# A line longer than this is cut: nobody writes such a message.
_LONGEST = 64 << 10
_MOST_LOGS = 100_000


class Move(NamedTuple):
    """One line of a reflog.

    Attributes:
        ref: The name that moved.
        old: What it pointed to before; all zeros when it was new.
        new: What it pointed to afterwards; all zeros when it was deleted.
        who: Who moved it, and when.
        message: Why, as git wrote it.
        is_sound: Whether the line is as git writes it.
    """

    ref: str
    old: str
    new: str
    who: Person
    message: bytes
    is_sound: bool = True


def moves_of(location: Location) -> Iterator[Move]:
    """Yield every line of `HEAD`'s and of every ref's log, names in order, oldest first."""
    yield from _moves("HEAD", location.git_dir / "logs" / "HEAD")
    for place in _logs(location.common_dir / "logs" / "refs"):
        yield from _moves(os.fspath(place.relative_to(location.common_dir / "logs")), place)


def _logs(folder: Path) -> list[Path]:
    found: list[Path] = []
    for parent, folders, files in os.walk(folder):
        folders.sort()
        found += (Path(parent, name) for name in files)
        if len(found) > _MOST_LOGS:
            break
    return sorted(found)


def _moves(ref: str, place: Path) -> Iterator[Move]:
    if not place.is_file():
        return
    try:
        with place.open("rb") as file:
            while line := file.readline(_LONGEST):
                yield _move(ref, line.rstrip(b"\n"))
    except OSError:
        return


def _move(ref: str, line: bytes) -> Move:
    found = _LINE.fullmatch(line)
    if found is None:
        return Move(ref, "", "", person_of(b""), line, is_sound=False)
    return Move(ref, found[1].decode(), found[2].decode(), person_of(found[3]), found[4] or b"")
