"""What a filter or a name means in SQL: names of columns and bindings only, never a caller's text."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from ami_audit.domain.moment import microseconds
from ami_audit.domain.query import AuditFilter

_WHOLE_HASH = 64
_SHORTEST_NAME = 6
LAST = (1 << 63) - 1
_HEX = re.compile("[0-9a-f]+")
_LAST_CHARACTER = "\U0010ffff"
_USUAL_SEVERITY = 1
_NONE: Mapping[str, Any] = MappingProxyType({})


class Reach(IntEnum):
    """What an index gives for a term: the rows of one value, in the trail's order; a range of values; nothing."""

    ONE = 0
    RANGE = 1
    ALL = 2


@dataclass(slots=True)
class Conditions:
    """A WHERE clause over the index `i`, growing term by term.

    Attributes:
        reach: How far the best index narrows the records down.
    """

    terms: list[str] = field(default_factory=list)
    bindings: dict[str, Any] = field(default_factory=dict)
    reach: Reach = Reach.ALL

    @property
    def where(self) -> str:
        """The clause; empty when nothing is asked."""
        return "WHERE " + " AND ".join(self.terms) if self.terms else ""

    def add(self, term: str, bindings: Mapping[str, Any] = _NONE, *, reach: Reach = Reach.ALL) -> None:
        """Ask for one thing more; `bindings` are the values that the term names."""
        self.terms.append(term)
        self.bindings.update(bindings)
        self.reach = min(self.reach, reach)


def conditions_of(wanted: AuditFilter) -> Conditions:
    """Return what a filter asks of the index: all of it but its text, limit, offset and order."""
    asked = Conditions()
    for part in _PARTS:
        part(wanted, asked)
    return asked


def named(name: str) -> Conditions | None:
    """Return what asks for the records of that name, or None when nothing can have it."""
    asked = Conditions()
    terms = ["i.record_id = :name"]
    if len(name) >= _SHORTEST_NAME:
        terms.append("(i.record_id >= :name AND i.record_id < :id_end)")
        digits = name.lower()
        if len(digits) <= _WHOLE_HASH and _HEX.fullmatch(digits):
            terms.append("i.record_hash BETWEEN :hash_low AND :hash_high")
            asked.bindings |= {
                "hash_low": bytes.fromhex(digits.ljust(_WHOLE_HASH, "0")),
                "hash_high": bytes.fromhex(digits.ljust(_WHOLE_HASH, "f")),
            }
        asked.bindings["id_end"] = name + _LAST_CHARACTER
    asked.add(f"({' OR '.join(terms)})", {"name": name})
    return asked if name and is_storable(name) else None


def is_storable(value: str) -> bool:
    """Return whether a text could stand in the trail: lone surrogates cannot."""
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _words(wanted: AuditFilter, asked: Conditions) -> None:
    for column in ("target_type", "action", "actor", "run_id", "source"):
        value = getattr(wanted, column)
        if value is None:
            continue
        if is_storable(value):
            asked.add(
                f"i.{column} = :{column}",
                {column: str(value)},
                reach=Reach.ALL if column in {"target_type", "source"} else Reach.ONE,
            )
        else:
            asked.add("0")


def _weight(wanted: AuditFilter, asked: Conditions) -> None:
    if wanted.severity is not None:
        _weigh(asked, "=", wanted.severity.weight)
    if wanted.min_severity is not None:
        _weigh(asked, ">=", wanted.min_severity.weight)


def _weigh(asked: Conditions, comparison: str, weight: int) -> None:
    # A weight is a small whole number of ours: written out, not bound.
    asked.add(f"i.severity {comparison} {weight}")
    if weight > _USUAL_SEVERITY or (comparison == "=" and weight != _USUAL_SEVERITY):
        # True anyway; said so that the planner may use the index, which leaves out the usual severity.
        asked.add(f"i.severity <> {_USUAL_SEVERITY}", reach=Reach.ONE if comparison == "=" else Reach.RANGE)


def _time(wanted: AuditFilter, asked: Conditions) -> None:
    if wanted.since is not None:
        asked.add("i.happened_us >= :since", {"since": microseconds(wanted.since)}, reach=Reach.RANGE)
    if wanted.until is not None:
        asked.add("i.happened_us < :until", {"until": microseconds(wanted.until)}, reach=Reach.RANGE)


def _place(wanted: AuditFilter, asked: Conditions) -> None:
    if wanted.after is not None:
        asked.add("i.sequence > :after", {"after": min(max(wanted.after, -1), LAST)})
    if wanted.before is not None:
        asked.add("i.sequence < :before", {"before": min(max(wanted.before, -1), LAST)})
    for name in ("target", "module"):
        place = getattr(wanted, name)
        if place is not None:
            _under(asked, place, name)


def _under(asked: Conditions, place: str, name: str) -> None:
    """Ask for a place and all below it: the range of its beginning, so that no character needs escaping."""
    if not is_storable(place):
        asked.add("0")
        return
    root = place.rstrip("/")
    after_slash = chr(ord("/") + 1)
    asked.add(
        f"(i.target = :{name} OR (i.target >= :{name}_from AND i.target < :{name}_to))",
        {name: root, f"{name}_from": root + "/", f"{name}_to": root + after_slash},
        reach=Reach.RANGE,
    )


_PARTS: tuple[Callable[[AuditFilter, Conditions], None], ...] = (_words, _weight, _time, _place)
