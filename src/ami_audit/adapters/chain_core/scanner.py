"""The walk over files by the compiled core."""

import os
from collections.abc import Generator, Sequence

import orjson

from ami_audit.adapters.chain_core import _native
from ami_audit.domain.errors import SourceError, UsageError
from ami_audit.ports.scanner import ScanBatch, ScannedFile, ScanRequest

_BATCH = 512
# How long a walk that is busy with a large file keeps its caller waiting.
_WAIT_MS = 50


class NativeScanner:
    """`FileScanner` in Rust: its own threads list, read and hash ahead of whoever asks."""

    def __init__(self, *, threads: int | None = None) -> None:
        """Args: `threads` read and hash; None means one a core."""
        self._threads = threads or min(len(os.sched_getaffinity(0)), 8)

    def scan(self, request: ScanRequest, *, stamps: bytes = b"") -> Generator[ScanBatch]:
        """Yield what is seen below the target, in the order of its paths' bytes; files of known stamps are counted.

        Raises:
            SourceError: The target cannot be opened at all, or the walk broke off.
            UsageError: A glob is none.
        """
        walk = self._open(request, stamps)
        try:
            while (rows := _next(walk, request.target)) is not None:
                yield _read(rows, walk.read_bytes())
        finally:
            walk.close()

    def place(self, target: str) -> str:
        """Return how records name what a scan of `target` begins at.

        Raises:
            SourceError: The target cannot be opened at all.
        """
        try:
            return _native.scan_place(os.fsencode(target))
        except _native.ScanError as error:
            raise SourceError(target, str(error)) from error

    def stamps(self, records: Sequence[bytes], *, except_mime: Sequence[str]) -> bytes:
        """Return what the texts of records tell of files that were read, 16 bytes a file."""
        return _native.file_stamps(records, except_mime=except_mime)

    def version(self) -> str:
        """Return the version of the compiled walk."""
        return _native.Scan.VERSION

    def _open(self, request: ScanRequest, stamps: bytes) -> _native.Scan:
        try:
            return _native.Scan(
                os.fsencode(request.target),
                glob=request.glob,
                ignore=request.ignore,
                paths=[os.fsencode(path) for path in request.paths],
                follow_ignore_files=request.follow_ignore_files,
                include_vendored=request.include_vendored,
                read_content=request.read_content,
                since_us=request.since_us,
                until_us=request.until_us,
                stamps=stamps,
                threads=self._threads,
            )
        except _native.ScanError as error:
            raise SourceError(request.target, str(error)) from error
        except ValueError as error:
            raise UsageError(str(error)) from error


def _next(walk: _native.Scan, target: str) -> bytes | None:
    try:
        return walk.next_batch(most=_BATCH, wait_ms=_WAIT_MS)
    except _native.ScanError as error:
        raise SourceError(target, str(error)) from error


def _read(text: bytes, read_bytes: int) -> ScanBatch:
    batch = orjson.loads(text)
    files = list(map(ScannedFile._make, batch["rows"]))
    return ScanBatch(files, batch["skipped"], read_bytes, batch["linked"], batch["taken"])
