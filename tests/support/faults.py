"""Processes in which one system call fails, or that die in it: what the disk and the power can do to a writer."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any, NamedTuple

from tests.support.house import ROOT

_SOURCE = Path(__file__).with_name("faults.c")


class Kind(IntEnum):
    """What happens in the chosen call; the numbers are those of faults.c."""

    FAIL = 0
    DIE_BEFORE = 1
    DIE_WITHIN = 2
    DIE_AFTER = 3


class Fault(NamedTuple):
    """One fault: at which of the counted calls, what happens, and with which error."""

    at: int
    kind: Kind
    error: int = 0

    def __str__(self) -> str:
        """Return it as a test's name: `17-EIO`."""
        return f"{self.at}-{errno.errorcode[self.error] if self.error else self.kind.name}"


NONE = Fault(0, Kind.FAIL)


def faults_at(calls: Sequence[str]) -> list[Fault]:
    """Return every fault that one of these calls can meet: EIO, ENOSPC, death before it, and death in half a write.

    Death after a call is death before the next one, but for the last.
    """
    found: list[Fault] = []
    for at, call in enumerate(calls, 1):
        found += [Fault(at, Kind.FAIL, error) for error in (errno.EIO, errno.ENOSPC)]
        found.append(Fault(at, Kind.DIE_BEFORE))
        if call.startswith(("write", "pwrite")):
            found.append(Fault(at, Kind.DIE_WITHIN))
    return [*found, Fault(len(calls), Kind.DIE_AFTER)]


class Ending(NamedTuple):
    """How a process ended.

    Attributes:
        died: Whether it was killed in the chosen call.
        acknowledged: Record ids with their hashes, as they were acknowledged.
        asked: How many records it had asked to append when it ended.
        errors: What it was told, one sentence each.
        calls: The calls below the folder, in order: `pwrite audit.db-wal`.
    """

    died: bool
    acknowledged: dict[str, str]
    asked: int
    errors: tuple[str, ...]
    calls: tuple[str, ...]


@cache
def library() -> Path:
    """Return the library that is preloaded, built by the C compiler that the native core needs as well."""
    folder = ROOT / ".build" / "faults"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "faults.so"
    if not made.exists() or made.stat().st_mtime < _SOURCE.stat().st_mtime:
        draft = folder / f"faults-{os.getpid()}.so"
        command = ["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-fPIC", "-shared"]
        subprocess.run([*command, "-o", draft, _SOURCE, "-ldl"], check=True)
        draft.replace(made)
    return made


class Victims:
    """Starts processes that do one thing and meet one fault; each is a fork of one that has loaded everything."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, scenario: str, folder: Path, fault: Fault = NONE) -> Ending:
        """Return how a process ended that did `scenario` (see victim.py) in `folder` and met the fault."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"scenario": scenario, "folder": str(folder), **fault._asdict()}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"{scenario} in {folder}: the process that forks has ended"
        told: dict[str, Any] = json.loads(answer)
        return Ending(
            told["died"], dict(told["acknowledged"]), told["asked"], tuple(told["errors"]), tuple(told["calls"])
        )


@contextmanager
def victims() -> Iterator[Victims]:
    """Yield what starts victims; ended when the block is left."""
    environment = {**os.environ, "LD_PRELOAD": str(library()), "TMPDIR": gettempdir(), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.victim", library()],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Victims(process)
    finally:
        process.communicate()
        assert process.returncode == 0
