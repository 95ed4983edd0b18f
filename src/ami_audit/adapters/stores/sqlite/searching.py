"""Which records a filter, a name or a fact asks for, found through the index."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from ami_audit.adapters.stores.sqlite.conditions import LAST, Conditions, Reach, conditions_of, named
from ami_audit.adapters.stores.sqlite.disclosures import FIRST_WITH_DISCLOSURES
from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.index import RecordIndex
from ami_audit.adapters.stores.sqlite.reading import records_of, text
from ami_audit.adapters.stores.sqlite.statements import RECORD
from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import AuditSeverity, DataClassification
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.redaction import withheld_by_class

_STEP = "searching"
_NAMED_AT_MOST = 10
_KEYS_PER_STATEMENT = 500
_BY = ("action", "severity", "target_type", "source", "actor", "run_id")
_SEVERITIES = tuple(AuditSeverity)


class Searcher:
    """Answers from the index, brought up to date first."""

    def __init__(self, connection: apsw.Connection, path: Path, index: RecordIndex) -> None:
        self._connection = connection
        self._path = path
        self._index = index

    async def query(
        self, wanted: AuditFilter, *, clearance: DataClassification, without_actor: bool = False
    ) -> list[SealedRecord]:
        """Return the records that match; a text is looked for in every record that the rest of the filter leaves."""
        relation = await self._index.catch_up(before=wanted.before)
        with speaking_of(_STEP, self._path):
            sql, bindings = query_statement(wanted, relation, without_actor=without_actor)
            rows = self._connection.execute(sql, bindings)
            if wanted.text is None:
                return records_of(rows)
            found = _holding(wanted.text, rows, column=5, clearance=clearance)
            return records_of(islice(found, min(wanted.offset, LAST), min(wanted.offset + wanted.limit, LAST)))

    async def tally(self, wanted: AuditFilter, by: str, *, clearance: DataClassification) -> dict[str, int]:
        """Return how many records match, by the values of one column; the most frequent first."""
        if by not in _BY:
            raise UsageError(f"Records cannot be counted by `{by}`; choose one of: {', '.join(_BY)}")
        relation = await self._index.catch_up()
        asked = conditions_of(wanted)
        with speaking_of(_STEP, self._path):
            if wanted.text is None:
                rows: Iterator[tuple[Any, ...]] = self._grouped(by, asked, relation)
            else:
                rows = _holding(wanted.text, self._one_by_one(by, asked, relation), column=2, clearance=clearance)
            counts = _counted(rows, by)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    # `by` is one of _BY, and the conditions hold names of columns and of bindings only.
    def _grouped(self, by: str, asked: Conditions, relation: str) -> Iterator[tuple[Any, ...]]:
        sql = f"SELECT i.{by}, count(*), NULL FROM {relation} AS i {asked.where} GROUP BY 1"  # noqa: S608
        return self._connection.execute(_cast(sql, by), asked.bindings)

    def _one_by_one(self, by: str, asked: Conditions, relation: str) -> Iterator[tuple[Any, ...]]:
        sql = f"SELECT i.{by}, 1, CAST(r.canonical AS BLOB) FROM {_joined(relation)} {asked.where}"  # noqa: S608
        return self._connection.execute(_cast(sql, by), asked.bindings)

    async def known(self, keys: Sequence[bytes], *, before: int) -> list[bool]:
        """Return for each fact key whether a record below `before` holds that fact; some microseconds a key."""
        relation = await self._index.catch_up(before=before)
        with speaking_of(_STEP, self._path):
            found = {key for part in _parts(keys) for key in self._facts(relation, part, before=before)}
            found |= {key for part in _parts(keys) for key in self._pruned(part)}
        return [key in found for key in keys]

    def _facts(self, relation: str, keys: Sequence[bytes], *, before: int) -> Iterator[bytes]:
        marks = ",".join("?" * len(keys))
        sql = f"SELECT fact FROM {relation} WHERE fact IN ({marks}) AND sequence < ?"  # noqa: S608 (marks only)
        return (row[0] for row in self._connection.execute(sql, (*keys, min(before, LAST))))

    def _pruned(self, keys: Sequence[bytes]) -> Iterator[bytes]:
        if int(self._connection.pragma("user_version")) < FIRST_WITH_DISCLOSURES:
            return iter(())
        marks = ",".join("?" * len(keys))
        sql = f"SELECT fact FROM pruned_facts WHERE fact IN ({marks})"  # noqa: S608 (marks only)
        return (row[0] for row in self._connection.execute(sql, tuple(keys)))

    async def find(self, name: str) -> list[SealedRecord]:
        """Return the records that an identifier, a hash or a beginning of either names."""
        asked = named(name)
        if asked is None:
            return []
        relation = await self._index.catch_up()
        with speaking_of(_STEP, self._path):
            sql = f"SELECT {RECORD} FROM {_joined(relation)} {asked.where} ORDER BY i.sequence LIMIT {_NAMED_AT_MOST}"  # noqa: S608
            return records_of(self._connection.execute(sql, asked.bindings))


def query_statement(wanted: AuditFilter, relation: str, *, without_actor: bool = False) -> tuple[str, dict[str, Any]]:
    """Return the statement that answers a filter, and its bindings; a text is left to be looked for in its rows."""
    asked = conditions_of(wanted)
    if without_actor:
        asked.add("i.actor IS NULL", reach=Reach.ONE)
    # `+` keeps the planner from walking the whole trail in order where an index over a range gives fewer rows.
    order = f"{'+' if asked.reach is Reach.RANGE else ''}i.sequence {'DESC' if wanted.newest_first else 'ASC'}"
    # Numbers are sorted, cut and only then joined, so that no record is read that is not in the answer. CROSS JOIN
    # walks its left side first, in the order in which it stands.
    found = f"SELECT i.sequence FROM {relation} AS i {asked.where} ORDER BY {order} LIMIT :limit OFFSET :offset"  # noqa: S608
    sql = f"SELECT {RECORD} FROM ({found}) AS found CROSS JOIN main.records AS r ON r.sequence = found.sequence"  # noqa: S608
    limit, offset = (-1, 0) if wanted.text is not None else (min(wanted.limit, LAST), min(wanted.offset, LAST))
    return sql, {**asked.bindings, "limit": limit, "offset": offset}


def _joined(relation: str) -> str:
    # CROSS JOIN: the index is always asked first.
    return f"{relation} AS i CROSS JOIN main.records AS r ON r.sequence = i.sequence"


def _cast(sql: str, by: str) -> str:
    return sql if by == "severity" else sql.replace(f"SELECT i.{by}", f"SELECT CAST(i.{by} AS BLOB)", 1)


def _label(value: Any, by: str) -> str:
    if by != "severity":
        return text(value)
    return _SEVERITIES[value].value if isinstance(value, int) and 0 <= value < len(_SEVERITIES) else ""


def _counted(rows: Iterator[tuple[Any, ...]], by: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for value, count, _ in rows:
        counts[_label(value, by)] += count
    return counts


def _holding(
    words: str, rows: Iterator[tuple[Any, ...]], *, column: int, clearance: DataClassification
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows whose canonical text, in that column, holds the words where this reader is shown them."""
    wanted = words.casefold()
    for row in rows:
        said = row[column] or b""
        if wanted in said.decode("utf-8", "replace").casefold() and wanted in _shown(said, clearance).casefold():
            yield row


def _shown(canonical: bytes, clearance: DataClassification) -> str:
    """Return the part of a record's canonical text that its class leaves to a reader."""
    said = canonical.decode("utf-8", "replace")
    if clearance is DataClassification.RESTRICTED:
        return said
    try:
        shown, withheld = withheld_by_class(json.loads(canonical), clearance)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return said  # damaged: reading it says so
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")) if withheld else said


def _parts(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (keys[start : start + _KEYS_PER_STATEMENT] for start in range(0, len(keys), _KEYS_PER_STATEMENT))
