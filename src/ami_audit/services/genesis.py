"""Opens a trail: reads who it is from its first record, or writes that record."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from ami_audit.domain.content import FORMAT
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import HeadMovedError, IntegrityError, KeyStoreError
from ami_audit.domain.keyring import GENESIS_ACTION, KeyRing
from ami_audit.domain.kinds import ActorType, AuditTargetType
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.rules import Rules, rules_as_facts
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.clock import Clock
from ami_audit.ports.signer import Signer
from ami_audit.ports.stores import RecordStore
from ami_audit.services.protection import Protector
from ami_audit.services.trail import Trail

_DIFFICULT = 256


async def open_trail(
    store: RecordStore,
    core: ChainCore,
    *,
    clock: Clock,
    signers: Sequence[Signer],
    origin: str,
    difficulty_bits: int = 0,
    rules: Callable[[], Rules] = Rules,
    threads: int = 1,
    protector: Protector | None = None,
) -> Trail:
    """Return the trail that `store` holds, begun now when it is empty.

    Args:
        origin: The name of a trail that is begun now; an existing one keeps its own.
        difficulty_bits: What a trail that is begun now asks of its record hashes.
        rules: Gives the rules that a trail which is begun now is born with.
        signers: Who signs; the first one's key becomes a new trail's first key.
        protector: Puts values behind commitments, where a policy asks for it.

    Raises:
        IntegrityError: The first record is not a genesis record.
        KeyStoreError: A new trail has nobody to sign it.
    """
    facts = await genesis_of(store)
    if facts is None:
        await _begin(
            store,
            core,
            clock=clock,
            signers=signers,
            origin=origin,
            difficulty_bits=difficulty_bits,
            rules=rules(),
        )
        facts = await genesis_of(store) or {}
    return Trail(
        store,
        core,
        origin=str(facts["origin"]),
        head=await store.head(),
        ring=KeyRing(await store.key_events()),
        signers=signers,
        clock=clock,
        difficulty_bits=int(facts["difficulty_bits"]),
        threads=threads,
        protector=protector,
    )


async def genesis_of(store: RecordStore) -> dict[str, Any] | None:
    """Return the facts in a trail's first record: origin, difficulty_bits, key; None for an empty store.

    Raises:
        IntegrityError: The first record is not a genesis record.
    """
    first = await store.read(0, count=1)
    return genesis_facts(first[0]) if first else None


def genesis_facts(record: SealedRecord) -> dict[str, Any]:
    """Return the facts in a genesis record.

    Raises:
        IntegrityError: The record is not a genesis record.
    """
    facts: dict[str, Any] = {}
    try:
        content = json.loads(record.canonical)
        facts = content["context"]
        origin, bits = facts["origin"], facts["difficulty_bits"]
        well_formed = content["action"] == GENESIS_ACTION and isinstance(origin, str) and bool(origin.encode())
        well_formed = well_formed and type(bits) is int and 0 <= bits <= _DIFFICULT
    except (KeyError, TypeError, ValueError, RecursionError):  # half a surrogate pair is a ValueError, too
        well_formed = False
    if not well_formed or record.sequence != 0:
        raise IntegrityError("The trail's first record is not a genesis record, so nobody can say which trail it is.")
    return dict(facts)


async def _begin(
    store: RecordStore,
    core: ChainCore,
    *,
    clock: Clock,
    signers: Sequence[Signer],
    origin: str,
    difficulty_bits: int,
    rules: Rules,
) -> None:
    if not signers:
        raise KeyStoreError("A new trail needs a key to sign it; make one with `ami-audit key new`.")
    trail = Trail(
        store,
        core,
        origin=origin,
        head=await store.head(),
        ring=KeyRing(),
        signers=signers,
        clock=clock,
        difficulty_bits=difficulty_bits,
    )
    try:
        await trail.append_genesis(_genesis(signers[0], origin=origin, difficulty_bits=difficulty_bits, rules=rules))
    except HeadMovedError:
        return  # another process began it at the same moment; theirs is the trail


def _genesis(signer: Signer, *, origin: str, difficulty_bits: int, rules: Rules) -> AuditDraft:
    return AuditDraft(
        action=GENESIS_ACTION,
        target=origin,
        target_type=AuditTargetType.TRAIL,
        source="ami-audit",
        actor=signer.signer,
        actor_type=ActorType.PERSON,
        context={
            "origin": origin,
            "format": FORMAT,
            "hash": "SHA-256",
            "difficulty_bits": difficulty_bits,
            "key_id": signer.key_id.hex(),
            "public_key": base64.b64encode(signer.public_key).decode(),
            "signer": signer.signer,
            **rules_as_facts(rules.quorum, rules.approvals),
        },
    )
