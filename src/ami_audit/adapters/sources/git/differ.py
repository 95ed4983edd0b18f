"""Line counts and renames of many commits: several git processes share the history, answers keep its order."""

import os
import secrets
from collections import deque
from collections.abc import Iterator, Sequence

from ami_audit.adapters.sources.git.changes import Changes, changes_of
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.adapters.sources.git.screening import COUNTED, NAMED, Committed, Screening, tokens_of
from ami_audit.ports.history_parser import HistoryParser

_MOST_WORKERS = 8
# Chunks a worker has before it while its first one is read: it must not idle when we are not given the processor.
_AHEAD = 16
# Chunks in a row for one worker: neighbouring commits have files in common, which git then need not unpack again.
_IN_A_ROW = 8


# Output of one chunk that is read in one go; what is longer is read word by word.
_LONGEST_BLOCK = 8 << 20


class _DiedError(Exception):
    """A worker ended before its chunk did."""


class _Worker:
    """One `git diff-tree` that reads hashes and writes changes for as long as it is asked."""

    def __init__(self, plumbing: Plumbing, command: Sequence[str], parser: HistoryParser | None) -> None:
        self._plumbing = plumbing
        self._command = command
        self._parser = parser
        # A line that is no hash is echoed and makes git flush; nobody can have put this one into a path beforehand.
        self._mark = f"end-{secrets.token_hex(12)}\n"
        self._chunks: deque[Sequence[Committed]] = deque()
        self._start()

    def _start(self) -> None:
        self._child = self._plumbing.start(*self._command)
        self._rest = b""
        for chunk in self._chunks:
            self._send(chunk)

    def _send(self, chunk: Sequence[Committed]) -> None:
        # Packs hold the newest version whole and older ones as differences from it: backwards costs git a tenth less.
        names = (f"{commit.name}\n" for commit in reversed(chunk))
        self._child.send("".join((*names, self._mark)).encode())

    def submit(self, chunk: Sequence[Committed]) -> None:
        """Put one chunk at the end of the queue."""
        self._chunks.append(chunk)
        self._send(chunk)

    def collect(self) -> dict[str, Changes] | None:
        """Return the changes of the oldest chunk; None when git died over it (and was started again)."""
        self._chunks.popleft()
        try:
            block = self._block() if self._parser is not None else None
            if self._parser is None or block is None:
                return dict(changes_of(self._tokens()))
            return dict(_read(block, self._parser))
        except _DiedError:
            self._plumbing.stop(self._child)
            self._start()
            return None

    def _block(self) -> bytes | None:
        """Return the output for one chunk; None when it is too long to be held at once."""
        mark, buffer, looked = self._mark.encode(), bytearray(self._rest), 0
        while (end := buffer.find(mark, looked)) < 0:
            if len(buffer) > _LONGEST_BLOCK:
                self._rest = bytes(buffer)
                return None
            looked = max(0, len(buffer) - len(mark))
            more = self._child.receive()
            if not more:
                raise _DiedError
            buffer += more
        self._rest = bytes(buffer[end + len(mark) :])
        return bytes(buffer[:end])

    def _tokens(self) -> Iterator[str]:
        mark, rest = self._mark.encode(), self._rest
        while (end := rest.find(mark)) < 0:
            whole, _, rest = rest.rpartition(b"\0")
            yield from tokens_of(whole)
            more = self._child.receive()
            if not more:
                raise _DiedError
            rest += more
        self._rest = rest[end + len(mark) :]
        yield from tokens_of(rest[:end])


def _read(block: bytes, parser: HistoryParser) -> Iterator[tuple[str, Changes]]:
    for row in parser.changes(block):
        if row.entries is not None:
            yield row.name, Changes.of(row, row.entries)
        else:
            yield from changes_of(tokens_of(block[row.begin : row.end]))


class Differ:
    """Counts the changes of chunks of commits: hand in some chunks ahead, take them out in the same order."""

    def __init__(self, plumbing: Plumbing, *, counts_lines: bool = True, parser: HistoryParser | None = None) -> None:
        """Take the repository; nothing is started before the first chunk.

        Args:
            plumbing: Where the objects are.
            counts_lines: Count lines and look for renames; else only names and what was done, and no file is read.
            parser: Reads git's output; None: it is read here, several times as slowly.
        """
        self._plumbing = plumbing
        self._parser = parser
        self._counts_lines = counts_lines
        self._size = min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
        self._workers: list[_Worker] = []
        self._queue: deque[tuple[_Worker, Sequence[Committed]] | None] = deque()
        self._next = 0
        self._screening: Screening | None = None

    @property
    def ahead(self) -> int:
        """How many chunks should be handed in before the first is taken out, so that no process is idle."""
        return _AHEAD * self._size

    def submit(self, chunk: Sequence[Committed]) -> None:
        """Hand in commits, at most some hundreds; merges and commits without a readable parent are not for this."""
        if not chunk:
            self._queue.append(None)
            return
        worker = self._worker()
        worker.submit(chunk)
        self._queue.append((worker, chunk))

    def collect(self) -> dict[str, Changes]:
        """Return the changes of the oldest chunk by hash; a commit that changed nothing is left out."""
        waiting = self._queue.popleft()
        if waiting is None:
            return {}
        worker, chunk = waiting
        found = worker.collect()
        return self._screened(chunk) if found is None else found

    def _worker(self) -> _Worker:
        turn = self._next // _IN_A_ROW % self._size
        self._next += 1
        if turn == len(self._workers):
            self._workers.append(_Worker(self._plumbing, COUNTED if self._counts_lines else NAMED, self._parser))
        return self._workers[turn]

    def _screened(self, chunk: Sequence[Committed]) -> dict[str, Changes]:
        if self._screening is None:
            self._screening = Screening(self._plumbing, counts_lines=self._counts_lines)
        return self._screening.changes(chunk)
