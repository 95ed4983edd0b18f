"""What members of every kind of archive have in common: a header, and content that is hashed and may be kept."""

import hashlib
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from ami_audit.adapters.sources.file.archives.budget import Budget, SpentError
from ami_audit.adapters.sources.file.archives.kinds import Packing, packing_of
from ami_audit.adapters.sources.file.archives.members import Member, Remark, oddities

Found = Member | Remark | None
"""A member, something to say of the archive, or only a moment to stop at."""

CHUNK = 1 << 18
_IN_MEMORY = 4 << 20
_TICK = 8 << 20
_HEAD = 512

# What the standard library raises at bytes that are no archive; a bug of ours is none of these but by accident.
DAMAGE = (
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    UnicodeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


class Place(NamedTuple):
    """Where one stands: what is left, what stands before the names of members, how many archives are around."""

    budget: Budget
    prefix: str = ""
    depth: int = 1


class Inner(NamedTuple):
    """A member that was read and may be an archive itself."""

    name: str
    content: "Content"


class Content:
    """Hashes one member's content, and keeps it while it may be an archive itself."""

    def __init__(self, place: Place) -> None:
        """Args: `place` is the archive's."""
        self._hasher = hashlib.sha256()
        self._place = place
        self._kept: SpooledTemporaryFile[bytes] | None = None
        self.size_bytes = 0
        self.packing: Packing | None = None
        self.is_too_large = False

    def take(self, stream: IO[bytes], *, counts: bool) -> Iterator[None]:
        """Read the stream to its end, yielding at moments to stop at.

        Args:
            stream: The member's content.
            counts: Whether what comes out of it is charged here.
        """
        ticked = 0
        while chunk := stream.read(CHUNK):
            if counts:
                self._place.budget.take_bytes(len(chunk))
            if not self.size_bytes:
                self._begin(chunk)
            self._hasher.update(chunk)
            self.size_bytes += len(chunk)
            self._keep(chunk)
            if self.size_bytes - ticked >= _TICK:
                ticked = self.size_bytes
                yield None

    def digest(self) -> str:
        """Return SHA-256 of what was read, hex."""
        return self._hasher.hexdigest()

    def kept(self) -> IO[bytes] | None:
        """Return the content of what may be an archive, from its beginning; None where it is none or too large."""
        if self._kept is not None:
            self._kept.seek(0)
        return self._kept

    def close(self) -> None:
        """Let go of what was kept."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _begin(self, head: bytes) -> None:
        self.packing = packing_of(head[:_HEAD])
        if self.packing is not None and self._place.depth < self._place.budget.limits.depth:
            self._kept = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed by `close`)

    def _keep(self, chunk: bytes) -> None:
        if self._kept is None:
            return
        if self.size_bytes > self._place.budget.limits.within_bytes:
            self.is_too_large = True
            self.close()
        else:
            self._kept.write(chunk)


class Header(NamedTuple):
    """What an archive says of a member before its content."""

    name: str
    kind: str
    size_bytes: int
    mode: int | None = None
    link: str | None = None


def member(
    header: Header, place: Place, *, content: Content | None = None, unread: str | None = None, link: str | None = None
) -> Member:
    """Return a member as it is told."""
    link = header.link if link is None else link
    return Member(
        place.prefix + header.name,
        header.kind,
        content.size_bytes if content else header.size_bytes,
        content.digest() if content else None,
        header.mode,
        link,
        unread,
        oddities(header.name, link=link, kind=header.kind, mode=header.mode),
    )


def hashed(content: Content, stream: IO[bytes], header: Header, *, place: Place, counts: bool) -> Iterator[Found]:
    """Take in a member's content; the one at which the budget ends is told without a hash.

    Raises:
        SpentError: The budget is.
        DAMAGE: The content is damaged.
    """
    try:
        yield from content.take(stream, counts=counts)
    except SpentError as error:
        yield member(header, place, unread=error.reason)
        raise


def said(error: BaseException) -> str:
    """Return what an error says, in one short line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:200].rstrip(".")
