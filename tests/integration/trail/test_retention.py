"""Can old records go, while everything that follows is still proven, and nothing else can go unseen?"""

import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.support.damage import unguarded
from tests.support.golden import ALICE, BOB

from ami_audit.adapters.archives import FileArchive
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.guards import FileGuard, FileMemory
from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.adapters.vaults import FileVault
from ami_audit.domain.classification import policy_of
from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.errors import FormatError, IntegrityError, NotFoundError, StoreError, UsageError
from ami_audit.domain.kinds import ActorType, AuditTargetType, DataClassification, VerificationLevel
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.redaction import ValueState
from ami_audit.domain.retention import PruneAnswer
from ami_audit.domain.store_check import StoreCheckAnswer
from ami_audit.domain.verification import VerificationMode, VerificationReport
from ami_audit.ports.signer import Signer
from ami_audit.ports.stores import RecordStore
from ami_audit.services.holds import refuse_held
from ami_audit.services.portal import portal
from ami_audit.services.proving import inclusion_proof
from ami_audit.services.sealing import leaf_hashes
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.archive import check_archive
from ami_audit.services.usecases.erase import erase
from ami_audit.services.usecases.key_changes import rotate_in_trail
from ami_audit.services.usecases.retention import hold, prune, release, retention_status
from ami_audit.services.usecases.store_check import check_store
from ami_audit.services.verification.verifier import Verifier

_CORE = NativeCore()
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_KEEP = """
subject = "context.person"

[[values]]
paths = ["context.email"]

[retention]
keep = "365 days"

[[retention.rules]]
actions = ["contract.*"]
keep = "10 years"
"""


class _Somebody:
    """The caller of a test."""

    name = "tester@here"
    actor_type = ActorType.PERSON

    def provenance(self, _target: str) -> dict[str, Any]:
        """Return where the test runs."""
        return {"host": "here"}


_BY = _Somebody()


class Place:
    """A trail in a folder, opened as often as a test wants."""

    def __init__(self, folder: Path, policy: str = _KEEP) -> None:
        self.folder = folder
        self.policy = policy
        self.file = folder / "audit.db"

    def opened(self, *signers: Signer, now: datetime = _NOW, policy: str | None = None) -> AuditStore:
        """Return the trail at a moment."""

        async def session() -> Session:
            return Session(
                store=await SqliteStore.open(self.file),
                core=_CORE,
                clock=lambda: now,
                signers=lambda _origin, _ring: signers,
                guard_of=lambda origin: FileGuard(self.folder / "guard", origin),
                new_origin="example.org/retention",
                policy=policy_of(self.policy if policy is None else policy, where="policy.toml"),
                vault_of=lambda origin: FileVault(self.folder / "subjects", origin, _CORE),
                clearance=DataClassification.RESTRICTED,
            )

        return AuditStore(session)

    def pruned(self, *signers: Signer, now: datetime = _NOW, policy: str | None = None) -> PruneAnswer:
        """Prune, and return what was done."""
        with self.opened(*(signers or (BOB,)), now=now, policy=policy) as store:
            return portal.run(prune(store, by=_BY, root=".", reason=None, archive_of=self.archive))

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


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trail of old records (a change of keys among them), and some of today."""
    place = Place(tmp_path_factory.mktemp("trail"))
    with place.opened(ALICE, now=_LONG_AGO) as store:
        portal.run(store.append(facts(0, 300)))
        portal.run(rotate_in_trail(store, BOB, by=_BY, root="."))
    with place.opened(BOB, now=_LONG_AGO + timedelta(days=1)) as store:
        portal.run(store.append(facts(300, 500)))
        portal.run(store.query_records(AuditFilter(limit=1)))
    with place.opened(BOB) as store:
        portal.run(store.append(facts(800, 20)))
    return place.folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Place:
    """A copy of that trail."""
    shutil.copytree(made, tmp_path / "copy")
    return Place(tmp_path / "copy")


def test_old_records_go_and_the_trail_is_whole(place: Place) -> None:
    """As far proven as before, and verification says what is held and which record says what is not."""
    before = place.verified()
    assert (before.level, before.faults, before.size) == (VerificationLevel.CHECKPOINT, (), 822)
    answer = place.pruned()
    assert (answer.cut, answer.pruned, answer.kept, answer.sequence) == (768, 766, 2, 822)
    after = place.verified()
    assert (after.level, after.faults, after.size) == (VerificationLevel.CHECKPOINT, (), 823)
    assert after.checked.records == 823 - 766
    assert any("held from 768 on" in line and "record 822 says" in line for line in after.scope)


def test_what_went_is_gone_and_the_bytes_are_measured(place: Place) -> None:
    """The text of a pruned record is in no page and no log; what is said to be freed is what the disk got back."""
    before = place.file.stat().st_size
    answer = place.pruned()
    assert answer.is_scrubbed
    raw = place.file.read_bytes()
    assert b"src/10.py" not in raw
    assert b"src/810.py" in raw
    assert answer.bytes_before >= before
    # Closing has added a checkpoint since: some pages at most.
    assert abs(place.file.stat().st_size - answer.bytes_after) <= 1 << 16
    assert answer.bytes_freed > 100_000


def test_a_proof_that_was_exported_before_still_holds(place: Place) -> None:
    """Whoever was given a record with its proof needs nothing from us any more."""
    with place.opened() as store:
        session = portal.run(store.session())
        (record,) = portal.run(_at(session, 10))
        head = portal.run(_head(session))
        proof = portal.run(inclusion_proof(session.store, _CORE, index=10, size=head.size))
    place.pruned()
    leaf = leaf_hashes(_CORE, [record])
    assert _CORE.verify_inclusion(leaf, index=10, size=head.size, proof=proof, root=head.root)
    with place.opened() as store:
        session = portal.run(store.session())
        later = portal.run(_head(session))
        assert later.size > head.size
        fresh = portal.run(inclusion_proof(session.store, _CORE, index=10, size=later.size))
        assert _CORE.verify_inclusion(leaf, index=10, size=later.size, proof=fresh, root=later.root)


async def _at(session: Session, sequence: int) -> Sequence[object]:
    return await session.store.read(sequence, count=1)


async def _head(session: Session) -> object:
    return await session.store.head()


def test_the_archive_proves_itself(place: Place) -> None:
    """With nothing but the file: every hash, link and signature, and that the checkpoint covers them."""
    answer = place.pruned()
    kept = FileArchive(Path(answer.archive))
    with kept.lines() as lines:
        verdict = check_archive(lines, _CORE, location=kept.location)
    assert (verdict.first, verdict.cut, verdict.records, verdict.faults) == (0, 768, 768, ())
    assert verdict.signer == BOB.signer


@pytest.mark.parametrize(
    ("old", "new"),
    [("src/9.py", "src/8.py"), ('"nonce": "0"', '"nonce": "1"'), ('"sequence": 10,', '"sequence": 11,')],
)
def test_a_changed_archive_is_found_out(place: Place, old: str, new: str) -> None:
    """One character of one record, and the record is named."""
    file = Path(place.pruned().archive)
    lines = file.read_text().splitlines(keepends=True)
    lines[11] = lines[11].replace(old, new, 1)
    verdict = check_archive(lines, _CORE, location="archive")
    assert {10, 11} & {fault.sequence for fault in verdict.faults}


@pytest.mark.parametrize(
    ("pinned", "level"),
    [
        ([], VerificationLevel.SIGNATURES),
        ([ALICE.key_id], VerificationLevel.SIGNATURES),
        ([ALICE.key_id, BOB.key_id], VerificationLevel.PINNED_KEYS),
    ],
)
def test_whose_archive_it_is_shows_by_a_pinned_key_alone(
    place: Place, pinned: Sequence[bytes], level: VerificationLevel
) -> None:
    """It names its keys itself: anybody can make one that is sound."""
    lines = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    verdict = check_archive(lines, _CORE, location="archive", pinned=pinned)
    assert (verdict.level, verdict.key_id, verdict.faults) == (level, BOB.key_id.hex(), ())
    assert any("--pin" in reason for reason in verdict.reasons) == (level < VerificationLevel.PINNED_KEYS)


@pytest.mark.parametrize(
    ("pins", "code", "said"),
    [
        ([], 0, "Proven to: signatures."),
        ([], 0, "is not proven"),
        ([], 0, BOB.key_id.hex()),
        ([ALICE.key_id.hex()], 1, "name it with `--pin KEY_ID`"),
        ([BOB.key_id.hex()], 0, "Proven to: pinned-keys."),
        (["nothing"], 2, "64 hex digits"),
    ],
)
def test_the_command_says_whose_an_archive_is(place: Place, pins: Sequence[str], code: int, said: str) -> None:
    """And fails where it is not of the key that the caller names."""
    program, home = Path(sys.executable).with_name("ami-audit"), {"HOME": str(place.folder)}
    words = [word for pin in pins for word in ("--pin", pin)]
    done = subprocess.run(
        [program, "retention", "check", place.pruned().archive, *words],
        cwd=place.folder,
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done


def _with_keys(line: str, change: Callable[[list[dict[str, Any]]], object]) -> str:
    said = json.loads(line)
    change(said["keys"])
    return json.dumps(said) + "\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda keys: keys.append({**keys[0], "sequence": 5}),
        lambda keys: keys.pop(),
        lambda keys: keys[0].update(signer="somebody@else"),
    ],
)
def test_an_archive_that_lies_about_its_keys_is_found_out(
    place: Place, change: Callable[[list[dict[str, Any]]], object]
) -> None:
    """Its records say which keys there were."""
    head, *rest = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    verdict = check_archive([_with_keys(head, change), *rest], _CORE, location="archive", pinned=[BOB.key_id])
    assert "key" in {fault.check for fault in verdict.faults}


def test_a_later_archive_that_gives_a_key_the_id_of_a_trusted_one_is_found_out(place: Place) -> None:
    """The records that named the keys are not in it."""
    place.pruned()
    with place.opened(BOB) as store:
        portal.run(store.append(facts(900, 300)))
    answer = place.pruned(now=_NOW + timedelta(days=800))
    head, *rest = Path(answer.archive).read_text().splitlines(keepends=True)
    assert check_archive([head, *rest], _CORE, location="archive", pinned=[BOB.key_id]).faults == ()
    lying = _with_keys(head, lambda keys: [key.update(key_id=ALICE.key_id.hex()) for key in keys])
    with pytest.raises(FormatError, match="by an id that is not its own"):
        check_archive([lying, *rest], _CORE, location="archive", pinned=[ALICE.key_id])


def test_a_key_that_admits_itself_in_an_archive_is_found_out(place: Place) -> None:
    """A record that is signed by nobody but the key that it adds; everything after it is not needed to see that."""
    head, *rest = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    said = json.loads(rest[5])
    content = json.loads(said["canonical"])
    key = {"key_id": ALICE.key_id.hex(), "public_key": b64encode(ALICE.public_key).decode(), "signer": "mallory"}
    content |= {"action": "key.added", "context": key}
    said |= {"canonical": _CORE.canonicalize(json.dumps(content).encode()).decode(), "signatures": ""}
    verdict = check_archive([head, *rest[:5], json.dumps(said), *rest[6:]], _CORE, location="archive")
    assert ("key-not-valid", 5) in {(fault.check, fault.sequence) for fault in verdict.faults}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"digest": "ab" * 32}, "belongs to no commitment"),
        ({"digest": "ab"}, None),
        ({"subject": ""}, None),
        ({"sealed": "?"}, None),
        ({"sealed": 7}, None),
    ],
)
def test_what_opens_an_archived_value_fits_its_record(place: Place, change: dict[str, Any], said: str | None) -> None:
    """Its digest is one that the record commits to; and it has the form of one."""
    lines = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    record = json.loads(lines[6])
    record["disclosures"][0] |= change
    lines[6] = json.dumps(record) + "\n"
    if said is None:
        with pytest.raises(FormatError, match="line 7 is no record"):
            check_archive(lines, _CORE, location="archive")
        return
    verdict = check_archive(lines, _CORE, location="archive")
    assert [(fault.check, fault.where) for fault in verdict.faults] == [("disclosure", "record 5")]
    assert said in verdict.faults[0].detail


def test_an_archive_that_was_cut_is_found_out(place: Place) -> None:
    """Its first line says where it ends."""
    lines = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    verdict = check_archive(lines[:-5], _CORE, location="archive")
    assert [fault.check for fault in verdict.faults] == ["sequence"]


def test_known_facts_stay_known(place: Place) -> None:
    """The next run over the same files must not record them all again because they are old."""
    keys = [fact_key("file_source/1", f"src/{number}.py", f"{number:064x}") for number in (10, 700, 810, 5000)]
    place.pruned()
    with place.opened() as store:
        assert list(portal.run(store.known(keys, before=1 << 40))) == [True, True, True, False]


def test_a_store_is_whole_after_a_pruning_and_an_erasure(place: Place) -> None:
    """What was let go of on purpose is told so, and by which record; what is lost is still missed."""
    before = place.held()
    told = {record.record_id: record.record_hash for record in before}
    place.pruned()
    with place.opened(BOB) as store:
        portal.run(erase(store, "p1", authority="ticket", by=_BY, root="."))
    answer = place.checked(told)
    assert (answer.is_whole, answer.missing, answer.pruned, answer.pruned_by) == (True, (), 766, 822)
    details = {part.name: part.detail for part in answer.parts}
    assert details["acknowledged"].startswith("56 acknowledged records are there; 766 were pruned, as record 822 says")
    assert details["records"].startswith("58 records: ")
    assert "766 earlier ones were pruned, as record 822 says" in details["records"]
    altered, never = before[-1].record_id, "ffffffff-ffff-7fff-8fff-ffffffffffff"
    answer = place.checked({**told, altered: "0" * 64, never: "", "nonsense": ""})
    assert (answer.is_whole, answer.missing, answer.pruned) == (False, (altered, never, "nonsense"), 766)
    more = {f"00000000-0000-7000-8000-{number:012x}": "" for number in range(3)}
    assert len(place.checked({**told, **more}).missing) == 3
    rebuilt = place.checked(told, rebuild=True)
    assert (rebuilt.is_whole, rebuilt.rebuilt) == (True, 58)


def test_a_store_without_its_pruning_record_is_not_whole(place: Place) -> None:
    """Then nothing says that the records may be gone."""
    told = {record.record_id: "" for record in place.held()}
    place.pruned()
    with unguarded(place.file) as connection:
        connection.execute("UPDATE records SET canonical = CAST('{}' AS BLOB) WHERE sequence = 822")
    answer = place.checked(told)
    assert not answer.is_whole
    assert (len(answer.missing), answer.pruned, answer.pruned_by) == (100, 0, None)


def test_hidden_facts_stay_known_after_a_pruning(tmp_path: Path) -> None:
    """What a restricted record keeps from its readers must not make the next run record it again."""
    restricted = _KEEP + '\n[[records]]\nactions = ["file.*"]\nclass = "RESTRICTED"\n'
    keys = [fact_key("file_source/1", f"src/{number}.py", f"{number:064x}") for number in (10, 280, 5000)]
    place = Place(tmp_path, restricted)
    with place.opened(ALICE, now=_LONG_AGO) as store:
        portal.run(store.append(facts(0, 300)))
        assert list(portal.run(store.known(keys, before=1 << 40))) == [True, True, False]
    assert place.pruned(ALICE).cut == 256
    with place.opened() as store:
        assert list(portal.run(store.known(keys, before=1 << 40))) == [True, True, False]
    assert place.verified().faults == ()
    shutil.rmtree(tmp_path / "subjects")
    with place.opened() as store:
        assert not any(portal.run(store.known(keys, before=1 << 40)))


def test_a_pruned_trail_goes_on(place: Place) -> None:
    """Appending, querying, erasing and pruning again, each as if nothing had gone."""
    place.pruned()
    with place.opened(BOB) as store:
        portal.run(store.append(facts(900, 300)))
        found = portal.run(store.query_records(AuditFilter(action="file.observed", limit=10_000)))
        assert len(found) == 822 - 768 + 300
        assert portal.run(erase(store, "p1", authority="ticket", by=_BY, root=".")).values > 100
    assert place.verified().faults == ()
    again = place.pruned(now=_NOW + timedelta(days=800))
    assert again.cut == 1024
    report = place.verified()
    assert (report.level, report.faults) == (VerificationLevel.CHECKPOINT, ())
    with FileArchive(Path(again.archive)).lines() as lines:
        verdict = check_archive(lines, _CORE, location="second")
    assert (verdict.first, verdict.cut, verdict.faults) == (768, 1024, ())


def test_one_record_and_a_sample_are_verified_after_pruning(place: Place) -> None:
    """The first one that is held, one that was left, and whatever is drawn among those that are held."""
    place.pruned()
    with place.opened() as store:
        for name in ("768", "0", "301", "822"):
            assert portal.run(store.verify_record(name)).faults == (), name
        assert portal.run(store.verify_sample(30, seed="x")).faults == ()
        assert portal.run(store.verify_range("768", None)).faults == ()
        with pytest.raises(UsageError, match="were pruned, as record 822 says"):
            portal.run(store.verify_record("10"))


def test_a_trail_pruned_beyond_what_was_verified_is_read_once_and_remembered(tmp_path: Path) -> None:
    """Not from the beginning at every incremental check from then on."""
    place = Place(tmp_path / "pruned", '[retention]\nkeep = "365 days"\n')

    def anew() -> VerificationReport:
        memory = FileMemory(tmp_path / "state", origin="example.org/retention", store=str(place.file))
        with place.opened() as store:
            return portal.run(store.verify_new(lambda _origin: memory, pinned=[ALICE.key_id]))

    with place.opened(ALICE, now=_LONG_AGO) as store:
        portal.run(store.append(facts(0, 100)))
    assert anew().mode is VerificationMode.FULL
    with place.opened(ALICE, now=_LONG_AGO) as store:
        portal.run(store.append(facts(100, 500)))
    assert place.pruned(ALICE).cut > 101
    once = anew()
    assert (once.mode, once.faults) == (VerificationMode.FULL, ())
    assert "were pruned since, up to record 512" in once.scope[0]
    assert "held from 512 on" in once.scope[1]
    again = anew()
    assert (again.mode, again.faults, again.checked.records) == (VerificationMode.INCREMENTAL, (), 0)
    assert again.root == place.verified().root


def test_a_rule_keeps_its_records_longer(place: Place, tmp_path: Path) -> None:
    """Records go oldest first: one that must stay keeps those after it."""
    other = Place(tmp_path / "other")
    with other.opened(ALICE, now=_LONG_AGO) as store:
        portal.run(store.append([*facts(0, 300), *facts(300, 1, action="contract.signed"), *facts(301, 400)]))
    assert other.pruned(ALICE).cut == 256


def test_a_hold_stops_pruning_and_erasing_until_it_is_released(place: Place) -> None:
    """Evidence that a court may ask for."""
    with place.opened(BOB) as store:
        portal.run(hold(store, "case 7", by=_BY, root=".", reason="subpoena"))
        with pytest.raises(UsageError, match="case 7"):
            portal.run(erase(store, "p1", authority="ticket", by=_BY, root="."))
        with pytest.raises(UsageError, match="in force already"):
            portal.run(hold(store, "case 7", by=_BY, root=".", reason=None))
        status = portal.run(retention_status(store))
        assert [one.name for one in status.holds] == ["case 7"]
        assert any("case 7" in line for line in status.blocked_by)
    with pytest.raises(UsageError, match="case 7"):
        place.pruned()
    with place.opened(BOB) as store:
        portal.run(release(store, "case 7", by=_BY, root=".", reason=None))
        with pytest.raises(NotFoundError, match="hold `case 7`"):
            portal.run(release(store, "case 7", by=_BY, root=".", reason=None))
    assert place.pruned().pruned > 0


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of the key's owner that does not ask whether a hold is in force."""

    async def nobody(*_arguments: object) -> None:
        return None

    for where in ("retention", "erase"):
        monkeypatch.setattr(f"ami_audit.services.usecases.{where}.refuse_held", nobody)


@pytest.mark.usefixtures("unasked")
@pytest.mark.parametrize("is_pruned", [True, False])
def test_the_owner_who_breaks_a_hold_is_found_out(place: Place, *, is_pruned: bool) -> None:
    """Pruned or erased all the same; released and done again, only the first is to blame."""
    with place.opened(BOB) as store:
        sequence = portal.run(hold(store, "case 7", by=_BY, root=".", reason="subpoena"))
        portal.run(hold(store, "case 8", by=_BY, root=".", reason=None))
        portal.run(release(store, "case 8", by=_BY, root=".", reason=None))
        if not is_pruned:
            portal.run(erase(store, "p1", authority="ticket", by=_BY, root="."))
    if is_pruned:
        place.pruned()
    with place.opened(BOB) as store:
        portal.run(release(store, "case 7", by=_BY, root=".", reason=None))
        portal.run(erase(store, "p2", authority="ticket", by=_BY, root="."))
    report = place.verified()
    assert [(fault.check, fault.sequence) for fault in report.faults] == [("hold", sequence + 3)]
    assert report.level < VerificationLevel.HASHES


@pytest.mark.usefixtures("unasked")
def test_a_hold_that_was_verified_before_still_counts(place: Place) -> None:
    """`verify --incremental` does not read the record of the hold again."""
    memory = _Memory()
    with place.opened(BOB) as store:
        portal.run(hold(store, "case 7", by=_BY, root=".", reason="subpoena"))
        assert portal.run(_verified_new(store, memory)).faults == ()
        portal.run(erase(store, "p1", authority="ticket", by=_BY, root="."))
        report = portal.run(_verified_new(store, memory))
        assert report.mode is VerificationMode.INCREMENTAL
        assert [fault.check for fault in report.faults] == ["hold"]


class _Memory:
    """Remembers for the length of a test."""

    location = "here"

    def __init__(self) -> None:
        self._text: str | None = None

    def recall(self) -> str | None:
        """Return what was kept last."""
        return self._text

    def keep(self, text: str) -> None:
        """Keep it."""
        self._text = text


async def _verified_new(store: AuditStore, memory: _Memory) -> VerificationReport:
    session = await store.session()
    return await Verifier(session.store, _CORE, clock=session.clock).verify_new(lambda _origin: memory)


def test_a_hold_that_begins_while_an_erasure_waits_stops_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked before the turn may be otherwise in it."""
    asked: list[str] = []

    async def late(store: RecordStore, done: str) -> None:
        asked.append(done)
        if len(asked) > 1:
            await refuse_held(store, done)

    with place.opened(BOB) as store:
        portal.run(hold(store, "case 7", by=_BY, root=".", reason=None))
        monkeypatch.setattr("ami_audit.services.usecases.erase.refuse_held", late)
        with pytest.raises(UsageError, match="case 7"):
            portal.run(erase(store, "p1", authority="ticket", by=_BY, root="."))
        record = portal.run(store.query_records(AuditFilter(action="file.observed")))[0]
        assert {value.state for value in record.protected} == {ValueState.DISCLOSED}


def test_without_a_policy_nothing_goes(place: Place) -> None:
    """Deleting evidence is never a default."""
    with pytest.raises(UsageError, match="No retention is set"):
        place.pruned(policy="")


def test_what_is_young_stays(place: Place) -> None:
    """A year is a year."""
    with pytest.raises(UsageError, match="256 at a time"):
        place.pruned(now=_LONG_AGO + timedelta(days=100))


def test_an_archive_is_never_overwritten(place: Place) -> None:
    """And nothing is pruned then."""
    (place.folder / "768.jsonl").write_text("something")
    with pytest.raises(StoreError, match="such a file already"):
        place.pruned()
    assert place.verified().size == 822


def test_a_trail_that_is_not_sound_is_not_pruned(place: Place) -> None:
    """What would go may be the evidence."""
    with unguarded(place.file) as database:
        database.execute("UPDATE records SET canonical = replace(canonical, 'ann', 'bob') WHERE sequence = 20")
    with pytest.raises(IntegrityError, match="not sound"):
        place.pruned()


def test_the_guards_let_go_of_what_a_pruning_says_and_of_nothing_else(place: Place) -> None:
    """A cut needs a record, a full tile and a checkpoint above it."""
    database = apsw.Connection(str(place.file))
    for statement in (
        "DELETE FROM records WHERE sequence = 5",
        "INSERT INTO pruned VALUES (255, 800)",
        "INSERT INTO pruned VALUES (256, 5000)",
        "INSERT INTO pruned VALUES (1024, 800)",
        "INSERT INTO pruned VALUES (0, 800)",
    ):
        with pytest.raises(apsw.ConstraintError):
            database.execute(statement)
    database.close()


_DAMAGE = [
    ("DELETE FROM pruned", "missing"),
    ("UPDATE pruned SET record = 821", "does not say so"),
    ("UPDATE pruned SET cut = 512", "does not say so"),
    ("DELETE FROM records WHERE sequence = 301", "other records are left"),
    ("UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 0 AND position = 1", ""),
    ("DELETE FROM tiles WHERE level = 0 AND position = 1", "missing"),
    ("UPDATE pruned_facts SET fact = randomblob(32) WHERE fact = (SELECT min(fact) FROM pruned_facts)", "facts"),
    ("DELETE FROM records WHERE sequence = 770", "missing"),
    ("UPDATE records SET previous_hash = zeroblob(32) WHERE sequence = 768", "link"),
    ("UPDATE records SET record_hash = zeroblob(32) WHERE sequence = 301", "leaf"),
]


@pytest.mark.parametrize(("damage", "said"), _DAMAGE, ids=[damage for damage, _ in _DAMAGE])
def test_whoever_makes_more_go_than_was_pruned_is_found_out(place: Place, damage: str, said: str) -> None:
    """A pruning must not be a door through which anything else may leave."""
    place.pruned()
    with unguarded(place.file) as database:
        database.execute(damage)
    found = [str(fault) for fault in place.verified().faults]
    assert any(said in fault for fault in found), found


def _change_a_pruned_leaf(place: Place, cut: int) -> None:
    """Change the hash of a pruned record, make tree and head fit, and take every checkpoint away: without any key."""
    with unguarded(place.file) as database:
        stored = database.execute("SELECT hashes FROM tiles WHERE level = 0 ORDER BY position LIMIT ?", (cut // 256,))
        leaves = bytearray(b"".join(hashes for (hashes,) in stored))
        leaves[320:352] = b"x" * 32
        query = "SELECT record_hash, signatures FROM records WHERE sequence >= ? ORDER BY sequence"
        rows = database.execute(query, (cut,)).fetchall()
        ends = list(accumulate(len(signatures) for _, signatures in rows))
        hashes, blocks = (b"".join(column) for column in zip(*rows, strict=True))
        leaves += _CORE.leaf_hashes(cut, hashes, blocks=blocks, ends=ends)
        root, frontier, _, tiles = _CORE.grow(0, frontier=b"", edges=[], leaves=bytes(leaves))
        database.execute("UPDATE head SET root = ?, frontier = ?", (root, frontier))
        for level, position, grown in tiles:
            change = "UPDATE tiles SET hashes = ? WHERE level = ? AND position = ?"
            database.execute(change, (grown, level, position))
        database.execute("DELETE FROM checkpoints")
    shutil.rmtree(place.folder / "guard")


def test_whoever_changes_the_hash_of_a_pruned_record_is_found_out(place: Place) -> None:
    """With every checkpoint gone, the pruning's own record still says what the tree was."""
    _change_a_pruned_leaf(place, place.pruned().cut)
    assert [fault.check for fault in place.verified().faults] == ["tile"]


def test_where_a_pruning_states_no_root_a_checkpoint_must_cover_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As earlier versions pruned."""

    class _Silent:
        def __init__(self, *_arguments: object) -> None:
            pass

        async def root(self, _size: int) -> bytes:
            return b""

    with monkeypatch.context() as earlier:
        earlier.setattr("ami_audit.services.usecases.retention.Prover", _Silent)
        cut = place.pruned().cut
    assert place.verified().faults == ()
    _change_a_pruned_leaf(place, cut)
    faults = place.verified().faults
    assert [fault.check for fault in faults] == ["checkpoint"]
    assert f"none covers the first {cut} records" in faults[0].detail


def test_the_record_of_a_pruning_says_what_is_gone(place: Place) -> None:
    """Whoever reads the trail later learns when, by whom, how much, and where it went."""
    answer = place.pruned()
    with place.opened() as store:
        (record,) = portal.run(store.query_records(AuditFilter(action="trail.pruned")))
    assert record.context["archive"] == answer.archive_sha256
    assert (record.context["cut"], record.context["pruned"]) == (768, 766)
    assert json.dumps(dict(record.context))
