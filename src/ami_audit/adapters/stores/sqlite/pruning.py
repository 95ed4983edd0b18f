"""What was pruned, and how records go: in the transaction that seals the record of it."""

import json
from pathlib import Path
from typing import Any

import apsw

from ami_audit.adapters.stores.sqlite.disclosures import FIRST_WITH_DISCLOSURES
from ami_audit.adapters.stores.sqlite.failures import speaking_of
from ami_audit.adapters.stores.sqlite.statements import SQL
from ami_audit.domain.linkage import PruneOrder, Pruning

_STEP = "reading"


class Prunings:
    """Reads what was pruned; nothing from a database that is older than pruning."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def all(self) -> list[Pruning]:
        """Return every pruning, the latest last."""
        return [Pruning(cut or 0, record or 0) for cut, record in self._rows("prunings")]

    def facts(self) -> list[bytes]:
        """Return the identities of the facts that were recorded in what is gone."""
        return [fact or b"" for (fact,) in self._rows("pruned_facts")]

    def size_bytes(self) -> int:
        """Return what the database and its log take on disk."""
        with speaking_of("measuring", self._path):
            parts = (self._path, self._path.with_name(self._path.name + "-wal"))
            return sum(part.stat().st_size for part in parts if part.exists())

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        with speaking_of(_STEP, self._path):
            if int(self._connection.pragma("user_version")) < FIRST_WITH_DISCLOSURES:
                return []
            return self._connection.execute(SQL[name]).fetchall()


def prune(connection: apsw.Connection, order: PruneOrder, *, record: int) -> None:
    """Remove what lies below the cut, in the transaction that has begun; the guards let go of it once it is noted."""
    connection.pragma("secure_delete", 1)
    connection.execute(SQL["add_pruning"], (order.cut, record))
    connection.executemany(SQL["add_pruned_fact"], ((fact,) for fact in order.known))
    kept = json.dumps(list(order.kept))
    for name in ("prune_index", "prune_disclosures", "prune_records"):
        connection.execute(SQL[name], (order.cut, kept))
