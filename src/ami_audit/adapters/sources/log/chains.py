"""Finds logs that chain their own lines by hashes, and checks them."""

import bz2
import gzip
import json
import lzma
import os
import stat
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from itertools import count
from typing import IO, Any, cast

from ami_audit.adapters.sources.log import findings
from ami_audit.adapters.sources.log.discovery import LogFile
from ami_audit.adapters.sources.log.values import digest
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType, Outcome
from ami_audit.domain.log_chain import ChainFault, ForeignChain, LineChain, chain_form, entry_chain, linked

ACTION = "log.chain"
_FIRST_LINES = 10
# Lines between two turns of the caller.
_TURN = 10_000
_LONGEST_LINE = 1 << 20
_LARGEST_LIST = 64 << 20
_MOST_FINDINGS = 20
_UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


def checked_chains(files: Sequence[LogFile]) -> Iterator[tuple[LogFile, ForeignChain] | None]:
    """Yield each file that is a chain with what its chain says, and None every now and then: the caller's turn to stop.

    What cannot be opened or is damaged is told by whoever reads the file as a log, and is not a chain here.
    """
    for file in files:
        chain = None
        with suppress(*_UNREADABLE):
            chain = yield from _checked(file)
        yield None if chain is None else (file, chain)


def chain_drafts(found: Sequence[tuple[LogFile, ForeignChain]], source: str) -> Iterator[AuditDraft]:
    """Yield a draft for each chain: what was checked, and each check that failed."""
    between = linked({file.target: chain for file, chain in found})
    for file, chain in found:
        fault = between.get(file.target)
        yield _draft(file, chain, (*((fault,) if fault else ()), *chain.faults))._replace(source=source)


def _draft(file: LogFile, chain: ForeignChain, faults: Sequence[ChainFault]) -> AuditDraft:
    context = {
        "form": chain.form,
        "rule": chain.rule or "unknown: the entries' own hashes were not checked",
        "entries": chain.entries,
        "starts_from": chain.starts_from[:80],
        "begins_a_chain": chain.is_first,
        "ends_with": chain.ends_with[:80],
        "sealed": chain.is_sealed,
        "holds": not faults,
        "faults": [
            {"line": fault.line, "check": fault.check, "expected": fault.expected, "found": fault.found}
            for fault in faults
        ],
        "fault_count": chain.fault_count + len(faults) - len(chain.faults),
    }
    return AuditDraft(
        action=ACTION,
        target=file.target,
        target_type=AuditTargetType.LOG,
        source="",
        actor="unknown",
        outcome=Outcome.FAILURE if faults else Outcome.SUCCESS,
        context=context,
        findings=tuple(findings.chain_fault(file.target, fault) for fault in faults[:_MOST_FINDINGS]),
        observed=digest(context),
    )


def _checked(file: LogFile) -> Generator[None, None, ForeignChain | None]:
    with closing(_opened(file.path)) as stream:
        form = "hashed list" if stream.peek(1)[:1] == b"[" else chain_form(_first_lines(stream))  # type: ignore[attr-defined]
        if not form:
            return None
        stream.seek(0)
        if form == "prev_hash lines":
            return (yield from _of_lines(stream))
        entries = _listed(stream) if form == "hashed list" else list(_entries(stream))
        is_chain = any(isinstance(entry, dict) and {"previous_hash", "hash"} <= entry.keys() for entry in entries)
        return entry_chain(entries) if is_chain else None


def _first_lines(stream: IO[bytes]) -> list[bytes]:
    lines = [stream.readline(_LONGEST_LINE) for _ in range(_FIRST_LINES)]
    return [line for line in lines if line.strip()]


def _of_lines(stream: IO[bytes]) -> Generator[None, None, ForeignChain]:
    chain = LineChain()
    for number in count():
        line = stream.readline(_LONGEST_LINE)
        if not line:
            break
        while not line.endswith(b"\n") and (more := stream.readline(_LONGEST_LINE)) and len(line) < _LARGEST_LIST:
            line += more
        chain.add(line)
        if number % _TURN == 0:
            yield
    return chain.result()


def _listed(stream: IO[bytes]) -> list[Any]:
    text = stream.read(_LARGEST_LIST + 1)
    if len(text) > _LARGEST_LIST or b'"previous_hash"' not in text:
        return []
    try:
        found = json.loads(text)
    except RecursionError:
        return []
    return found if isinstance(found, list) else []


def _entries(stream: IO[bytes]) -> Iterator[Any]:
    left = _LARGEST_LIST
    while left > 0 and (line := stream.readline(_LONGEST_LINE)):
        left -= len(line)
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield None


def _opened(path: str) -> IO[bytes]:
    """Return the file's bytes, decompressed; only a regular file is ever opened for good."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is not a regular file")
    raw = os.fdopen(descriptor, "rb")
    start = raw.peek(6)[:6]
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", _Owning(gzip.GzipFile(fileobj=raw), raw))
    if start.startswith(b"BZh"):
        return cast("IO[bytes]", _Owning(bz2.BZ2File(raw), raw))
    if start.startswith(b"\xfd7zXZ"):
        return cast("IO[bytes]", _Owning(lzma.LZMAFile(raw), raw))
    return raw


class _Owning:
    """A decompressed stream that closes the file below it too."""

    def __init__(self, stream: Any, below: IO[bytes]) -> None:
        self._stream = stream
        self._below = below

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def close(self) -> None:
        self._stream.close()
        self._below.close()
