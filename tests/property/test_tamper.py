"""Is every changed byte of a trail's database reported, and the changed thing named?"""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from tests.support.damage import Column, changed, columns, unguarded, write
from tests.support.golden import ALICE, BOB
from tests.support.trails import cosign

from ami_audit.adapters.archives import FileArchive
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.clock import machine_clock
from ami_audit.adapters.guards import FileGuard
from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.adapters.vaults import FileVault
from ami_audit.domain.classification import policy_of
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType, VerificationLevel
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.verification import VerificationReport
from ami_audit.ports.signer import Signer
from ami_audit.services.portal import portal
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.erase import erase
from ami_audit.services.usecases.key_changes import rotate_in_trail
from ami_audit.services.usecases.retention import prune

_CORE = NativeCore()
_COLUMNS = columns()


class _Somebody:
    """The caller of a test."""

    name = "tester@here"
    actor_type = "person"

    def provenance(self, _target: str) -> dict[str, Any]:
        return {"host": "here"}


_POLICY = policy_of(
    'subject = "context.person"\n[[values]]\npaths = ["context.mail"]\n[retention]\nkeep = "365 days"\n',
    where="policy.toml",
)


def opened(folder: Path, *signers: Signer, later: timedelta = timedelta()) -> AuditStore:
    """Return the trail in a folder, now or later."""

    async def session() -> Session:
        return Session(
            store=await SqliteStore.open(folder / "audit.db"),
            core=_CORE,
            clock=lambda: machine_clock() + later,
            signers=lambda _origin, _ring: signers,
            guard_of=lambda origin: FileGuard(folder / "guard", origin),
            new_origin="example.org/tamper",
            policy=_POLICY,
            vault_of=lambda origin: FileVault(folder / "subjects", origin, _CORE),
        )

    return AuditStore(session)


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A trail with everything in it: full tiles, two keys, checkpoints, a filled index, an erasure, a pruning."""
    folder = tmp_path_factory.mktemp("trail")
    draft = AuditDraft(
        action="file.observed", target="", target_type=AuditTargetType.FILE, source="file_source/1", actor="ann"
    )
    with opened(folder, ALICE) as store:
        drafts = [draft._replace(target=f"src/{index}.py", observed=f"{index:064x}") for index in range(150)]
        portal.run(store.append(drafts, run_id="01900000-0000-7000-8000-00000000beef"))
    with opened(folder, ALICE) as store:
        portal.run(rotate_in_trail(store, BOB, by=_Somebody(), root="."))  # type: ignore[arg-type]
    with opened(folder, BOB) as store:
        about = [{"person": f"p{index % 2}", "mail": f"{index}@example.org"} for index in range(150)]
        drafts = [draft._replace(target=f"lib/{index}.py", context=facts) for index, facts in enumerate(about)]
        portal.run(store.append(drafts))
        portal.run(store.query_records(AuditFilter(limit=1)))
        portal.run(erase(store, "p1", authority="ticket", by=_Somebody(), root="."))  # type: ignore[arg-type]
    with opened(folder, BOB, later=timedelta(days=800)) as store:
        place = FileArchive(folder / "archive.jsonl")
        portal.run(prune(store, by=_Somebody(), root=".", reason=None, archive_of=lambda _origin, _cut: place))  # type: ignore[arg-type]
        portal.run(store.query_records(AuditFilter(limit=1)))
    cosign(folder)
    return folder


def verified(folder: Path) -> VerificationReport:
    """Return the verdict on the trail in a folder."""
    with opened(folder) as store:
        return portal.run(store.verify(pinned=[ALICE.key_id]))


def test_the_trail_is_sound_before_it_is_touched(trail: Path) -> None:
    """Else everything below would prove nothing."""
    report = verified(trail)
    assert report.faults == ()
    assert report.level is VerificationLevel.CHECKPOINT
    assert report.size == 304


@pytest.mark.parametrize("column", _COLUMNS, ids=lambda column: f"{column.table}.{column.name}")
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(row=st.integers(0, 10_000), where=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_flipped_bit_is_reported_and_named(column: Column, trail: Path, row: int, where: int, bit: int) -> None:
    """Whoever can write the file can change any byte of it; the trail's promise is that `verify` says so."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "copy"
        shutil.copytree(trail, folder)
        with unguarded(folder / "audit.db") as database:
            keys = ", ".join(column.key)
            rows = database.execute(f"SELECT {column.name}, {keys} FROM {column.table}").fetchall()
            value, *key = rows[row % len(rows)]
            fresh = changed(value, where, bit)
            try:
                write(database, column, key, value=fresh, is_text=isinstance(value, str))
            except apsw.ConstraintError:
                reject()  # the changed key is another row's: the file itself cannot hold both
        report = verified(folder)
        assert not report.is_sound, f"{column} at {key}: {value!r} became {fresh!r}"
        assert all(fault.where and fault.detail for fault in report.faults)
