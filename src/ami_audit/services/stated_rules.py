"""Reads what a trail's records state about its rules, without reading all of them."""

import json
from collections.abc import Callable, Sequence

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.rules import RULES_ACTION, InForce, Rules, quorum_history, rules_in
from ami_audit.domain.witnessed import witnessed
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import RecordStore

_EVERYTHING = 1 << 40


async def stated_rules(store: RecordStore) -> list[Rules]:
    """Return the rules that the trail's records state, oldest first; found by the index, which `verify` checks."""
    changes = await store.query(AuditFilter(action=RULES_ACTION, limit=_EVERYTHING))
    records = sorted([*await store.read(0, count=1), *changes], key=lambda record: record.sequence)
    return [rules for record in records if (rules := _rules(record)) is not None]


async def quorums(store: RecordStore, core: ChainCore, notes: Sequence[SignedCheckpoint]) -> list[InForce]:
    """Return the trail's own policies of witnesses that were in force, oldest first, as those notes prove."""
    return quorum_history(await stated_rules(store), witnessing(notes, core))


def witnessing(notes: Sequence[SignedCheckpoint], core: ChainCore) -> Callable[[QuorumPolicy, int], bool]:
    """Return what says whether one of the notes, of a size or more, is cosigned as a policy asks."""

    def is_witnessed(policy: QuorumPolicy, size: int) -> bool:
        later = (note for note in notes if note.checkpoint.size >= size)
        return any(witnessed(note, policy, check=core.verify_signature).is_reached for note in later)

    return is_witnessed


def _rules(record: SealedRecord) -> Rules | None:
    try:
        content = json.loads(record.canonical)
    except (ValueError, RecursionError):
        return None
    return rules_in(content, record.sequence) if isinstance(content, dict) else None
