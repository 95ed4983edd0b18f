"""Where the index says other than the records' canonical bytes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.inspecting import fault
from ami_audit.adapters.stores.sqlite.projection import IndexRow, is_id_of, projected
from ami_audit.adapters.stores.sqlite.reading import text
from ami_audit.adapters.stores.sqlite.statements import SQL
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.verification import Fault

_STEP = "comparing"
_HASHES = frozenset({"record_hash", "fact"})


class Comparer:
    """Recomputes what the index should say, and compares it value by value."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def faults(self, records: Sequence[SealedRecord]) -> list[Fault]:
        """Return every difference for these records.

        Costs about a microsecond for a record that is not indexed yet, and some microseconds for one that is.
        """
        if not records:
            return []
        with speaking_of(_STEP, self._path):
            size, rows = self._indexed(records[0].sequence, records[-1].sequence)
        found: list[Fault] = []
        for record in records:
            if record.sequence < size:
                found += _indexed_faults(record, rows.get(record.sequence))
            elif not is_id_of(record):
                found += _id_faults(record, projected(record))
        return found

    def _indexed(self, first: int, last: int) -> tuple[int, dict[int, tuple[Any, ...]]]:
        """Return how far the index reaches, and its rows from `first` to `last`; none where its tables are gone."""
        try:
            size: int = self._connection.execute(SQL["indexed_end"]).get
            return size, self._rows(first, last) if first < size else {}
        except apsw.SQLError:  # the inspection names what is missing; the records can be compared without it
            return 0, {}

    def _rows(self, first: int, last: int) -> dict[int, tuple[Any, ...]]:
        return {row[0]: row for row in self._connection.execute(SQL["index_rows"], (first, last))}


def _indexed_faults(record: SealedRecord, row: tuple[Any, ...] | None) -> Iterator[Fault]:
    wanted = projected(record)
    yield from _id_faults(record, wanted)
    if row is None:
        yield _missing(record)
        return
    # Equal values of two types (1 and 1.0) are told apart by the inspection: the table is STRICT.
    expected = tuple([value.encode() if type(value) is str else value for value in wanted])
    if expected != row:
        yield from _differences(record, expected, row)


def _differences(record: SealedRecord, expected: tuple[Any, ...], row: tuple[Any, ...]) -> Iterator[Fault]:
    for name, wanted, stored in zip(IndexRow._fields, expected, row, strict=True):
        if wanted != stored:
            yield _of(record, f"record_index.{name}", expected=_said(wanted, name), found=_said(stored, name))


def _id_faults(record: SealedRecord, wanted: IndexRow) -> Iterator[Fault]:
    if wanted.record_id != record.record_id:
        yield _of(record, "records.record_id", expected=wanted.record_id, found=record.record_id)


def _of(record: SealedRecord, column: str, *, expected: str | None, found: str | None) -> Fault:
    where, detail = f"record {record.sequence}", f"expected {_shown(expected)}, found {_shown(found)}"
    return fault(
        "column",
        where,
        detail,
        sequence=record.sequence,
        record_id=record.record_id,
        field=column,
        expected=expected,
        found=found,
    )


def _missing(record: SealedRecord) -> Fault:
    where, detail = f"record {record.sequence}", "its row in the index is missing"
    return fault("column", where, detail, sequence=record.sequence, record_id=record.record_id, field="record_index")


def _said(value: object, name: str) -> str | None:
    if isinstance(value, bytes):
        return value.hex() if name in _HASHES else text(value)
    return None if value is None else str(value)


def _shown(value: str | None) -> str:
    return "nothing" if value is None else f"`{value}`"
