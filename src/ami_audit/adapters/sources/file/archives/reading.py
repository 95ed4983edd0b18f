"""Walks an archive, and the archives within it, without writing more than one of these to a temporary file."""

import hashlib
from collections.abc import Iterator
from typing import IO

from ami_audit.adapters.sources.file.archives import tars, zips
from ami_audit.adapters.sources.file.archives.budget import SpentError
from ami_audit.adapters.sources.file.archives.contents import DAMAGE, Content, Found, Inner, Place, said
from ami_audit.adapters.sources.file.archives.kinds import Packing
from ami_audit.adapters.sources.file.archives.members import Member, Remark
from ami_audit.adapters.sources.file.archives.streams import MissingLibraryError


def read(file: IO[bytes], packing: Packing, place: Place) -> Iterator[Found]:
    """Yield what an archive holds, in its own order.

    Raises:
        SpentError: The budget is; what was yielded is right.
        DAMAGE: The archive is damaged from here on.
        MissingLibraryError: It cannot be unpacked here.
    """
    members = zips.members if packing is Packing.ZIP else tars.members
    names: set[bytes] = set()
    for found in members(file, packing, place):
        if isinstance(found, Inner):
            yield from _within(found.content, found.name, place)
            continue
        if isinstance(found, Member):
            yield from _twice(found, names)
        yield found


def _twice(member: Member, names: set[bytes]) -> Iterator[Remark]:
    """Programs differ in which of two members of one name they take: the one shown may not be the one used."""
    name = hashlib.sha256(member.path.rstrip("/").encode("utf-8", "surrogateescape")).digest()[:16]
    if name in names and member.kind != "directory":
        yield Remark("archive-duplicate", "another member before it has the same path", member.path)
    names.add(name)


def _within(content: Content, name: str, place: Place) -> Iterator[Found]:
    """Yield what an archive within an archive holds; its damage is told, and the outer one goes on."""
    path = place.prefix + name
    if content.packing is None:
        return
    kept = content.kept()
    if kept is None:
        if content.is_too_large or content.packing in {Packing.ZIP, Packing.TAR}:
            why = "it is too large" if content.is_too_large else "it is packed too deep"
            yield Remark("archive-limited", f"{why}: not looked into", path)
        return
    inner = Place(place.budget, f"{path}!/", place.depth + 1)
    try:
        yield from read(kept, content.packing, inner)
    except SpentError:
        raise
    except MissingLibraryError as error:
        yield Remark("archive-unread", str(error), path)
    except DAMAGE as error:
        yield Remark("archive-damaged", said(error), path)
