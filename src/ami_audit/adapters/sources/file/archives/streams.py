"""Compressed content as a stream that is read forward, never past a budget."""

import bz2
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import IO, Any, Protocol

from ami_audit.adapters.sources.file.archives.budget import Budget
from ami_audit.adapters.sources.file.archives.kinds import Packing

_CHUNK = 1 << 16
# Bytes behind the place of a stream to which it can go back: a tar is read one byte before each header.
_TAIL = 1 << 10


class MissingLibraryError(Exception):
    """What is needed to unpack is not installed; says how to install it."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """`zlib` in the shape of the other decompressors."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class _Zstd:
    """A decompressor for zstd whose errors are those that anybody knows."""

    def __init__(self, window: int) -> None:
        zstd = _library()
        options = {zstd.DecompressionParameter.window_log_max: window.bit_length() - 1}
        self._inner = zstd.ZstdDecompressor(options=options)
        self._error: type[Exception] = zstd.ZstdError

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        return bool(self._inner.needs_input)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        try:
            return bytes(self._inner.decompress(data, max_length))
        except self._error as error:
            raise ValueError(str(error)) from error


class Unpacked(io.RawIOBase):
    """The content of a compressed stream, of all its parts when several stand one after the other."""

    def __init__(self, packed: IO[bytes], packing: Packing, budget: Budget) -> None:
        """Args: `budget` is told of each byte that comes out.

        Raises:
            MissingLibraryError: It is packed by zstd, and nothing here unpacks that.
        """
        self._packed = _Fed(packed)
        self._packing = packing
        self._budget = budget
        self._decompressor = _decompressor(packing, budget)
        self._is_over = False

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, at most some ten thousand; none only at the end.

        Raises:
            EOFError: The stream ends before its content does.
            SpentError: The budget is.
        """
        wanted = _CHUNK if size < 0 else min(size, _CHUNK)
        while not self._is_over and wanted:
            data = self._packed.read(_CHUNK) if self._decompressor.needs_input else b""
            if self._decompressor.needs_input and not data:
                raise EOFError("it ends before its content does")
            content = self._decompressor.decompress(data, wanted)
            if self._decompressor.eof:
                self._next_part()
            if content:
                self._budget.take_bytes(len(content))
                return content
        return b""

    def _next_part(self) -> None:
        rest = self._decompressor.unused_data
        # Tapes and some programs fill the last block with zeros.
        while not rest.strip(b"\0"):
            rest = self._packed.read(_CHUNK)
            if not rest:
                self._is_over = True
                return
        self._packed.first = rest.lstrip(b"\0") + self._packed.first
        self._decompressor = _decompressor(self._packing, self._budget)


class _Fed:
    """A stream before which bytes that were read too far are put back."""

    def __init__(self, rest: IO[bytes]) -> None:
        self.first = b""
        self._rest = rest

    def read(self, size: int) -> bytes:
        if self.first:
            part, self.first = self.first[:size], self.first[size:]
            return part
        return self._rest.read(size)


def _decompressor(packing: Packing, budget: Budget) -> _Decompressor:
    window = budget.limits.window_bytes
    match packing:
        case Packing.GZIP:
            return _Gzip()
        case Packing.BZIP2:
            return bz2.BZ2Decompressor()
        case Packing.XZ:
            return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=window)
        case _:
            return _Zstd(window)


def _library() -> Any:
    for name in ("compression.zstd", "backports.zstd"):  # the first from Python 3.14 on, the second an extra
        with suppress(ImportError):
            return import_module(name)
    raise MissingLibraryError("zstd is not installed: `pip install 'ami-audit[archives]'`")


class Forward:
    """A stream that can be told to go on to a place, as `tarfile` wants, and never reads much at once."""

    def __init__(self, stream: io.RawIOBase) -> None:
        """Args: `stream` is read from where it stands."""
        self._stream = stream
        self._left: int | None = None
        self._place = 0
        self._tail = b""
        self._back = 0

    @contextmanager
    def bounded(self, most: int) -> Iterator[None]:
        """Let so many bytes be read while headers are; passing over content is not counted."""
        self._left = most
        try:
            yield
        finally:
            self._left = None

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._place - self._back

    def seek(self, place: int) -> int:
        """Go to a place: forward by reading, or a little back.

        Raises:
            EOFError: It lies behind the end, or too far back.
        """
        if place < self._place:
            self._back = self._place - place
            if self._back > len(self._tail):
                raise EOFError("its headers lead back")
            return place
        self._back = 0
        while self._place < place:
            if not self._more(place - self._place):
                raise EOFError("it ends before its content does")
        return place

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes, fewer only at the end.

        Raises:
            ValueError: It is more than headers may have.
        """
        if self._left is not None:
            self._left -= size
            if size < 0 or self._left < 0:
                raise ValueError("the headers of one member are too long")
        parts = []
        if self._back:
            parts.append(self._tail[len(self._tail) - self._back :][:size])
            self._back -= len(parts[0])
            size -= len(parts[0])
        while size and (part := self._more(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _more(self, size: int) -> bytes:
        part = self._stream.read(size) or b""
        self._place += len(part)
        self._tail = (self._tail + part)[-_TAIL:] if len(part) < _TAIL else part[-_TAIL:]
        return part
