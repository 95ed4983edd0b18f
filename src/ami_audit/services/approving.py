"""Finds the records that ask for approvals, and says how far each is approved."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from ami_audit.domain.approvals import APPROVED_ACTION, Approval, ApprovalState, approval_in, judged, rule_for
from ami_audit.domain.errors import IntegrityError
from ami_audit.domain.keyring import GENESIS_ACTION, KeyRing
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.rules import RULES_ACTION, Rules, rules_at, rules_in
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import RecordStore
from ami_audit.services.reading import records_of
from ami_audit.services.stated_rules import stated_rules

_CHUNK = 2048
_EVERYTHING = 1 << 40
# `action` is the first key of canonical content.
_ACTION = b'{"action":"'
_TELLING = frozenset({APPROVED_ACTION, GENESIS_ACTION, RULES_ACTION})


class Approvals:
    """The approvals of one trail, as far as its records are known."""

    def __init__(
        self, core: ChainCore, *, origin: str, ring: KeyRing, stated: Sequence[Rules], given: Sequence[Approval]
    ) -> None:
        """Args: `stated` are the trail's rules, `given` the signatures that were given later."""
        self._core = core
        self._origin = origin
        self._ring = ring
        self._stated = stated
        self._given = given

    @classmethod
    async def of(cls, store: RecordStore, core: ChainCore, *, origin: str) -> "Approvals":
        """Return the approvals of a trail, found by its index, which `verify` checks."""
        stated, ring = await stated_rules(store), KeyRing(await store.key_events())
        given: list[Approval] = []
        if any(rules.approvals for rules in stated):
            found = await store.query(AuditFilter(action=APPROVED_ACTION, limit=_EVERYTHING))
            given = [approval for row in found if (approval := _approval(row)) is not None]
        return cls(core, origin=origin, ring=ring, stated=stated, given=given)

    def state_of(self, record: AuditRecord) -> ApprovalState | None:
        """Return how far a record is approved; None when no rule asks for it."""
        sequence = -1 if record.sequence is None else record.sequence
        rule = rule_for(rules_at(self._stated, sequence).approvals, record.action)
        if rule is None:
            return None
        check = self._core.verify_signature
        return judged(record, rule, self._given, origin=self._origin, ring=self._ring, check=check)

    def state_of_row(self, row: SealedRecord, action: str) -> ApprovalState | None:
        """Return how far a stored record of that action is approved; one that cannot be read has no approval at all."""
        rule = rule_for(rules_at(self._stated, row.sequence).approvals, action)
        if rule is None:
            return None
        try:
            (record,) = records_of([row], origin=self._origin, ring=self._ring)
        except IntegrityError:
            state = None
        else:
            state = self.state_of(record)
        return state or ApprovalState(
            sequence=row.sequence, record_id=row.record_id, action=action, rule=rule.action, needed=rule.needed
        )


async def all_approvals(store: RecordStore, core: ChainCore, *, origin: str) -> list[ApprovalState]:
    """Return how far each record is approved for which a rule asks it, by reading every record of the trail.

    Nothing is taken from the index: the answer is as good as the records themselves, which `verify` checks. A record
    that cannot be read lacks its approvals.
    """
    stated: list[Rules] = []
    given: list[Approval] = []
    asked: list[tuple[SealedRecord, str]] = []
    async for row, action in _actions(store):
        if rule_for(rules_at(stated, row.sequence).approvals, action) is not None:
            asked.append((row, action))
        content = _content(row) if action in _TELLING else {}
        approval, rules = approval_in(content, row.sequence), rules_in(content, row.sequence)
        given += [approval] if approval else []
        stated += [rules] if rules else []
    ring = KeyRing(await store.key_events())
    book = Approvals(core, origin=origin, ring=ring, stated=stated, given=given)
    return [state for row, action in asked if (state := book.state_of_row(row, action)) is not None]


async def _actions(store: RecordStore) -> AsyncIterator[tuple[SealedRecord, str]]:
    """Yield every record with its action; damaged ones with an empty one."""
    first = 0
    while rows := await store.read(first, count=_CHUNK):
        for row in rows:
            yield row, _action(row)
        first = rows[-1].sequence + 1


def _action(row: SealedRecord) -> str:
    """Return a record's action without reading the rest of it, where that is possible."""
    text = row.canonical
    end = text.find(b'"', len(_ACTION))
    if text.startswith(_ACTION) and end > 0 and b"\\" not in text[len(_ACTION) : end]:
        return text[len(_ACTION) : end].decode("utf-8", "replace")
    return str(_content(row).get("action", ""))


def _content(row: SealedRecord) -> dict[str, Any]:
    try:
        content = json.loads(row.canonical)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _approval(row: SealedRecord) -> Approval | None:
    return approval_in(_content(row), row.sequence)
