"""How long records are kept, what holds them longer, and what a pruning says about those that are gone."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from ami_audit.domain.classification import Policy, is_any
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.erasure import ERASED
from ami_audit.domain.finding import VALUE
from ami_audit.domain.kinds import ActorType, AuditTargetType, DataClassification
from ami_audit.domain.moment import Moment

PRUNED = "trail.pruned"
HELD = "retention.held"
RELEASED = "retention.released"
FORBIDDEN = frozenset({PRUNED, ERASED})
"""What may not be done while a legal hold is in force."""
TILE = 256
"""A cut is a multiple of this: every leaf before it then stands in a full tile."""

_SOURCE = "retention/1"


class PrunedFacts(BaseModel):
    """What a pruning record says: enough to prove all that follows, and to miss nothing that is gone unsaid.

    Attributes:
        cut: Records below this sequence are gone, but for those that the trail says about itself.
        pruned: How many records are gone by now.
        kept: SHA-256 over the sequences (u64 BE) of the records below the cut that stay.
        known: SHA-256 over the identities, sorted, of the facts that were recorded in what is gone.
        leaf: The leaf data of the last record below the cut (DESIGN section 3), 73 bytes, hex.
        recorded_at: When that record was sealed.
        archive: SHA-256 of the file to which the records went, hex; empty when there is none.
        root: The root of the tree of all records below the cut, hex; empty in trails of earlier versions.
    """

    model_config = VALUE

    cut: int
    pruned: int
    kept: str
    known: str
    leaf: str
    recorded_at: str
    archive: str = ""
    root: str = ""

    @property
    def record_hash(self) -> bytes:
        """The hash of the last record below the cut, which the next one names."""
        return bytes.fromhex(self.leaf)[9:41]

    @property
    def leaf_hash(self) -> bytes:
        """The leaf's hash in the tree (RFC 6962 section 2.1)."""
        return hashlib.sha256(b"\0" + bytes.fromhex(self.leaf)).digest()


def pruned_facts(content: Mapping[str, Any]) -> PrunedFacts | None:
    """Return what a pruning record says; None for any other record, or one that makes no sense."""
    if content.get("action") != PRUNED:
        return None
    try:
        facts = PrunedFacts.model_validate(content.get("context"))
        well_formed = len(bytes.fromhex(facts.leaf)) == 73 and facts.cut > 0 and facts.cut % TILE == 0
    except (ValidationError, ValueError):
        return None
    return facts if well_formed else None


def sequences_digest(sequences: Iterable[int]) -> str:
    """Return SHA-256 over ascending sequences, 8 bytes big-endian each, hex."""
    return hashlib.sha256(b"".join(sequence.to_bytes(8, "big") for sequence in sorted(sequences))).hexdigest()


def keys_digest(keys: Iterable[bytes]) -> str:
    """Return SHA-256 over 32-byte keys, sorted, each once, hex."""
    return hashlib.sha256(b"".join(sorted(set(keys)))).hexdigest()


def is_of_the_trail(target_type: object) -> bool:
    """Return whether a record is one that the trail says about itself, and that no pruning removes."""
    return target_type in {"key", "trail"}


def kept_for(content: Mapping[str, Any], policy: Policy) -> timedelta | None:
    """Return how long a record of that content is kept; None for ever. The first rule that fits counts."""
    classification = DataClassification(content.get("classification", DataClassification.INTERNAL))
    for rule in policy.keeps:
        fits = is_any(str(content.get("action")), rule.actions)
        if fits and (not rule.classes or classification in rule.classes):
            return rule.keep
    return policy.keep


class Hold(BaseModel):
    """A legal hold in force: nothing is pruned or erased while there is one."""

    model_config = VALUE

    name: str
    reason: str | None
    since: Moment
    sequence: int


class RetentionStatus(BaseModel):
    """What retention would do now.

    Attributes:
        keep: How long records are kept, in days; null for ever, or by rule only.
        held_from: The sequence from which on all records are held.
        prunable: How many records may be pruned now.
        cut: Where a pruning would cut; null when nothing is old enough.
        blocked_by: Why nothing can be pruned now, one sentence each.
    """

    model_config = VALUE

    origin: str
    size: int
    has_policy: bool
    keep: int | None
    held_from: int = 0
    pruned_by: int | None = None
    prunable: int = 0
    cut: int | None = None
    checkpoint_size: int | None = None
    holds: tuple[Hold, ...] = ()
    blocked_by: tuple[str, ...] = ()


class PruneAnswer(BaseModel):
    """What a pruning did.

    Attributes:
        pruned: How many records are gone.
        kept: How many records below the cut stay, for the trail says them about itself.
        sequence: The record that says so.
        archive: The file to which the records went.
        bytes_before: What the store took on disk before, its log included.
        bytes_after: What it takes now, measured.
    """

    model_config = VALUE

    origin: str
    cut: int
    pruned: int
    kept: int
    sequence: int
    record_id: str
    archive: str
    archive_sha256: str
    bytes_before: int
    bytes_after: int
    is_scrubbed: bool

    @property
    def bytes_freed(self) -> int:
        """What the disk has got back; negative where more was written than freed."""
        return self.bytes_before - self.bytes_after


def holds_in_force(records: Sequence[Mapping[str, Any]]) -> tuple[Hold, ...]:
    """Return the holds that were not released; `records` are contents of holds and releases, oldest first."""
    found: dict[str, Hold] = {}
    for content in records:
        name = str(content["target"])
        if content["action"] == HELD:
            hold = Hold(
                name=name, reason=content["reason"], since=content["recorded_at"], sequence=int(content["sequence"])
            )
            found.setdefault(name, hold)
        elif content["action"] == RELEASED:
            found.pop(name, None)
    return tuple(found.values())


def breaks_hold(content: Mapping[str, Any], held: set[str]) -> bool:
    """Take in what one more record says about legal holds; return whether it did what those in force forbid.

    Args:
        content: What the record says.
        held: The names of the holds in force; changed in place.
    """
    action, name = content.get("action"), str(content.get("target"))
    if action == HELD:
        held.add(name)
    elif action == RELEASED:
        held.discard(name)
    return bool(held) and action in FORBIDDEN


def retention_draft(
    action: str,
    target: str,
    *,
    context: Mapping[str, Any],
    reason: str | None,
    actor: str,
    actor_type: ActorType,
    provenance: Mapping[str, Any],
) -> AuditDraft:
    """Return the record of a hold, a release or a pruning."""
    return AuditDraft(
        action=action,
        target=target,
        target_type=AuditTargetType.TRAIL,
        source=_SOURCE,
        actor=actor,
        actor_type=actor_type,
        reason=reason,
        context=context,
        metadata=provenance,
    )
