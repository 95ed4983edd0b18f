"""What is wrong with the database itself: its pages, its schema and guards, rows where none belong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from ami_audit.adapters.stores.sqlite import schema
from ami_audit.adapters.stores.sqlite.disclosures import FIRST_WITH_DISCLOSURES
from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.reading import head_of
from ami_audit.adapters.stores.sqlite.statements import SQL, migrations
from ami_audit.domain.verification import Fault, broken_by

_STEP = "inspecting"
_FAULTS_AT_MOST = 100


def fault(check: str, where: str, detail: str, **more: Any) -> Fault:
    """Return a fault with the level that its check disproves."""
    return Fault(check=check, where=where, detail=detail, breaks=broken_by(check), **more)


class Inspector:
    """Looks at one snapshot of the database; takes about as long as reading the file."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def faults(self, *, since: int = 0) -> list[Fault]:
        """Return every fault of the container, at most a hundred of each kind.

        Args:
            since: From 1 on, what must be read as a whole is left out: pages, tiles and index.
        """
        found: list[Fault] = []
        whole = () if since else (self._pages, self._tiles, self._index)
        with speaking_of(_STEP, self._path), self._snapshot():
            for look in (self._identity, self._schema, self._heads, self._rows, *whole):
                try:
                    found += look()
                except (apsw.CorruptError, UnicodeDecodeError) as error:
                    found.append(fault("pages", str(self._path), str(error)))
                except apsw.SQLError as error:  # a table or a column is gone; the schema's faults name it
                    found.append(fault("schema", str(self._path), str(error)))
        return found

    def _snapshot(self) -> apsw.Connection:
        # As a context manager the connection is a savepoint: what is looked at does not change meanwhile.
        return self._connection

    def _pages(self) -> Iterator[Fault]:
        # Also checks every NOT NULL and CHECK, every type of a STRICT table and every entry of every index.
        for (said,) in self._connection.execute(f"PRAGMA main.integrity_check({_FAULTS_AT_MOST})"):
            if said != "ok":
                yield fault("pages", str(self._path), str(said))

    def _identity(self) -> Iterator[Fault]:
        found = self._connection.pragma("application_id")
        if found != schema.APPLICATION_ID:
            detail = f"expected {schema.APPLICATION_ID}, found {found}"
            yield fault("schema", "application_id", detail, field="application_id")
        if not 1 <= schema.version(self._connection) <= len(migrations()):
            detail = f"expected 1 to {len(migrations())}, found {schema.version(self._connection)}"
            yield fault("schema", "user_version", detail, field="user_version")

    def _schema(self) -> Iterator[Fault]:
        found = schema.described(self._connection)
        # One that was made by an older ami-audit and is only read has seen fewer migrations: it is held to those.
        expected = schema.expected(max(1, schema.version(self._connection)))
        for kind, name, table, _ in sorted(expected - found):
            yield fault("schema", f"{kind} {name}", f"on `{table}`: missing, or not as ami-audit makes it", field=name)
        known = {item[:2] for item in expected}
        for kind, name, table, _ in sorted(found - expected):
            if (kind, name) not in known:
                yield fault("schema", f"{kind} {name}", f"on `{table}`: ami-audit makes no such thing", field=name)

    def _heads(self) -> Iterator[Fault]:
        for name, check in (("stray_heads", "head"), ("indexed_rows", "column")):
            whole, strays = self._connection.execute(SQL[name]).fetchall()[0]
            table = "head" if check == "head" else "indexed"
            if (whole, strays) != (1, 0):
                yield fault(check, table, f"expected one row with id 1, found {whole} and {strays} others", field="id")

    def _rows(self) -> Iterator[Fault]:
        size = self._size()
        for (sequence,) in self._some("stray_records", size):
            detail = f"stands outside the trail's {size} records"
            yield fault("sequence", f"record {sequence}", detail, sequence=sequence, field="sequence")
        if schema.version(self._connection) >= FIRST_WITH_DISCLOSURES:
            yield from self._strays("stray_disclosures", "a disclosure", ())
            yield from self._strays("stray_erased", "an erased value", (size,))
        for sequence, position in self._some("stray_key_events"):
            detail = f"position {position} does not follow the one before"
            yield fault("key", f"key event of record {sequence}", detail, sequence=sequence, field="position")

    def _tiles(self) -> Iterator[Fault]:
        size = self._size()
        for level, position in self._some("stray_tiles", size):
            yield fault("tile", f"tile {level}/{position}", f"no tree of {size} records has it")

    def _strays(self, name: str, what: str, bindings: tuple[int, ...]) -> Iterator[Fault]:
        for (sequence,) in self._some(name, *bindings):
            detail = f"{what} of a record, or by one, that the trail does not hold"
            yield fault("disclosure", f"record {sequence}", detail, sequence=sequence)

    def _index(self) -> Iterator[Fault]:
        size = self._connection.execute(SQL["indexed_end"]).get
        end = self._connection.execute(SQL["records_end"]).get
        if size > end:
            yield fault("column", "indexed.size", f"at most {end}, found {size}", field="indexed.size")
        for (sequence,) in self._some("stray_index_rows", size):
            detail = "the index has a row where it should have none"
            yield fault("column", f"record {sequence}", detail, sequence=sequence, field="record_index")

    def _size(self) -> int:
        head = head_of(self._connection)
        return head.size if head is not None else 0

    def _some(self, name: str, *bindings: int) -> list[tuple[Any, ...]]:
        return self._connection.execute(SQL[name].rstrip(";") + f" LIMIT {_FAULTS_AT_MOST}", bindings).fetchall()
