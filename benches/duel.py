"""Measures ours and a peer in turn, in one run, and says how they compare.

A machine gets faster and slower while it measures, so each round runs everybody once, the order turned round every
time, and only figures of one round are divided by each other; the median of those ratios counts.
"""

import gc
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

ROUNDS = max(5, int(os.environ.get("AMI_BENCH_ROUNDS", "5")))


def nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Side:
    """One who is measured.

    Attributes:
        name: What runs, exactly enough to run it again.
        work: Does it, and returns how many units were done.
        prepare: Comes before each measurement and is not measured.
    """

    name: str
    work: Callable[[], int]
    prepare: Callable[[], object] = nothing


class Measure(NamedTuple):
    """One measurement; `cpu_s` is user and system time of this process and the children it waited for."""

    wall_s: float
    cpu_s: float
    units: int


@dataclass(frozen=True)
class Line:
    """One line of the table: ours against one peer.

    Attributes:
        work: What is done.
        ours: How we do it.
        peer: Against what; empty when nothing is the measure.
        unit: What is counted.
        goal: What the ratio should be: `>= 25`, `<= 1.0`, or milliseconds (`<= 120 ms`); empty when it only informs.
        ratio: Peer's time for a unit divided by ours (`>=` lines) or ours divided by the peer's (`<=` lines).
        lowest: The smallest ratio of a round.
        highest: The largest.
        cpu_ratio: The same of processor time.
        our_rate: Units a second.
        peer_rate: Units a second.
    """

    work: str
    ours: str
    peer: str
    unit: str
    goal: str
    ratio: float
    lowest: float
    highest: float
    cpu_ratio: float
    our_rate: float
    peer_rate: float
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None when there is none."""
        if not self.goal:
            return None
        relation, value, *unit = self.goal.split()
        found = 1000 / self.our_rate if unit else self.ratio
        return found >= float(value) if relation == ">=" else found <= float(value)

    def as_dict(self) -> dict[str, Any]:
        """Return the line as JSON values."""
        return asdict(self)


@dataclass
class Duel:
    """Runs everybody in turn; `lines` then compares any two.

    Attributes:
        sides: Everybody, by a short key.
        rounds: How often each runs, after one run that is not counted.
    """

    sides: dict[str, Side]
    rounds: int = ROUNDS
    measures: dict[str, list[Measure]] = field(default_factory=dict)

    def run(self) -> "Duel":
        """Measure, and return itself."""
        self.measures = {key: [] for key in self.sides}
        for key in self.sides:
            _measured(self.sides[key])
        for number in range(self.rounds):
            for key in _turned(list(self.sides), by=number):
                self.measures[key].append(_measured(self.sides[key]))
        return self

    def line(self, work: str, ours: str, peer: str = "", *, unit: str, goal: str = "", note: str = "") -> Line:
        """Return how two of the sides compare; without `peer` only ours is told."""
        first, second = self.measures[ours], self.measures[peer or ours]
        is_time = goal.startswith("<=")
        walls = sorted(_ratio(a, b, of="wall_s", is_time=is_time) for a, b in zip(first, second, strict=True))
        cpus = [_ratio(a, b, of="cpu_s", is_time=is_time) for a, b in zip(first, second, strict=True)]
        return Line(
            work,
            self.sides[ours].name,
            self.sides[peer].name if peer else "",
            unit,
            goal,
            median(walls),
            walls[0],
            walls[-1],
            median(cpus),
            median(measure.units / measure.wall_s for measure in first),
            median(measure.units / measure.wall_s for measure in second),
            note,
        )


def _turned(keys: Sequence[str], *, by: int) -> list[str]:
    start = by % len(keys)
    return [*keys[start:], *keys[:start]]


def _measured(side: Side) -> Measure:
    side.prepare()
    gc.collect()
    cpu, began = _cpu_s(), perf_counter()
    units = side.work()
    wall_s = perf_counter() - began
    return Measure(wall_s, max(_cpu_s() - cpu, 1e-9), units)


def _cpu_s() -> float:
    """Return processor time so far; `os.times` counts in hundredths, which is coarse for a short measurement."""
    spent = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def _ratio(ours: Measure, peer: Measure, *, of: str, is_time: bool) -> float:
    own, other = getattr(ours, of) / ours.units, getattr(peer, of) / peer.units
    return float(own / other if is_time else other / own)
