"""Opens trails for the benches: the product's own store, in a folder that is thrown away."""

import logging
from collections.abc import Sequence
from pathlib import Path

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.linkage import SealedRecord
from ami_audit.entrypoints.library import AuditStore
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.signer import Signer
from ami_audit.services.genesis import open_trail
from ami_audit.services.portal import portal
from ami_audit.services.trail import Trail

_BATCH = 1000


def store_in(folder: Path, name: str = "audit.db") -> AuditStore:
    """Return the store `name` of a folder; the key that signs, and what is remembered of its trail, lie beside it."""
    logging.getLogger("ami_audit").setLevel(logging.ERROR)  # the key that is made here is nobody's to keep
    return AuditStore(
        folder / name,
        keys_dir=str(folder / "keys"),
        state_dir=str(folder / "state"),
        origin=f"bench.example/{name}",
    )


def fill(store: AuditStore, made: Sequence[AuditDraft], *, is_signed: bool) -> None:
    """Append the drafts in batches of 1,000."""
    portal.run(_fill(store, made, is_signed=is_signed))


async def _fill(store: AuditStore, made: Sequence[AuditDraft], *, is_signed: bool) -> None:
    trail = await trail_of(store, is_signed=is_signed)
    for start in range(0, len(made), _BATCH):
        await trail.append(made[start : start + _BATCH])


async def trail_of(store: AuditStore, *, is_signed: bool, core: ChainCore | None = None) -> Trail:
    """Return the store's trail, as its services use it; unsigned it has no signer but for its first record."""
    session = await store.session()
    trail = await session.trail()
    if is_signed and core is None:
        return trail
    signers: tuple[Signer, ...] = trail.signers if is_signed else ()
    return await open_trail(
        session.store, core or session.core, clock=session.clock, signers=signers, origin=trail.origin
    )


async def records_of(store: AuditStore) -> list[SealedRecord]:
    """Return all records of the trail, as stored."""
    session = await store.session()
    return list(await session.store.read(0, count=1 << 40))
