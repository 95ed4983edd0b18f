"""Many files blamed at once: as many git processes as there are processors, answers in the order of the files."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.adapters.sources.git.screening import ALWAYS, tokens_of

_MOST_WORKERS = 8
# Files that may be finished before their turn: one long one must not keep the others waiting.
_AHEAD = 8
_LOOK_S = 0.05

T = TypeVar("T")


def side_by_side(plumbing: Plumbing, work: Callable[[str], T], paths: Iterable[str]) -> Iterator[T]:
    """Yield `work` of each path in order, several at a time; closing the iterator ends the git processes at once."""
    workers = min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="blame")
    rest = iter(paths)
    waiting: deque[Future[T]] = deque(pool.submit(work, path) for path in islice(rest, workers * _AHEAD))
    try:
        while waiting:
            answer = waiting.popleft().result()
            waiting.extend(pool.submit(work, path) for path in islice(rest, 1))
            yield answer
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        # A thread may start git between two looks.
        while wait(waiting, timeout=_LOOK_S).not_done:
            plumbing.interrupt()
        pool.shutdown(wait=True)


def files_at(plumbing: Plumbing, commit: str, specs: Sequence[bytes]) -> list[str]:
    """Return the text files that a commit has where the pathspecs say, in order; links and submodules have no lines."""
    empty = plumbing.run("hash-object", "-t", "tree", "--stdin").output.decode("ascii").strip()
    command: tuple[str | bytes, ...] = (
        "diff-tree",
        *ALWAYS,
        "--no-renames",
        "--raw",
        "--numstat",
        empty,
        commit,
        "--",
        *specs,
    )
    finished = plumbing.run(*command)
    if finished.status != 0:
        # A content is missing: what is binary then shows itself later.
        finished = plumbing.run(*(word for word in command if word != "--numstat"))
    regular: list[str] = []
    binary: set[str] = set()
    tokens = tokens_of(finished.output)
    for token in tokens:
        if token[0] == ":":
            path = next(tokens, "")
            regular += [path] if token.split(" ")[1].startswith("100") else []
        elif token.startswith("-\t-\t"):
            binary.add(token[4:])
    return [path for path in regular if path not in binary]
