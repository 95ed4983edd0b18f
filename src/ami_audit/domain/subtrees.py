"""Which parts of the tree an RFC 6962 proof names, as ranges of leaves and as perfect subtrees."""

from collections.abc import Iterator
from typing import NamedTuple

Range = tuple[int, int]
"""Leaves from the first number on, up to before the second."""


class Subtree(NamedTuple):
    """A perfect subtree: the `position`-th, from the left, of those over 2^height leaves."""

    height: int
    position: int


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges whose roots prove the leaf at `index` in a tree of `size`, in the proof's order (2.1.1)."""
    first, end, ranges = 0, size, list[Range]()
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((first, middle))
            first = middle
    return ranges[::-1]


def consistency_ranges(old_size: int, new_size: int) -> list[Range]:
    """Return the ranges whose roots prove that the old tree begins the new one, in the proof's order (2.1.2).

    None are needed between equal sizes, nor from the empty tree.
    """
    if old_size == 0:
        return []
    first, end, ranges = 0, new_size, list[Range]()
    while old_size != end:
        middle = first + _split(end - first)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((first, middle))
            first = middle
    if first:  # the old tree itself is known to whoever checks; a part of it is not
        ranges.append((first, end))
    return ranges[::-1]


def subtrees(first: int, end: int) -> Iterator[Subtree]:
    """Yield the perfect subtrees that make up a range of a proof, from the left: the largest first."""
    while first < end:
        height = (end - first).bit_length() - 1
        yield Subtree(height, first >> height)
        first += 1 << height


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
