"""Real trails in a folder: opened with any key, filled, and looked at behind their guards' back."""

from pathlib import Path
from typing import Any

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.clock import machine_clock
from ami_audit.adapters.guards import FileGuard, FileMemory
from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.linkage import StoredCosignature
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.verification import VerificationReport
from ami_audit.ports.memory import MemoryOf
from ami_audit.ports.signer import Signer
from ami_audit.services.portal import portal
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from tests.support.golden import ALICE
from tests.support.witnesses import cosigned, witness_key

CORE = NativeCore()
FILE = "audit.db"
_DRAFT = AuditDraft(
    action="file.observed", target="", target_type=AuditTargetType.FILE, source="file_source/1", actor="ann"
)


def opened(folder: Path, *signers: Signer, origin: str = "example.org/tamper") -> AuditStore:
    """Return the trail in a folder."""

    async def session() -> Session:
        return Session(
            store=await SqliteStore.open(folder / FILE),
            core=CORE,
            clock=machine_clock,
            signers=lambda _origin, _ring: signers,
            guard_of=lambda name: FileGuard(folder / "guard", name),
            new_origin=origin,
        )

    return AuditStore(session)


def fill(folder: Path, count: int, *signers: Signer, origin: str = "example.org/tamper") -> None:
    """Append so many observations of files, and a checkpoint over them; the index is brought up to date."""
    with opened(folder, *(signers or (ALICE,)), origin=origin) as store:
        drafts = [_DRAFT._replace(target=f"src/{index}.py", observed=f"{index:064x}") for index in range(count)]
        portal.run(store.append(drafts))
        portal.run(store.query_records(AuditFilter(limit=1)))


def cosign(folder: Path) -> None:
    """Let three witnesses cosign the last checkpoint."""

    async def work(store: AuditStore) -> None:
        kept = (await store.session()).store
        last = SignedCheckpoint.parse((await kept.checkpoints())[-1].note).checkpoint
        names = [f"example.org/w{number}" for number in range(1, 4)]
        await kept.add_cosignatures(
            [StoredCosignature(last.size, str(witness_key(name)), cosigned(last, name).signature) for name in names]
        )

    with opened(folder) as store:
        portal.run(work(store))


def memory_of(folder: Path) -> MemoryOf:
    """Return what remembers how far the trail of a folder was verified."""
    return lambda origin: FileMemory(folder / "state", origin=origin, store=str(folder / FILE))


def verified(folder: Path, **options: Any) -> VerificationReport:
    """Return the verdict on the whole trail."""
    with opened(folder) as store:
        return portal.run(store.verify(pinned=[ALICE.key_id], **options))


def verified_anew(folder: Path, **options: Any) -> VerificationReport:
    """Return the incremental verdict."""
    with opened(folder) as store:
        return portal.run(store.verify_new(memory_of(folder), pinned=[ALICE.key_id], **options))


def verified_range(folder: Path, first: object, last: object, **options: Any) -> VerificationReport:
    """Return the verdict on a range."""
    with opened(folder) as store:
        return portal.run(store.verify_range(str(first), str(last), pinned=[ALICE.key_id], **options))


def verified_sample(folder: Path, count: int, seed: str, **options: Any) -> VerificationReport:
    """Return the verdict on a sample."""
    with opened(folder) as store:
        return portal.run(store.verify_sample(count, seed=seed, pinned=[ALICE.key_id], **options))
