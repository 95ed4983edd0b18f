"""The members of a tar, packed or not."""

import io
import tarfile
from collections.abc import Iterator
from typing import IO, Any, cast

from ami_audit.adapters.sources.file.archives.contents import (
    Content,
    Found,
    Header,
    Inner,
    Place,
    hashed,
    member,
)
from ami_audit.adapters.sources.file.archives.kinds import Packing, is_tar
from ami_audit.adapters.sources.file.archives.streams import Forward, Unpacked

_KINDS = (
    (tarfile.TarInfo.isfile, "file"),
    (tarfile.TarInfo.isdir, "directory"),
    (tarfile.TarInfo.issym, "symlink"),
    (tarfile.TarInfo.islnk, "hardlink"),
    (tarfile.TarInfo.isfifo, "fifo"),
    (tarfile.TarInfo.ischr, "character-device"),
    (tarfile.TarInfo.isblk, "block-device"),
)


def members(file: IO[bytes], packing: Packing, place: Place) -> Iterator[Found | Inner]:
    """Yield the members in their order; nothing for what is packed and no tar.

    Raises:
        SpentError: The budget is.
        DAMAGE: The archive is damaged from here on.
        MissingLibraryError: It cannot be unpacked here.
    """
    is_packed = packing is not Packing.TAR
    stream = cast("io.RawIOBase", Unpacked(file, packing, place.budget) if is_packed else file)
    forward = Forward(stream)
    if not is_tar(forward.read(tarfile.BLOCKSIZE)):
        return
    forward.seek(0)
    headers = place.budget.limits.header_bytes
    with forward.bounded(headers):
        archive = tarfile.open(  # noqa: SIM115 (closed by whoever opened the file)
            fileobj=cast("IO[bytes]", forward), mode="r:", encoding="utf-8", errors="surrogateescape"
        )
    while (info := _next(archive, forward, headers)) is not None:
        place.budget.take_member()
        yield from _member(archive, info, place, counts=not is_packed or info.issparse())
        cast("Any", archive).members.clear()  # it keeps all of them


def _next(archive: tarfile.TarFile, forward: Forward, headers: int) -> tarfile.TarInfo | None:
    with forward.bounded(headers):
        return archive.next()


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo, place: Place, *, counts: bool) -> Iterator[Found | Inner]:
    header = _header(info)
    stream = archive.extractfile(info) if header.kind == "file" else None
    if stream is None:
        yield member(header, place)
        return
    content = Content(place)
    try:
        yield from hashed(content, stream, header, place=place, counts=counts)
        if content.size_bytes < info.size:
            raise EOFError("it ends before its content does")
        yield member(header, place, content=content)
        yield Inner(header.name, content)
    finally:
        content.close()


def _header(info: tarfile.TarInfo) -> Header:
    kind = next((kind for is_kind, kind in _KINDS if is_kind(info)), "unknown")
    link = info.linkname if kind in {"symlink", "hardlink"} else None
    size_bytes = info.size if kind == "file" else 0
    return Header(info.name, kind, size_bytes, info.mode & 0o7777, link)
