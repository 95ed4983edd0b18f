"""Which records a sample holds, and how likely it misses what was altered."""

import hashlib
from collections.abc import Iterator
from itertools import count as numbers
from math import prod

_TAG = b"ami-audit/sample/v1\n"
_SPAN = 1 << 64


def picked(seed: str, *, count: int, population: int) -> tuple[int, ...]:
    """Return `count` different numbers below `population`, ascending; the same for the same seed, on any machine.

    Every selection is as likely as any other. A draw is the first 8 bytes of SHA-256 over tag, seed, newline and a
    counter (u64 BE); the draws shuffle the front of the row 0, 1, 2, … (Fisher and Yates).
    """
    draws = _draws(seed)
    moved: dict[int, int] = {}
    for place in range(min(count, population)):
        other = place + _below(population - place, draws)
        moved[place], moved[other] = moved.get(other, other), moved.get(place, place)
    return tuple(sorted(moved[place] for place in range(min(count, population))))


def chance_of_missing(population: int, *, sampled: int, altered: int) -> float:
    """Return how likely none of `altered` records is among `sampled` ones (hypergeometric), from 0 to 1."""
    fewer, more = sorted((min(sampled, population), min(altered, population)))
    return prod(max(population - more - step, 0) / (population - step) for step in range(fewer))


def _draws(seed: str) -> Iterator[int]:
    for number in numbers():
        text = _TAG + seed.encode() + b"\n" + number.to_bytes(8, "big")
        yield int.from_bytes(hashlib.sha256(text).digest()[:8], "big")


def _below(bound: int, draws: Iterator[int]) -> int:
    """Return a number below `bound`; a draw that would favour the small ones is thrown away."""
    fair = _SPAN - _SPAN % bound
    return next(draw for draw in draws if draw < fair) % bound
