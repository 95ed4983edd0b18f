"""A snapshot of at least 300 processes, beside a loop over psutil that reads the same facts.

Ours reads them, the memory of each control group too, masks the command lines and makes drafts, ready to seal. The
loop is what psutil's own manual shows: `process_iter` with the names of what is wanted.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from duel import Duel, Line, Side
from outcome import begin, tell

from ami_audit.adapters.sources.service.drafts import process_draft
from ami_audit.adapters.sources.service.processes import running

_LEAST = 300
_WORDS = ["sh", "-c", "exec sleep 600 # --port 8080 --password hunter2 --workers=4"]
_ASKED = [
    "pid",
    "ppid",
    "name",
    "username",
    "cmdline",
    "status",
    "create_time",
    "cpu_times",
    "memory_info",
    "num_threads",
    "num_fds",
]


@contextmanager
def _crowd() -> Iterator[None]:
    """Have at least 300 processes while the block runs."""
    missing = max(0, _LEAST - len(psutil.pids()))
    children = [subprocess.Popen(_WORDS, stdin=subprocess.DEVNULL) for _ in range(missing)]
    try:
        yield
    finally:
        for child in children:
            child.kill()
        for child in children:
            child.wait()


def _ours() -> int:
    drafts = [process_draft(process, None) for process in running().values()]
    return len(drafts)


def _read_only() -> int:
    return len(running())


def _loop() -> int:
    found = [process.info for process in psutil.process_iter(_ASKED)]
    return len(found)


def _lines() -> list[Line]:
    sides = {
        "ours": Side("`running()`, masked, as drafts", _ours),
        "read": Side("`running()` alone", _read_only),
        "psutil": Side(f"`psutil.process_iter` {psutil.__version__}", _loop),
    }
    with _crowd():
        duel = Duel(sides, rounds=max(9, Duel(sides).rounds)).run()
    work = f"service snapshot, {duel.measures['ours'][0].units:,} processes"
    return [
        duel.line(work, "ours", "psutil", unit="processes", goal="<= 1.2"),
        duel.line(f"{work}, read only", "read", "psutil", unit="processes"),
    ]


if __name__ == "__main__":
    begin("services")
    tell("services", _lines())
    sys.stdout.flush()
