"""What runs on this machine, as it was seen at one time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic, sleep
from typing import Any

from ami_audit.adapters.sources.service.containers import Asker, Container, Engines, Usage
from ami_audit.adapters.sources.service.listening import Listener, listeners
from ami_audit.adapters.sources.service.processes import Process, running
from ami_audit.adapters.sources.service.units import Units, ask_systemd
from ami_audit.adapters.sources.service.work import Job, Work

_TURN_S = 0.02


@dataclass(frozen=True, slots=True)
class World:
    """What engines, systemd and the kernel told.

    Attributes:
        problems: What could not be asked: its name, and why.
        seen_at: When the first reading was taken, on the monotonic clock.
    """

    engines: Engines
    units: Units
    processes: Mapping[int, Process]
    listeners: Sequence[Listener]
    problems: Mapping[str, str] = field(default_factory=dict)
    seen_at: float = 0.0


def look(work: Work, asker: Asker, units: Sequence[str], *, timeout_s: float) -> World:
    """Look at everything once; engines and systemd are asked while processes are read."""
    engines = work.start(asker.ask)
    asked_units = work.start(lambda: ask_systemd(work, units, timeout_s=timeout_s))
    problems: dict[str, str] = {}
    processes: dict[int, Process] = {}
    found: list[Listener] = []
    seen_at = monotonic()
    try:
        processes = running()
        found = listeners(processes)
    except ImportError:
        problems["psutil"] = "psutil is not installed"
    except OSError as error:
        problems["ports"] = f"the kernel does not tell who listens: {error}"
    _wait(work, engines, asked_units)
    return World(
        engines=engines.result or Engines((), {}, {"engines": str(engines.error)}),
        units=asked_units.result or Units({}, str(asked_units.error)),
        processes=processes,
        listeners=found,
        problems=problems,
        seen_at=seen_at,
    )


def _wait(work: Work, *jobs: Job[Any]) -> None:
    # Each of them bounds its own waits; a closed work is waited for no longer.
    while not work.stopped.is_set() and not all(job.done for job in jobs):
        sleep(_TURN_S)


def far_usage(work: Work, asker: Asker, containers: Sequence[Container]) -> dict[str, Usage]:
    """Return what containers use whose processes are not of this machine, by their ids; asked all at once."""
    jobs = {item.id: work.start(partial(asker.usage, item)) for item in containers}
    _wait(work, *jobs.values())
    return {name: job.result for name, job in jobs.items() if job.done and job.result is not None}
