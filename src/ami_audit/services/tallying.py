"""How many records there are of each kind, as one reader is shown them."""

import json
from collections import Counter
from collections.abc import Sequence

from ami_audit.domain.errors import MalformedError
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.query import AuditFilter
from ami_audit.services.disclosing import COMMITTED, View, view_of
from ami_audit.services.session import Session

_PAGE = 500


async def tallied(session: Session, wanted: AuditFilter, by: str) -> dict[str, int]:
    """Return how many records match, by one of their fields; the most frequent first.

    Only an actor can be hidden: records that do not say one in clear are looked at one by one, some tenths of a
    millisecond each.
    """
    counts = Counter(await session.store.tally(wanted, by, clearance=session.clearance))
    if by == "actor" and counts[""]:
        hidden = await _hidden_actors(session, wanted)
        counts[""] -= hidden.total()
        counts += hidden  # and what counts nothing goes
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


async def _hidden_actors(session: Session, wanted: AuditFilter) -> Counter[str]:
    """Return how the actors that stand behind commitments are shown to this reader."""
    found: Counter[str] = Counter()
    page = wanted.model_copy(update={"limit": _PAGE, "offset": 0, "newest_first": False})
    opener = await session.opener()
    while True:
        rows = await session.store.query(page, clearance=session.clearance, without_actor=True)
        view = await view_of(rows, session.store, opener=opener, clearance=session.clearance)
        found.update(_actors(rows, view))
        if len(rows) < _PAGE:
            return found
        page = page.model_copy(update={"after": rows[-1].sequence})


def _actors(rows: Sequence[SealedRecord], view: View) -> list[str]:
    """Return the actors that a view shows of those rows that can be read; verification names the others."""
    found: list[str] = []
    for row in rows:
        if not row.canonical.startswith(COMMITTED):
            continue
        try:
            found.append(str(view.shown(row, json.loads(row.canonical))[0]["actor"]))
        except (MalformedError, ValueError, TypeError, AttributeError, RecursionError):
            continue
    return found
