"""Can old records go, while everything that follows is still proven?"""

import json
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.damage import unguarded
from tests.support.golden import ALICE, BOB
from tests.support.retention import BY, CORE, KEEP, LONG_AGO, NOW, Place, facts

from ami_audit.adapters.archives import FileArchive
from ami_audit.adapters.guards import FileMemory
from ami_audit.domain.draft import fact_key
from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.verification import VerificationMode, VerificationReport
from ami_audit.services.portal import portal
from ami_audit.services.proving import inclusion_proof
from ami_audit.services.sealing import leaf_hashes
from ami_audit.services.session import Session
from ami_audit.services.usecases.archive import check_archive
from ami_audit.services.usecases.erase import erase


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
        proof = portal.run(inclusion_proof(session.store, CORE, index=10, size=head.size))
    place.pruned()
    leaf = leaf_hashes(CORE, [record])
    assert CORE.verify_inclusion(leaf, index=10, size=head.size, proof=proof, root=head.root)
    with place.opened() as store:
        session = portal.run(store.session())
        later = portal.run(_head(session))
        assert later.size > head.size
        fresh = portal.run(inclusion_proof(session.store, CORE, index=10, size=later.size))
        assert CORE.verify_inclusion(leaf, index=10, size=later.size, proof=fresh, root=later.root)


async def _at(session: Session, sequence: int) -> Sequence[object]:
    return await session.store.read(sequence, count=1)


async def _head(session: Session) -> object:
    return await session.store.head()


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
        portal.run(erase(store, "p1", authority="ticket", by=BY, root="."))
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
    restricted = KEEP + '\n[[records]]\nactions = ["file.*"]\nclass = "RESTRICTED"\n'
    keys = [fact_key("file_source/1", f"src/{number}.py", f"{number:064x}") for number in (10, 280, 5000)]
    place = Place(tmp_path, restricted)
    with place.opened(ALICE, now=LONG_AGO) as store:
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
        assert portal.run(erase(store, "p1", authority="ticket", by=BY, root=".")).values > 100
    assert place.verified().faults == ()
    again = place.pruned(now=NOW + timedelta(days=800))
    assert again.cut == 1024
    report = place.verified()
    assert (report.level, report.faults) == (VerificationLevel.CHECKPOINT, ())
    with FileArchive(Path(again.archive)).lines() as lines:
        verdict = check_archive(lines, CORE, location="second")
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

    with place.opened(ALICE, now=LONG_AGO) as store:
        portal.run(store.append(facts(0, 100)))
    assert anew().mode is VerificationMode.FULL
    with place.opened(ALICE, now=LONG_AGO) as store:
        portal.run(store.append(facts(100, 500)))
    assert place.pruned(ALICE).cut > 101
    once = anew()
    assert (once.mode, once.faults) == (VerificationMode.FULL, ())
    assert "were pruned since, up to record 512" in once.scope[0]
    assert "held from 512 on" in once.scope[1]
    again = anew()
    assert (again.mode, again.faults, again.checked.records) == (VerificationMode.INCREMENTAL, (), 0)
    assert again.root == place.verified().root


def test_the_record_of_a_pruning_says_what_is_gone(place: Place) -> None:
    """Whoever reads the trail later learns when, by whom, how much, and where it went."""
    answer = place.pruned()
    with place.opened() as store:
        (record,) = portal.run(store.query_records(AuditFilter(action="trail.pruned")))
    assert record.context["archive"] == answer.archive_sha256
    assert (record.context["cut"], record.context["pruned"]) == (768, 766)
    assert json.dumps(dict(record.context))
