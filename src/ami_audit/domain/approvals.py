"""Whose signatures an action asks for, and who has given theirs.

A signature counts wherever it stands: on the record itself, or, given later, in a record `record.approved`. Both are
over the same bytes (see `domain.signature`).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, Field, ValidationError

from ami_audit.domain.finding import VALUE
from ami_audit.domain.keyring import KeyRing, Validity
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.signature import AuditSignature

APPROVED_ACTION = "record.approved"
_LISTED = 100
_FEWEST_DIGITS = 32
_KEY_DIGITS = re.compile("[0-9a-fA-F]{8,64}")

# The public key, the message and the signature: whether it holds.
Check = Callable[[bytes, bytes, bytes], bool]


class ApprovalRule(BaseModel):
    """How many persons must have signed the records of an action.

    Attributes:
        action: The action, or a pattern of several: `deploy.*`.
        needed: How many of them.
        of: Who counts: as the trail's key records name them, or by 32 or more digits of their key ids; empty for
            everyone whose key the trail names. What looks like a key id is never a name: anybody may choose a name.
    """

    model_config = VALUE

    action: str = Field(min_length=1, max_length=200)
    needed: int = Field(ge=1, le=100)
    of: tuple[str, ...] = ()

    def counts(self, key: Validity) -> bool:
        """Whether that key's owner is one of those who count."""
        return not self.of or any(_is_of(key, name) for name in self.of)

    def too_short(self) -> str | None:
        """Return who is named by too few digits of a key id to be told from others; None when nobody is."""
        ids = (name for name in self.of if _KEY_DIGITS.fullmatch(name))
        return next((name for name in ids if len(name) < _FEWEST_DIGITS), None)


class ApprovalState(BaseModel):
    """How far one record is approved.

    Attributes:
        rule: The actions of the rule that asks.
        needed: How many persons must have signed it.
        approved_by: Who has, each person once.
    """

    model_config = VALUE

    sequence: int
    record_id: str
    action: str
    rule: str
    needed: int
    approved_by: tuple[str, ...] = ()

    @property
    def is_met(self) -> bool:
        """Whether enough have."""
        return len(self.approved_by) >= self.needed

    def __str__(self) -> str:
        """The count as it is printed: `1 of 2`."""
        return f"{len(self.approved_by)} of {self.needed}"


class ApprovalAnswer(BaseModel):
    """A signature that was given to a sealed record.

    Attributes:
        signer: Whose it is.
        state: How far the record is approved now; null where no rule of the trail asks for it.
    """

    model_config = VALUE

    sequence: int
    record_id: str
    record_hash: str
    action: str
    signer: str
    state: ApprovalState | None = None


class Lowering(BaseModel):
    """A change of the rules after which an action may be done with fewer approvals, or with those of others.

    Attributes:
        sequence: The record that states it.
        was: What was asked until there.
        now: What is asked since; null where the action has no such rule any more.
    """

    model_config = VALUE

    sequence: int
    was: ApprovalRule
    now: ApprovalRule | None = None


class ApprovalSummary(BaseModel):
    """How far a trail's records are approved, of those that ask for it.

    Attributes:
        asked: How many records ask for approvals.
        met: How many have them.
        lacking: Those that do not, oldest first; at most a hundred.
        lowered: Where the rules were lowered, which one key can do, oldest first; at most a hundred.
    """

    model_config = VALUE

    asked: int = Field(ge=0)
    met: int = Field(ge=0)
    lacking: tuple[ApprovalState, ...] = ()
    lowered: tuple[Lowering, ...] = ()

    @classmethod
    def of(cls, states: Sequence[ApprovalState], lowered: Sequence[Lowering] = ()) -> Self:
        """Return the summary of some records' states, and of where their rules were lowered."""
        lacking = [state for state in states if not state.is_met]
        asked, met = len(states), len(states) - len(lacking)
        return cls(asked=asked, met=met, lacking=tuple(lacking[:_LISTED]), lowered=tuple(lowered[:_LISTED]))


class Approval(NamedTuple):
    """A signature given later: where the record stands that holds it, and which record it is over."""

    sequence: int
    record_id: str
    record_hash: str
    signature: AuditSignature


def approval_facts(record: AuditRecord, signature: AuditSignature) -> dict[str, Any]:
    """Return the context of the record that says that somebody signed `record` later."""
    return {
        "record_id": record.record_id,
        "record_hash": record.record_hash,
        "sequence": record.sequence,
        "signature": signature.model_dump(mode="json", exclude={"public_key"}),
    }


def approval_in(content: Mapping[str, Any], sequence: int) -> Approval | None:
    """Return the approval that a record's content holds; None when it holds none that can be read."""
    facts = content.get("context")
    if content.get("action") != APPROVED_ACTION or not isinstance(facts, Mapping):
        return None
    record_id, record_hash = facts.get("record_id"), facts.get("record_hash")
    try:
        signature = AuditSignature.model_validate(facts.get("signature"))
    except ValidationError:
        return None
    if not isinstance(record_id, str) or not isinstance(record_hash, str):
        return None
    return Approval(sequence, record_id, record_hash, signature)


def rule_for(rules: Iterable[ApprovalRule], action: str) -> ApprovalRule | None:
    """Return the rule about an action: the one that names it, else the longest pattern that fits; None for no rule."""
    fitting = [rule for rule in rules if rule.action == action or fnmatchcase(action, rule.action)]
    return max(fitting, key=lambda rule: (rule.action == action, len(rule.action)), default=None)


def judged(
    record: AuditRecord, rule: ApprovalRule, approvals: Sequence[Approval], *, origin: str, ring: KeyRing, check: Check
) -> ApprovalState:
    """Return how far a record is approved under a rule.

    A signature counts when it verifies with a key of the trail that was valid where the signature stands.
    """
    sealed_at = -1 if record.sequence is None else record.sequence
    given = [(sealed_at, signature) for signature in record.signatures]
    given += [
        (approval.sequence, approval.signature)
        for approval in approvals
        if (approval.record_id, approval.record_hash) == (record.record_id, record.record_hash)
    ]
    persons: dict[str, None] = {}
    for sequence, signature in given:
        key = _key_at(ring, signature.key_id, sequence)
        if key is None or not rule.counts(key):
            continue
        message = signature.message(origin=origin, record_hash=record.record_hash)
        raw = signature.signature_bytes()
        if len(raw) == 64 and check(key.public_key, message, raw):
            persons[key.signer] = None
    return ApprovalState(
        sequence=sealed_at,
        record_id=record.record_id,
        action=record.action,
        rule=rule.action,
        needed=rule.needed,
        approved_by=tuple(persons),
    )


def _is_of(key: Validity, name: str) -> bool:
    if not _KEY_DIGITS.fullmatch(name):
        return key.signer == name
    return len(name) >= _FEWEST_DIGITS and key.key_id.hex().startswith(name.lower())


def _key_at(ring: KeyRing, key_id: str, sequence: int) -> Validity | None:
    return next(
        (
            entry
            for entry in ring.entries()
            if entry.key_id.hex() == key_id and entry.valid_from <= sequence < entry.valid_to
        ),
        None,
    )
