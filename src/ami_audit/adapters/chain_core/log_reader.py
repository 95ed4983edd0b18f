"""The reading of logs by the compiled core."""

import os
from collections.abc import Generator
from typing import Any

import orjson

from ami_audit.adapters.chain_core import _native
from ami_audit.domain.errors import SourceError, UsageError
from ami_audit.ports.log_reader import LogBatch, LogEvent, LogId, LogRequest, LogSummary, TemplateCount

_BATCH = 2048
# How long a reading that is busy keeps its caller waiting.
_WAIT_MS = 50


class NativeLogReader:
    """`LogReader` in Rust: its own threads read, parse and count ahead of whoever asks."""

    def __init__(self, *, threads: int | None = None) -> None:
        """Args: `threads` parse; None means one a core."""
        self._threads = threads or min(len(os.sched_getaffinity(0)), 8)

    def read(self, request: LogRequest) -> Generator[LogBatch]:
        """Yield what the files hold, in the order of files and lines.

        Raises:
            SourceError: The reading broke off.
            UsageError: The request makes no sense.
        """
        reading = self._open(request)
        try:
            while (rows := _next(reading)) is not None:
                yield _batch(orjson.loads(rows), reading.read_bytes())
        finally:
            reading.close()

    def version(self) -> str:
        """Return the version of the compiled reader."""
        return _native.LogReading.VERSION

    def _open(self, request: LogRequest) -> _native.LogReading:
        try:
            return _native.LogReading(
                [os.fsencode(path) for path in request.paths],
                level=request.level.value if request.level else None,
                since_us=request.since_us,
                until_us=request.until_us,
                year=request.year,
                zone=request.zone,
                events=request.events,
                messages=request.messages,
                bucket_s=request.bucket_s,
                similarity=request.similarity,
                max_templates=request.max_templates,
                samples=request.samples,
                max_ids=request.max_ids,
                names=request.names,
                whole=request.whole,
                digest=request.digest,
                threads=self._threads,
            )
        except ValueError as error:
            raise UsageError(str(error)) from error


def _next(reading: _native.LogReading) -> bytes | None:
    try:
        return reading.next_batch(most=_BATCH, wait_ms=_WAIT_MS)
    except _native.LogReadingError as error:
        raise SourceError("logs", str(error)) from error


def _batch(rows: dict[str, Any], read_bytes: int) -> LogBatch:
    return LogBatch(
        list(map(LogEvent._make, rows["events"])),
        list(map(_summary, rows["summaries"])),
        dict(rows["templates"]),
        read_bytes,
    )


def _summary(row: list[Any]) -> LogSummary:
    summary = LogSummary._make(row)
    return summary._replace(
        samples=[(line, why, text) for line, why, text in summary.samples],
        templates=list(map(TemplateCount._make, summary.templates)),
        ids=list(map(LogId._make, summary.ids)),
        rates=[(at_us, events, warnings, errors) for at_us, events, warnings, errors in summary.rates],
        faults=[(kind, reason) for kind, reason in summary.faults],
    )
