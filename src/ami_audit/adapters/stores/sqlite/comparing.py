"""Where the index says other than the records' canonical bytes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.inspecting import fault
from ami_audit.adapters.stores.sqlite.projection import IndexRow, projected
from ami_audit.adapters.stores.sqlite.reading import text
from ami_audit.adapters.stores.sqlite.statements import SQL
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.verification import Fault

_STEP = "comparing"
_TEXTS = frozenset({"record_id", "action", "actor", "target", "target_type", "source", "run_id"})


class Comparer:
    """Recomputes what the index should say, and compares it value by value and type by type."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def faults(self, records: Sequence[SealedRecord]) -> list[Fault]:
        """Return every difference for these records; about 10 microseconds a record."""
        if not records:
            return []
        with speaking_of(_STEP, self._path):
            size = self._connection.execute(SQL["indexed_end"]).get
            rows = self._rows(records[0].sequence, records[-1].sequence)
        found: list[Fault] = []
        for record in records:
            expected = projected(record)
            if expected.record_id != record.record_id:
                found.append(_differs(record, "records.record_id", expected=expected.record_id, found=record.record_id))
            if record.sequence < size:
                found += _compared(record, expected, rows.get(record.sequence))
        return found

    def _rows(self, first: int, last: int) -> dict[int, tuple[Any, ...]]:
        return {row[0]: row for row in self._connection.execute(SQL["index_rows"], (first, last))}


def _compared(record: SealedRecord, expected: IndexRow, found: tuple[Any, ...] | None) -> Iterator[Fault]:
    if found is None:
        yield _of(record, "record_index", "its row in the index is missing")
        return
    for name, wanted, stored in zip(IndexRow._fields, expected, found, strict=True):
        wanted_bytes = wanted.encode() if isinstance(wanted, str) else wanted
        if type(wanted_bytes) is not type(stored) or wanted_bytes != stored:
            shown = text(stored) if name in _TEXTS and isinstance(stored, bytes) else stored
            yield _differs(record, f"record_index.{name}", expected=wanted, found=shown)


def _differs(record: SealedRecord, column: str, *, expected: object, found: object) -> Fault:
    return _of(record, column, f"expected {_shown(expected)}, found {_shown(found)}")


def _of(record: SealedRecord, column: str, detail: str) -> Fault:
    return fault(
        "column",
        f"record {record.sequence}",
        detail,
        sequence=record.sequence,
        record_id=record.record_id,
        field=column,
    )


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    return f"`{value.hex() if isinstance(value, bytes) else value}`"
