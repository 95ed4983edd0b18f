"""Which legal holds are in force, as the trail itself says."""

import json
from collections.abc import Sequence

from ami_audit.domain.errors import UsageError
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.retention import HELD, RELEASED, Hold, holds_in_force
from ami_audit.ports.stores import RecordReader

_ALL = 1 << 40


async def holds(store: RecordReader) -> Sequence[Hold]:
    """Return the holds that were not released, the earliest first."""
    rows = {
        row.sequence: row
        for action in (HELD, RELEASED)
        for row in await store.query(AuditFilter(action=action, limit=_ALL))
    }
    return holds_in_force([json.loads(rows[sequence].canonical) for sequence in sorted(rows)])


async def refuse_held(store: RecordReader, done: str) -> None:
    """Raise while a legal hold is in force; `done` is what may not be done: `pruned`.

    Raises:
        UsageError: Names the hold.
    """
    found = await holds(store)
    if found:
        names = ", ".join(f"`{hold.name}`" for hold in found)
        raise UsageError(
            f"Nothing may be {done} while a legal hold is in force: {names}; end it with `ami-audit retention release`."
        )
