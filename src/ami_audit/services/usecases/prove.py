"""Proves that a record is in the trail, or that the trail only grew, to people who do not hold the trail."""

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.errors import IntegrityError, KeyStoreError, NotFoundError, UsageError
from ami_audit.domain.linkage import SealedRecord, StoredCheckpoint
from ami_audit.domain.proof import Leaf, TlogProof
from ami_audit.domain.proven import ConsistencyAnswer, ProofAnswer
from ami_audit.domain.witnessing import CosignRequest
from ami_audit.ports.chain_core import ChainCore
from ami_audit.services.portal import Portal, portal
from ami_audit.services.proving import Prover
from ami_audit.services.reading import only
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore

_SIGN = "sign one with `ami-audit checkpoint sign`"


async def prove_record(
    store: AuditStore, name: str, *, size: int | None = None, may_sign: bool = True, on: Portal = portal
) -> ProofAnswer:
    """Return the proof that a record is under a checkpoint: the latest one, or that of `size` records.

    Args:
        store: The trail.
        name: The record's id, its hash, or the beginning of either.
        size: Which checkpoint; None for the latest.
        may_sign: Sign a checkpoint now when the record is newer than the latest one.
        on: Where the store lives.

    Raises:
        NotFoundError: No record is called so, or no checkpoint is of that size.
        UsageError: The record is under no such checkpoint, and none may be signed.
        IntegrityError: The store cannot prove what it has signed.
    """

    async def work() -> ProofAnswer:
        session = await store.session()
        row = only(await session.store.find(name), name)
        if row is None:
            raise NotFoundError("record", name, hint="`ami-audit query` lists records with their ids.")
        kept = await _checkpoint_over(session, row.sequence, size=size, may_sign=may_sign)
        return await _proven(session, row, kept)

    return await on.call(work())


async def is_signed(store: AuditStore, name: str, *, on: Portal = portal) -> bool:
    """Return whether a checkpoint is over the record of that name, if there is one: then proving it writes nothing."""

    async def work() -> bool:
        session = await store.session()
        row, kept = only(await session.store.find(name), name), await session.store.checkpoint()
        return row is None or (kept is not None and kept.size > row.sequence)

    return await on.call(work())


async def prove_consistency(store: AuditStore, old: int, new: int, *, on: Portal = portal) -> ConsistencyAnswer:
    """Return the proof that the first `old` records begin the first `new` ones.

    Raises:
        UsageError: The sizes are out of order, or the trail is not that long.
        IntegrityError: The store cannot prove it, or has signed something else.
    """

    async def work() -> ConsistencyAnswer:
        session = await store.session()
        prover = Prover(session.store, session.core)
        proof = await prover.consistency(old_size=old, new_size=new)
        old_root, new_root = await prover.root(old), await prover.root(new)
        kept = await session.store.checkpoint(new)
        signed = SignedCheckpoint.parse(kept.note) if kept else None
        holds = session.core.verify_consistency(old_root, new_root, old_size=old, new_size=new, proof=proof)
        if not holds or (signed and signed.checkpoint.root != new_root):
            raise _broken(f"the trail of {new} records")
        return ConsistencyAnswer(
            origin=await session.origin(),
            old_size=old,
            new_size=new,
            old_root=old_root.hex(),
            new_root=new_root.hex(),
            hashes=_hashes(proof),
            proof=str(CosignRequest(old, proof, signed)) if signed else None,
        )

    return await on.call(work())


def leaf_of(row: SealedRecord, core: ChainCore) -> Leaf:
    """Return what the tree says about a stored record.

    Raises:
        IntegrityError: Its signatures cannot be read.
    """
    try:
        return Leaf(row.sequence, row.record_hash, core.sigset_hash(row.signatures))
    except ValueError as error:
        raise _broken(f"record {row.sequence}") from error


async def _proven(session: Session, row: SealedRecord, kept: StoredCheckpoint) -> ProofAnswer:
    value = SignedCheckpoint.parse(kept.note).checkpoint
    leaf = leaf_of(row, session.core)
    proof = await Prover(session.store, session.core).inclusion(index=row.sequence, size=value.size)
    leads = session.core.verify_inclusion(
        leaf.hash(), index=row.sequence, size=value.size, proof=proof, root=value.root
    )
    if not leads:
        raise _broken(f"record {row.sequence}")
    return ProofAnswer(
        origin=value.origin,
        record_id=row.record_id,
        record_hash=row.record_hash.hex(),
        sequence=row.sequence,
        leaf=leaf.data().hex(),
        size=value.size,
        root=value.root.hex(),
        hashes=_hashes(proof),
        proof=TlogProof(row.sequence, proof, kept.note, leaf.data()).format(),
    )


async def _checkpoint_over(session: Session, index: int, *, size: int | None, may_sign: bool) -> StoredCheckpoint:
    if size is not None:
        return await _of_size(session, size, index)
    kept = await session.store.checkpoint()
    if kept is not None and kept.size > index:
        return kept
    newer = f"Record {index} is newer than the last checkpoint"
    if not may_sign:
        raise UsageError(f"{newer}; {_SIGN}, then prove it.")
    try:
        await session.trail()
        made = await session.checkpoint()
    except KeyStoreError as error:
        raise KeyStoreError(f"{newer}, and none can be signed here: {error}") from error
    if made is None or made.size <= index:
        raise UsageError(f"{newer}; {_SIGN}, then prove it.")
    return made


async def _of_size(session: Session, size: int, index: int) -> StoredCheckpoint:
    if size <= index:
        raise UsageError(f"Record {index} is not among the first {size} records; ask for a larger size.")
    found = await session.store.checkpoint(size)
    if found is None:
        known = [checkpoint.size for checkpoint in await session.store.checkpoints()]
        near = [*[other for other in known if other < size][-1:], *[other for other in known if other > size][:1]]
        hint = f"The nearest are of {' and '.join(map(str, near))} records." if near else f"There is none; {_SIGN}."
        raise NotFoundError("checkpoint of size", str(size), hint=hint)
    return found


def _hashes(proof: bytes) -> tuple[str, ...]:
    return tuple(proof[start : start + 32].hex() for start in range(0, len(proof), 32))


def _broken(what: str) -> IntegrityError:
    return IntegrityError(f"The store does not prove {what} to what was signed; `ami-audit verify` says what is wrong.")
