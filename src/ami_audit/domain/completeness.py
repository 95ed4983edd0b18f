"""What a filter asks of a segment's index, and proofs of the whole answer.

A filter is a conjunction of terms; a term is a field and the intervals of keys it accepts. For each interval a run of
neighbouring leaves is shown: it begins at or before the interval and ends at or after it, so nothing between its ends
can be missing. The records that answer are those that every term's runs name.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final, NamedTuple

from ami_audit.domain.errors import MalformedError, UsageError
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.linkage import EMPTY_ROOT
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


def asked_of(wanted: AuditFilter) -> dict[str, str | int]:
    """Return a filter as a bundle says it: what is asked, by name; `limit`, `offset` and the order do not count.

    Raises:
        UsageError: The filter looks into texts, which no index can answer, or asks for what no record can hold.
    """
    if wanted.text is not None:
        raise UsageError("That no record holding a text was left out cannot be proven; leave `--text` out.")
    words = wanted.model_dump(mode="json", exclude_none=True, exclude={"limit", "offset", "newest_first", "text"})
    try:
        "".join(map(str, words.values())).encode()
    except UnicodeEncodeError as error:
        raise UsageError("What is asked for is not Unicode, so no record can hold it.") from error
    # A cursor before the first record asks for every record.
    return {name: value for name, value in words.items() if name != "after" or value >= 0}


def terms_of(asked: Mapping[str, str | int]) -> tuple[Term, ...]:
    """Return the terms of what is asked, in a fixed order; `after` and `before` are no terms but a window."""
    said = {name: str(value) for name, value in asked.items()}
    terms = [
        Term(name, (_exactly(said[name]),))
        for name in ("action", "actor", "run_id", "source", "target_type")
        if name in said
    ]
    if "severity" in said:
        terms.append(Term("severity", (_exactly(_weight(said["severity"])),)))
    if "min_severity" in said:
        terms.append(Term("severity", (Interval(_weight(said["min_severity"]).encode(), None),)))
    terms += [Term("target", _under(said[name])) for name in ("target", "module") if name in said]
    if "since" in said or "until" in said:
        high = said["until"].encode() if "until" in said else None
        terms.append(Term("timestamp", (Interval(said.get("since", "").encode(), high),)))
    return tuple(terms)


def window_of(asked: Mapping[str, str | int], *, first: int, end: int) -> range:
    """Return the sequences from `first` to before `end` that lie between the cursors."""
    after, before = int(asked.get("after", -1)), int(asked.get("before", end))
    return range(max(first, after + 1), max(min(end, before), 0))


def _weight(severity: str) -> str:
    return str(AuditSeverity(severity).weight)


def _exactly(value: str) -> Interval:
    return Interval(value.encode(), value.encode() + b"\x00")


def _under(place: str) -> tuple[Interval, ...]:
    root = place.rstrip("/").encode()
    return _exactly(root.decode()), Interval(root + b"/", root + b"0")


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
    if not is_whole or any(one >= other for one, other in pairwise(keys)):
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
