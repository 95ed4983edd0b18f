"""What is stored, read back as it is: nothing here judges it."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.statements import SQL
from ami_audit.domain.cosignature import kept_line
from ami_audit.domain.errors import FormatError
from ami_audit.domain.linkage import Head, KeyEvent, SealedRecord, StoredCheckpoint, StoredCosignature, Tile

_U64 = (1 << 64) - 1
_STEP = "reading"


def text(stored: bytes | None) -> str:
    r"""Return a text column's bytes as text; bytes that are not UTF-8 are written `\xNN`, NULL is empty."""
    return (stored or b"").decode("utf-8", "backslashreplace")


def record_of(row: tuple[Any, ...]) -> SealedRecord:
    """Return a row of the statement `records` as a record; NULL is read as empty, or as zero."""
    sequence, record_id, previous_hash, nonce, record_hash, canonical, signatures = row
    return SealedRecord(
        sequence,
        text(record_id),
        previous_hash or b"",
        (nonce or 0) & _U64,
        record_hash or b"",
        canonical or b"",
        signatures or b"",
    )


def records_of(rows: Iterable[tuple[Any, ...]]) -> list[SealedRecord]:
    """Return rows of the statement `records` as records."""
    return [record_of(row) for row in rows]


def head_of(connection: apsw.Connection) -> Head | None:
    """Return the stored head; None where its row is gone."""
    row = connection.execute(SQL["head"]).fetchone()
    if row is None:
        return None
    size, record_hash, root, frontier, recorded_at = row
    return Head(size or 0, record_hash or b"", root or b"", frontier or b"", text(recorded_at))


class Reader:
    """Reads records, and what stands beside them."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def head(self) -> Head:
        """Return where the trail says that it ends; the empty head where it says nothing."""
        with speaking_of(_STEP, self._path):
            return head_of(self._connection) or Head()

    def records(self, first: int, *, count: int) -> list[SealedRecord]:
        """Return up to `count` records from `first` on; a page's worth costs a few microseconds a record."""
        with speaking_of(_STEP, self._path):
            return records_of(self._connection.execute(SQL["records"], (first, count)))

    def tiles(self, level: int, *, first: int, count: int) -> list[Tile]:
        """Return up to `count` tiles of a level from index `first` on."""
        with speaking_of(_STEP, self._path):
            rows = self._connection.execute(SQL["tiles"], (level, first, count))
            return [Tile(row[0], row[1], row[2] or b"") for row in rows]

    def key_events(self) -> list[KeyEvent]:
        """Return every key event by sequence, and as given within one."""
        with speaking_of(_STEP, self._path):
            rows = self._connection.execute(SQL["key_events"])
            return [
                KeyEvent(sequence, text(event), key_id or b"", public_key or b"", text(signer))
                for sequence, event, key_id, public_key, signer in rows
            ]

    def checkpoint(self, size: int | None = None) -> StoredCheckpoint | None:
        """Return the checkpoint of that size, without one the latest, as `checkpoints` does."""
        with speaking_of(_STEP, self._path):
            wanted = self._connection.execute(SQL["latest_checkpoint"]).get if size is None else size
            row = self._connection.execute(SQL["checkpoint"], (wanted,)).fetchone()
            if row is None:
                return None
            return StoredCheckpoint(
                wanted, text(row[0]) + _lines(self._cosignatures("cosignatures_of", wanted))[wanted]
            )

    def checkpoints(self) -> list[StoredCheckpoint]:
        """Return every checkpoint, smallest size first, its note with the lines of its witnesses."""
        lines = _lines(self.cosignatures())
        with speaking_of(_STEP, self._path):
            rows = self._connection.execute(SQL["checkpoints"])
            return [StoredCheckpoint(size, text(note) + lines[size]) for size, note in rows]

    def cosignatures(self) -> list[StoredCosignature]:
        """Return every cosignature, smallest size first; none from a database that is older than they are."""
        with speaking_of(_STEP, self._path):
            return self._cosignatures("cosignatures")

    def _cosignatures(self, statement: str, *bindings: int) -> list[StoredCosignature]:
        if int(self._connection.pragma("user_version")) == 1:
            return []
        rows = self._connection.execute(SQL[statement], bindings)
        return [StoredCosignature(size or 0, text(witness), raw or b"") for size, witness, raw in rows]


def _lines(cosignatures: Iterable[StoredCosignature]) -> defaultdict[int, str]:
    """Return the signature lines of each size."""
    lines: defaultdict[int, str] = defaultdict(str)
    for cosignature in cosignatures:
        with suppress(FormatError):  # a damaged row is verification's to name
            lines[cosignature.size] += kept_line(cosignature).line()
    return lines
