"""What opens committed values: read, removed, and overwritten where it was."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw

from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.statements import SQL
from ami_audit.domain.linkage import ErasedValue, SealedDisclosure

_STEP = "reading"
# The migration that made the tables; a database that was last opened before it and is only read has none.
FIRST_WITH_DISCLOSURES = 3


class Disclosures:
    """Reads disclosures and erased values; none from a database that is older than they are."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def of_records(self, first: int, *, count: int) -> list[SealedDisclosure]:
        """Return the disclosures of up to `count` sequences from `first` on."""
        return [_disclosure(row) for row in self._rows("disclosures", (first, count))]

    def are_any(self) -> bool:
        """Return whether there is or was any disclosure."""
        return bool(self._rows("has_disclosures", ())[0][0])

    def of_subjects(self, subjects: Sequence[bytes]) -> list[SealedDisclosure]:
        """Return all disclosures of these subjects."""
        return [_disclosure(row) for subject in subjects for row in self._rows("disclosures_of", (subject,))]

    def erased(self, first: int, *, count: int) -> list[ErasedValue]:
        """Return the erased values of up to `count` sequences from `first` on."""
        return [_erased(row) for row in self._rows("erased", (first, count))]

    def erased_by(self, erasure: int) -> list[ErasedValue]:
        """Return the values that one record erased."""
        return [_erased(row) for row in self._rows("erased_by", (erasure,))]

    def scrub(self) -> bool:
        """Rewrite the file without what was removed, and empty its log; False while somebody else reads the log."""
        with speaking_of("overwriting what was removed from", self._path):
            self._connection.pragma("secure_delete", 1)
            self._connection.execute("VACUUM")
            try:
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.BusyError:
                return False
            return True

    def _rows(self, name: str, bindings: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with speaking_of(_STEP, self._path):
            if int(self._connection.pragma("user_version")) < FIRST_WITH_DISCLOSURES:
                return [(0,)] if name == "has_disclosures" else []
            return self._connection.execute(SQL[name], bindings).fetchall()


def erase(connection: apsw.Connection, values: Iterable[ErasedValue]) -> None:
    """Note the values as erased and remove their disclosures, in the transaction that has begun."""
    connection.pragma("secure_delete", 1)
    for value in values:
        connection.execute(SQL["add_erased"], value)
        connection.execute(SQL["remove_disclosure"], (value.sequence, value.digest))


def _disclosure(row: tuple[Any, ...]) -> SealedDisclosure:
    sequence, digest, subject, sealed = row
    return SealedDisclosure(sequence or 0, digest or b"", subject or b"", sealed or b"")


def _erased(row: tuple[Any, ...]) -> ErasedValue:
    sequence, digest, erasure = row
    return ErasedValue(sequence or 0, digest or b"", erasure if isinstance(erasure, int) else -2)
