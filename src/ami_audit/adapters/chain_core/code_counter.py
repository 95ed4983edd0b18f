"""Counting code by the compiled core."""

import os
from collections.abc import Generator

import orjson

from ami_audit.adapters.chain_core import _native
from ami_audit.domain.errors import SourceError, UsageError
from ami_audit.ports.code_counter import CodeCount, CodeRequest

# How long a count keeps its caller waiting.
_WAIT_MS = 50


class NativeCodeCounter:
    """`CodeCounter` in Rust, with the tables of the `tokei` library."""

    def __init__(self, *, threads: int | None = None) -> None:
        """Args: `threads` read and count; None means one a core."""
        self._threads = threads or min(len(os.sched_getaffinity(0)), 8)

    def count(self, request: CodeRequest) -> Generator[int, None, CodeCount]:
        """Yield how many files are done, and return the count.

        Raises:
            SourceError: The target is no folder that can be opened.
            UsageError: A line to ignore is no pattern.
        """
        count = self._open(request)
        try:
            while (told := count.result(wait_ms=_WAIT_MS)) is None:
                yield count.files()
        except _native.CodeCountError as error:
            raise SourceError(request.target, str(error)) from error
        finally:
            count.close()
        return _read(told)

    def version(self) -> str:
        """Return the version of the library that tells code from comments."""
        return _native.CodeCount.VERSION

    def _open(self, request: CodeRequest) -> _native.CodeCount:
        try:
            return _native.CodeCount(
                os.fsencode(request.target),
                ignore=request.ignore,
                follow_ignore_files=request.follow_ignore_files,
                include_vendored=request.include_vendored,
                largest_bytes=request.largest_bytes,
                least_lines=request.least_lines,
                threads=self._threads,
            )
        except _native.CodeCountError as error:
            raise SourceError(request.target, str(error)) from error
        except ValueError as error:
            raise UsageError(str(error)) from error


def _read(told: bytes) -> CodeCount:
    count = orjson.loads(told)
    skipped = [(path, why) for path, why in count["skipped"]]
    return CodeCount(count["languages"], count["largest"], skipped, count["duplication"])
