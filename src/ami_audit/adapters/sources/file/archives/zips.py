"""The members of a zip: also of wheels, jars and office documents."""

import io
import stat
import zipfile
from collections.abc import Iterator
from typing import IO

from ami_audit.adapters.sources.file.archives.budget import SpentError
from ami_audit.adapters.sources.file.archives.contents import (
    DAMAGE,
    Content,
    Found,
    Header,
    Inner,
    Place,
    hashed,
    member,
    said,
)
from ami_audit.adapters.sources.file.archives.kinds import Packing
from ami_audit.adapters.sources.file.archives.members import Remark

_IS_ENCRYPTED = 1
_UNIX = 3
_LONGEST_LINK = 4_096


def members(file: IO[bytes], packing: Packing, place: Place) -> Iterator[Found | Inner]:
    """Yield the members in the order of the zip's list of them; a damaged one is told and the others go on.

    Raises:
        SpentError: The budget is.
        DAMAGE: The list of members is damaged.
    """
    del packing
    with zipfile.ZipFile(_Bounded(file, place.budget.limits.directory_bytes)) as archive:
        for info in archive.infolist():
            place.budget.take_member()
            yield from _member(archive, info, place)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Place) -> Iterator[Found | Inner]:
    header = _header(info)
    if info.flag_bits & _IS_ENCRYPTED:
        yield member(header, place, unread="it is encrypted")
        yield Remark("archive-encrypted", "it cannot be read without its password", place.prefix + header.name)
        return
    if header.kind not in {"file", "symlink"}:
        yield member(header, place)
        return
    content = Content(place)
    try:
        with archive.open(info) as stream:
            if header.kind == "symlink":
                link = stream.read(_LONGEST_LINK).decode("utf-8", "surrogateescape")
                yield member(header, place, link=link)
                return
            yield from hashed(content, stream, header, place=place, counts=True)
        yield member(header, place, content=content)
        yield Inner(header.name, content)
    except SpentError:
        raise
    except DAMAGE as error:
        yield member(header, place, unread=said(error))
        yield Remark("archive-damaged", said(error), place.prefix + header.name)
    finally:
        content.close()


def _header(info: zipfile.ZipInfo) -> Header:
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    kind = "directory" if info.is_dir() else "file"
    if stat.S_ISLNK(mode):
        kind = "symlink"
    return Header(info.orig_filename, kind, info.file_size, mode & 0o7777 if mode else None)


class _Bounded(io.RawIOBase):
    """A file of which no more than some bytes are read at once: a zip's list of members is read in one piece."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        if size > self._most:
            raise ValueError(f"a list of members of {size:,} bytes")
        return self._file.read(self._most if size < 0 else size)
