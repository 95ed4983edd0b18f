"""Processes of this machine, by psutil."""

import pwd
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from time import monotonic
from typing import Any, NamedTuple

from ami_audit.adapters.sources.service.cgroups import Groups, Memory, kernel_text
from ami_audit.adapters.sources.service.masking import masked_command


class Process(NamedTuple):
    """One process as it was seen.

    Attributes:
        command: Its program and arguments as they are; not for a record, see `shown`.
        cpu_s: Processor time it has used.
        at: When that was, on the monotonic clock.
        open_files: None when only its owner may know.
        memory: What its control group allows it; None when that cannot be known.
    """

    pid: int
    parent: int | None
    name: str
    user: str
    command: tuple[str, ...]
    status: str
    started_at: float
    cpu_s: float
    at: float
    memory_bytes: int | None
    threads: int | None
    open_files: int | None
    memory: Memory | None

    @property
    def shown(self) -> list[str]:
        """The command line with its secrets hidden."""
        return masked_command(self.command)


def running(groups: Groups | None = None) -> dict[int, Process]:
    """Return every process that can be seen, by its number; one that ends meanwhile is left out.

    Raises:
        ImportError: psutil is not installed.
    """
    import psutil

    known = groups or Groups()
    found: dict[int, Process] = {}
    for process in psutil.process_iter():
        try:
            with process.oneshot():
                found[process.pid] = _read(psutil, process, known)
        except psutil.Error:
            continue
    return found


def _read(psutil: Any, process: Any, groups: Groups) -> Process:
    times = process.cpu_times()
    at = monotonic()
    pid: int = process.pid
    return Process(
        pid,
        _parent(pid),
        process.name(),
        _user(process.uids().real),
        _command(psutil, process),
        str(process.status()),
        process.create_time(),
        times.user + times.system,
        at,
        process.memory_info().rss,
        process.num_threads(),
        _open_files(psutil, process),
        groups.memory_of(pid),
    )


def _parent(pid: int) -> int | None:
    """Return who started a process (proc_pid_stat(5)); psutil looks at the whole process again to answer that."""
    words = kernel_text(f"/proc/{pid}/stat").rpartition(b")")[2].split(None, 2)
    return int(words[1]) if len(words) > 1 else None


def _command(psutil: Any, process: Any) -> tuple[str, ...]:
    try:
        return tuple(process.cmdline())
    except (psutil.AccessDenied, psutil.ZombieProcess):
        return ()


def _open_files(psutil: Any, process: Any) -> int | None:
    try:
        count: int = process.num_fds()
    except (psutil.AccessDenied, psutil.ZombieProcess):
        return None
    return count


@cache
def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid:{number}"


def cpu_percent(before: Mapping[int, Process], numbers: Iterable[int]) -> dict[int, float]:
    """Return how much of one processor each process has used since it was seen; 100 is one processor whole.

    The longer ago that is, the truer the figure. A process that has ended, or whose number another one now has, is
    left out.
    """
    import psutil

    found: dict[int, float] = {}
    for number in numbers:
        seen = before[number]
        try:
            process = psutil.Process(number)
            if process.create_time() != seen.started_at:
                continue
            times = process.cpu_times()
        except psutil.Error:
            continue
        span_s = monotonic() - seen.at
        if span_s > 0:
            found[number] = round(100 * max(0.0, times.user + times.system - seen.cpu_s) / span_s, 1)
    return found


def working_folder(pid: int) -> str | None:
    """Return where a process stands; None when only its owner may know."""
    import psutil

    try:
        place: str = psutil.Process(pid).cwd()
    except psutil.Error:
        return None
    return place


def families(processes: Mapping[int, Process], roots: Iterable[int]) -> set[int]:
    """Return the numbers of processes and of all that they have started."""
    children: dict[int, list[int]] = {}
    for process in processes.values():
        if process.parent is not None:
            children.setdefault(process.parent, []).append(process.pid)
    return set(_below(children, [number for number in roots if number in processes]))


def _below(children: Mapping[int, list[int]], waiting: list[int]) -> Iterator[int]:
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number not in seen:
            seen.add(number)
            yield number
            waiting += children.get(number, [])
