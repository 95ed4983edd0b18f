"""Does a check of some records see all that is wrong with them, and claim nothing about the others?"""

from pathlib import Path

import apsw
import pytest
from tests.support.damage import unguarded
from tests.support.golden import BOB
from tests.support.trails import FILE, cosign, fill, opened, verified_range, verified_sample
from tests.support.witnesses import witness_key

from ami_audit.domain.errors import NotFoundError, UsageError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.quorum import QuorumPolicy, profile
from ami_audit.domain.sampling import picked
from ami_audit.domain.verification import VerificationMode, VerificationReport
from ami_audit.services.portal import portal

_SIZE = 601
_EVE = "UPDATE records SET canonical = CAST(replace(CAST(canonical AS TEXT), 'ann', 'eve') AS BLOB) WHERE sequence = "


def _damage(trail: Path, statement: str) -> None:
    with unguarded(trail / FILE) as database:
        database.execute(statement)


def _found(report: VerificationReport) -> set[tuple[str, int | None]]:
    return {(fault.check, fault.sequence) for fault in report.faults}


@pytest.mark.parametrize(
    ("first", "last"),
    [(0, 0), (0, 600), (1, 1), (255, 256), (256, 511), (100, 300), (511, 512), (590, 600), (600, 600)],
)
def test_a_sound_range_is_proven_to_the_checkpoint(trail: Path, first: int, last: int) -> None:
    """Wherever it lies in the tree: each record's leaf is bound to the root that the checkpoint covers."""
    report = verified_range(trail, first, last)
    assert (report.faults, report.level) == ((), VerificationLevel.CHECKPOINT)
    assert (report.first, report.size, report.checked.records) == (first, last - first + 1, last - first + 1)
    assert report.mode is (VerificationMode.RECORD if first == last else VerificationMode.RANGE)
    assert f"of {_SIZE} " in report.scope[0]


def test_a_range_can_be_named_by_ids_and_hashes(trail: Path) -> None:
    """As queries show them."""
    with opened(trail) as store:
        first, last = portal.run(store.query_records(AuditFilter(limit=2, offset=40)))
    report = verified_range(trail, first.record_id, last.record_hash)
    assert (report.faults, report.first, report.size) == ((), 40, 2)


def test_a_range_that_makes_no_sense_is_refused(trail: Path) -> None:
    """With what would make sense."""
    with pytest.raises(UsageError, match="its records are 0 to 600"):
        verified_range(trail, 5, 601)
    with pytest.raises(UsageError, match="ends before it begins"):
        verified_range(trail, 7, 6)
    with pytest.raises(NotFoundError):
        verified_range(trail, "ffffffffffff", 6)


def test_damage_outside_the_range_is_not_claimed_to_be_seen(trail: Path) -> None:
    """The answer is about the range; it says so."""
    _damage(trail, _EVE + "400")
    assert verified_range(trail, 10, 20).faults == ()
    assert ("hash", 400) in _found(verified_range(trail, 390, 410))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (_EVE + "300", ("hash", 300)),
        (_EVE + "590", ("hash", 590)),
        ("UPDATE records SET signatures = x'' WHERE sequence = 300", ("tile", 300)),
        ("UPDATE records SET signatures = x'' WHERE sequence = 590", ("tile", 590)),
        ("UPDATE records SET signatures = x'00' WHERE sequence = 300", ("signature-block", 300)),
        ("UPDATE records SET nonce = 1 WHERE sequence = 300", ("hash", 300)),
        ("UPDATE record_index SET actor = 'eve' WHERE sequence = 300", ("column", 300)),
        ("DELETE FROM records WHERE sequence = 300", ("sequence", 301)),
        ("DELETE FROM records WHERE sequence = 279", ("sequence", 279)),
        ("DELETE FROM records WHERE sequence = 596", ("sequence", 596)),
        ("UPDATE records SET previous_hash = zeroblob(32) WHERE sequence = 596", ("link", 596)),
        ("UPDATE records SET record_hash = zeroblob(32) WHERE sequence = 279", ("link", 280)),
        ("UPDATE tiles SET hashes = zeroblob(8192) WHERE position = 1", ("tile", 300)),
        ("UPDATE key_events SET public_key = zeroblob(32)", ("key", 0)),
        ("UPDATE head SET root = zeroblob(32)", ("head", None)),
        ("UPDATE head SET frontier = zeroblob(length(frontier))", ("head", None)),
        ("UPDATE checkpoints SET note = 'x'", ("checkpoint", None)),
    ],
)
def test_all_that_touches_the_range_is_seen(trail: Path, statement: str, expected: tuple[str, int | None]) -> None:
    """Its records, their neighbours, their leaves, and what vouches for the tree."""
    _damage(trail, statement)
    report = verified_range(trail, 280, 595)
    assert expected in _found(report)
    assert report.level < VerificationLevel.CHECKPOINT


def test_what_the_checkpoint_does_not_cover_is_not_proven_to_it(trail: Path) -> None:
    """A tail that no checkpoint covers could be cut off unseen."""
    kept = next((trail / "guard").glob("*.checkpoint"))
    before = kept.read_text()
    fill(trail, 20)
    kept.write_text(before)
    assert verified_range(trail, 590, 600).level is VerificationLevel.CHECKPOINT
    beyond = verified_range(trail, 590, 601)
    assert (beyond.faults, beyond.level) == ((), VerificationLevel.PINNED_KEYS)
    assert "covers the first 601 records" in beyond.reasons[0]


def test_an_earlier_checkpoint_that_was_cosigned_vouches_for_what_it_covers(trail: Path) -> None:
    """The latest one is not cosigned yet; what only it covers is not witnessed."""
    keys = [(witness_key(f"example.org/w{number}"), "") for number in range(1, 4)]
    policy = QuorumPolicy.parse(profile(keys, faulty=0).encode())
    cosign(trail)
    fill(trail, 20)
    assert verified_range(trail, 600, 600, policy=policy).level is VerificationLevel.WITNESSED
    beyond = verified_range(trail, 600, 601, policy=policy)
    assert (beyond.faults, beyond.level) == ((), VerificationLevel.CHECKPOINT)
    assert "seen the first 601 records" in beyond.reasons[0]


def test_a_key_that_only_the_key_table_names_is_not_believed(trail: Path) -> None:
    """Else whoever can write that table could sign anything."""
    with unguarded(trail / FILE) as database:
        database.execute("INSERT INTO key_events VALUES (5, 0, 'added', ?, ?, 'bob')", (BOB.key_id, BOB.public_key))
    assert ("key", 5) in _found(verified_range(trail, 300, 310))


def test_a_sample_says_what_it_drew_and_what_it_can_miss(trail: Path) -> None:
    """A hundred of 601: one altered record is missed five times out of six."""
    report = verified_sample(trail, 100, "first")
    assert (report.faults, report.level) == ((), VerificationLevel.CHECKPOINT)
    assert (report.mode, report.size, report.checked.records) == (VerificationMode.SAMPLE, _SIZE, 100)
    assert report.sample is not None
    assert (report.sample.seed, report.sample.drawn) == ("first", 100)
    assert report.sample.share == pytest.approx(100 / _SIZE)
    assert report.sample.missing[0].chance == pytest.approx(501 / _SIZE)
    assert "Only 100 of 601" in report.scope[0]


def test_an_altered_record_is_seen_when_it_is_drawn_and_only_then(trail: Path) -> None:
    """Each seed draws other records; the same seed draws the same."""
    _damage(trail, _EVE + "333")
    for seed in map(str, range(6)):
        is_drawn = 333 in picked(seed, count=200, population=_SIZE)
        assert [("hash", 333) in _found(verified_sample(trail, 200, seed)) for _ in range(2)] == [is_drawn] * 2


def test_a_sample_as_large_as_the_trail_misses_no_record(trail: Path) -> None:
    """Then nothing is left to chance."""
    _damage(trail, _EVE + "333")
    report = verified_sample(trail, 10_000, "s")
    assert ("hash", 333) in _found(report)
    assert report.sample is not None
    assert {case.chance for case in report.sample.missing} == {0.0}


def test_a_changed_field_is_named_where_the_index_still_tells_the_old_value(trail: Path) -> None:
    """A hash that does not hold says that something was changed; a person wants to know what."""
    _damage(trail, _EVE + "300")
    (fault,) = [fault for fault in verified_range(trail, 300, 300).faults if fault.check == "hash"]
    assert fault.field == "actor"
    assert fault.detail.endswith("`actor` is `eve` there and `ann` in the index")


def test_a_guard_that_was_dropped_is_told(trail: Path) -> None:
    """It costs nothing to look, so every check does."""
    with apsw.Connection(str(trail / FILE)) as database:
        database.execute("DROP TRIGGER records_stay")
    for report in (verified_range(trail, 3, 4), verified_sample(trail, 3, "s")):
        assert [fault.where for fault in report.faults] == ["trigger records_stay"]


def test_the_rotated_key_is_checked_with_the_records_that_name_it(trail: Path) -> None:
    """The key's own record is read although it was not asked for, and not counted as asked for."""
    _damage(trail, _EVE.replace("ann", "alice@example.org") + "0")
    report = verified_range(trail, 300, 300)
    assert ("hash", 0) in _found(report)
    assert (report.checked.records, report.unsigned) == (1, 0)
