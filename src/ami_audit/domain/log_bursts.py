"""When errors came much more often than else."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

# Fewer than so many in a bucket are no burst, however quiet it is else.
_LEAST = 10
_TIMES = 5.0


class Rate(NamedTuple):
    """One bucket of time: where it begins (microseconds since 1970), and its events, warnings, and errors or worse."""

    start_us: int
    events: int
    warnings: int
    errors: int


class Burst(NamedTuple):
    """A span of buckets with far more errors than the rest.

    Attributes:
        start_us: Where it begins.
        end_us: Where it ends; not included.
        errors: Errors (with `is_warnings` warnings) in it.
        peak_us: The bucket with the most of them.
        peak: How many these are.
        usual: How many a bucket has on average outside bursts.
        is_warnings: It is one of warnings.
    """

    start_us: int
    end_us: int
    errors: int
    peak_us: int
    peak: int
    usual: float
    is_warnings: bool = False

    def touches(self, other: "Burst", *, within_us: int) -> bool:
        """Return whether two bursts overlap, or are no further apart than that."""
        return self.start_us <= other.end_us + within_us and other.start_us <= self.end_us + within_us


def bursts(rates: Sequence[Rate], bucket_s: int) -> list[Burst]:
    """Return the bursts of errors, and of warnings where no error came in a burst, in the order of time.

    A bucket belongs to a burst when it has at least ten, five times the usual number, and more than chance (four
    standard deviations of a Poisson process) makes of the usual one. What is usual is the mean of all buckets between
    the first and the last, empty ones included, those of bursts left out; a log shorter than five buckets has no usual.
    """
    width_us = bucket_s * 1_000_000
    found = _found({rate.start_us: rate.errors for rate in rates}, width_us, _span(rates, width_us))
    if found:
        return found
    warnings = _found({rate.start_us: rate.warnings for rate in rates}, width_us, _span(rates, width_us))
    return [burst._replace(is_warnings=True) for burst in warnings]


def _span(rates: Sequence[Rate], width_us: int) -> int:
    """Return how many buckets lie between the first and the last."""
    if not rates:
        return 0
    starts = [rate.start_us for rate in rates]
    return (max(starts) - min(starts)) // width_us + 1


def _found(counts: dict[int, int], width_us: int, span: int) -> list[Burst]:
    if span < 5:
        return []
    high: set[int] = set()
    usual = sum(counts.values()) / span
    # What stands out raises the mean: look again without it, until nothing more stands out.
    while more := {start for start, count in counts.items() if start not in high and _stands_out(count, usual)}:
        high |= more
        usual = sum(count for start, count in counts.items() if start not in high) / max(1, span - len(high))
    return [_burst(run, counts, width_us=width_us, usual=usual) for run in _runs(sorted(high), width_us)]


def _stands_out(count: int, usual: float) -> bool:
    return count >= _LEAST and count >= _TIMES * usual and count > usual + 4 * sqrt(usual)


def _runs(starts: Sequence[int], width_us: int) -> list[list[int]]:
    """Return the buckets grouped where they follow each other; one quiet bucket between does not part them."""
    runs: list[list[int]] = []
    for start in starts:
        if runs and start - runs[-1][-1] <= 2 * width_us:
            runs[-1].append(start)
        else:
            runs.append([start])
    return runs


def _burst(run: Sequence[int], counts: dict[int, int], *, width_us: int, usual: float) -> Burst:
    end = run[-1] + width_us
    inside = sum(count for start, count in counts.items() if run[0] <= start < end)
    peak = max(run, key=lambda start: (counts[start], -start))
    return Burst(run[0], end, inside, peak, counts[peak], usual)
