"""What a filter asks of a segment's index, and proofs of the whole answer.

A filter is a conjunction of terms; a term is a field and the intervals of keys it accepts. For each interval a run of
neighbouring leaves is shown: it begins at or before the interval and ends at or after it, so nothing between its ends
can be missing. The records that answer are those that every term's runs name.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from ami_audit.domain.errors import MalformedError
from ami_audit.domain.linkage import EMPTY_ROOT
from ami_audit.domain.moment import written
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.segment import FieldRoot, keys_of


class Interval(NamedTuple):
    """Keys from `low` to before `high`; without `high` to the end."""

    low: bytes
    high: bytes | None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, bytes) and self.low <= key and (self.high is None or key < self.high)


class Term(NamedTuple):
    """One field, and the keys of it that are asked for."""

    field: str
    intervals: tuple[Interval, ...]


class Leaf(NamedTuple):
    """One key and the records that have it, ascending."""

    key: bytes
    sequences: tuple[int, ...]

    def hash(self) -> bytes:
        """Return the leaf's hash (RFC 6962 section 2.1)."""
        data = b"\x02" + len(self.key).to_bytes(4) + self.key + len(self.sequences).to_bytes(4)
        return sha256(b"\x00" + data + b"".join(number.to_bytes(8) for number in self.sequences)).digest()


class Run(NamedTuple):
    """Neighbouring leaves of a field, from the leaf `start` on, and the hashes that lead from them to the root.

    The hashes are those of the largest subtrees beside the run, from left to right.
    """

    start: int
    leaves: tuple[Leaf, ...]
    hashes: tuple[bytes, ...]


KEY_RECORDS: Final = Term("action", (Interval(b"key.", b"key/"),))
"""What finds every record that says something about a key, but for the first of the trail."""


def terms_of(wanted: AuditFilter) -> tuple[Term, ...]:
    """Return the terms of a filter, in a fixed order; `after` and `before` are no terms.

    Raises:
        MalformedError: The filter looks into texts, which no index can answer.
    """
    if wanted.text is not None:
        raise MalformedError("", "that no record holding a text was left out cannot be proven; leave `--text` out")
    terms = [
        _exactly(name, str(value))
        for name in ("action", "actor", "run_id", "source", "target_type")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.severity is not None:
        terms.append(_exactly("severity", str(wanted.severity.weight)))
    if wanted.min_severity is not None:
        terms.append(Term("severity", (Interval(str(wanted.min_severity.weight).encode(), None),)))
    terms += [_under(place) for place in (wanted.target, wanted.module) if place is not None]
    if wanted.since is not None or wanted.until is not None:
        low = written(wanted.since).encode() if wanted.since is not None else b""
        terms.append(Term("timestamp", (Interval(low, written(wanted.until).encode() if wanted.until else None),)))
    return tuple(terms)


def _exactly(field: str, value: str) -> Term:
    key = value.encode("utf-8", "surrogatepass")
    return Term(field, (Interval(key, key + b"\x00"),))


def _under(place: str) -> Term:
    root = place.rstrip("/").encode("utf-8", "surrogatepass")
    return Term("target", (Interval(root, root + b"\x00"), Interval(root + b"/", root + b"0")))


def leaves_of(column: bytes, first: int) -> list[Leaf]:
    """Return the leaves of a column whose first record has the sequence `first`, in the order of their keys."""
    places: dict[bytes, list[int]] = {}
    for sequence, key in enumerate(keys_of(column), start=first):
        if key is not None:
            places.setdefault(key, []).append(sequence)
    return [Leaf(key, tuple(places[key])) for key in sorted(places)]


def run_for(leaves: Sequence[Leaf], interval: Interval, *, hashes: Sequence[bytes]) -> Run:
    """Return the shortest run that shows all of an interval.

    Args:
        leaves: All leaves of the field, in the order of their keys.
        interval: What is asked for.
        hashes: The leaves' hashes.
    """
    inside = [index for index, leaf in enumerate(leaves) if leaf.key in interval]
    before = sum(leaf.key < interval.low for leaf in leaves)
    start = max(before - 1, 0)
    end = min((inside[-1] + 1 if inside else before) + 1, len(leaves))
    return Run(start, tuple(leaves[start:end]), tuple(_beside(hashes, start, end=end)))


def shown(run: Run, interval: Interval, *, of: FieldRoot) -> frozenset[int]:
    """Return all records of the segment whose key is in the interval, as the run proves.

    Raises:
        MalformedError: The run does not prove it.
    """
    keys = [leaf.key for leaf in run.leaves]
    end = run.start + len(keys)
    is_whole = (run.start == 0 or (keys and keys[0] < interval.low)) and (
        end == of.keys or (keys and interval.high is not None and keys[-1] >= interval.high)
    )
    if not is_whole or any(one >= other for one, other in zip(keys, keys[1:], strict=False)):
        raise MalformedError("", "a run of keys does not reach from one end of what is asked for to the other")
    if _root(run, of.keys) != of.root:
        raise MalformedError("", "a run of keys does not lead to the root that was sealed")
    return frozenset(number for leaf in run.leaves if leaf.key in interval for number in leaf.sequences)


def _beside(hashes: Sequence[bytes], start: int, *, end: int) -> Iterable[bytes]:
    """Yield the roots of the largest subtrees outside [start, end), from left to right."""

    def walk(low: int, high: int) -> Iterable[bytes]:
        if high <= start or low >= end:
            yield _root_over(hashes[low:high])
        elif not start <= low <= high <= end:
            middle = low + _split(high - low)
            yield from walk(low, middle)
            yield from walk(middle, high)

    return walk(0, len(hashes)) if hashes else ()


def _root(run: Run, size: int) -> bytes | None:
    """Return the root over `size` leaves that a run leads to, or None when it leads to none."""
    end = run.start + len(run.leaves)
    beside, inside = iter(run.hashes), iter(run.leaves)

    def walk(low: int, high: int) -> bytes:
        if high <= run.start or low >= end:
            return next(beside)
        if high - low == 1:
            return next(inside).hash()
        middle = low + _split(high - low)
        left = walk(low, middle)
        return sha256(b"\x01" + left + walk(middle, high)).digest()

    if end > size or size == 0:
        return EMPTY_ROOT if size == end == len(run.hashes) == 0 else None
    try:
        root = walk(0, size)
    except StopIteration:
        return None
    return root if next(beside, None) is None else None


def _root_over(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    middle = _split(len(hashes))
    return sha256(b"\x01" + _root_over(hashes[:middle]) + _root_over(hashes[middle:])).digest()


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1
