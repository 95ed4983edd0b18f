"""A trail of old records and some of today, pruned and looked at as often as a test wants."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ami_audit.adapters.archives import FileArchive
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.guards import FileGuard
from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.adapters.vaults import FileVault
from ami_audit.domain.classification import policy_of
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import ActorType, AuditTargetType, DataClassification
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.retention import PruneAnswer
from ami_audit.domain.store_check import StoreCheckAnswer
from ami_audit.domain.verification import VerificationReport
from ami_audit.ports.signer import Signer
from ami_audit.services.portal import portal
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.retention import prune
from ami_audit.services.usecases.store_check import check_store
from tests.support.golden import ALICE, BOB

CORE = NativeCore()


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


NOW = datetime(2026, 1, 1, tzinfo=UTC)


KEEP = """
subject = "context.person"

[[values]]
paths = ["context.email"]

[retention]
keep = "365 days"

[[retention.rules]]
actions = ["contract.*"]
keep = "10 years"
"""


class Somebody:
    """The caller of a test."""

    name = "tester@here"
    actor_type = ActorType.PERSON

    def provenance(self, _target: str) -> dict[str, Any]:
        """Return where the test runs."""
        return {"host": "here"}


BY = Somebody()


class Place:
    """A trail in a folder, opened as often as a test wants."""

    def __init__(self, folder: Path, policy: str = KEEP) -> None:
        self.folder = folder
        self.policy = policy
        self.file = folder / "audit.db"

    def opened(self, *signers: Signer, now: datetime = NOW, policy: str | None = None) -> AuditStore:
        """Return the trail at a moment."""

        async def session() -> Session:
            return Session(
                store=await SqliteStore.open(self.file),
                core=CORE,
                clock=lambda: now,
                signers=lambda _origin, _ring: signers,
                guard_of=lambda origin: FileGuard(self.folder / "guard", origin),
                new_origin="example.org/retention",
                policy=policy_of(self.policy if policy is None else policy, where="policy.toml"),
                vault_of=lambda origin: FileVault(self.folder / "subjects", origin, CORE),
                clearance=DataClassification.RESTRICTED,
            )

        return AuditStore(session)

    def pruned(self, *signers: Signer, now: datetime = NOW, policy: str | None = None) -> PruneAnswer:
        """Prune, and return what was done."""
        with self.opened(*(signers or (BOB,)), now=now, policy=policy) as store:
            return portal.run(prune(store, by=BY, root=".", reason=None, archive_of=self.archive))

    def archive(self, _origin: str, cut: int) -> FileArchive:
        """Return the archive of a cut."""
        return FileArchive(self.folder / f"{cut}.jsonl")

    def held(self) -> list[AuditRecord]:
        """Return every record that is held."""
        with self.opened() as store:
            return portal.run(store.query_records(AuditFilter(limit=10_000)))

    def checked(self, acknowledged: dict[str, str], *, rebuild: bool = False) -> StoreCheckAnswer:
        """Return what a look at the store finds."""
        with self.opened() as store:
            return portal.run(check_store(store, acknowledged=acknowledged, rebuild=rebuild))

    def verified(self) -> VerificationReport:
        """Return the verdict on the trail."""
        with self.opened() as store:
            guard_of = {"guard_of": lambda origin: FileGuard(self.folder / "guard", origin)}
            return portal.run(store.verify(pinned=[ALICE.key_id], **guard_of))


def facts(first: int, count: int, action: str = "file.observed") -> Sequence[AuditDraft]:
    """Return drafts of facts that a run would not record twice."""
    return [
        AuditDraft(
            action=action,
            target=f"src/{number}.py",
            target_type=AuditTargetType.FILE,
            source="file_source/1",
            actor="ann",
            context={"person": f"p{number % 3}", "email": f"secret-{number}@example.org"},
            observed=f"{number:064x}",
        )
        for number in range(first, first + count)
    ]
