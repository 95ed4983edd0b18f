"""Does an incremental verification read only what is new, and say honestly what it did not read?"""

import shutil
from pathlib import Path

import apsw
import pytest
from tests.support.damage import unguarded
from tests.support.golden import BOB
from tests.support.trails import FILE, cosign, fill, memory_of, verified, verified_anew
from tests.support.witnesses import witness_key

from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.quorum import QuorumPolicy, profile
from ami_audit.domain.verification import VerificationMode, VerificationReport

_ORIGIN = "example.org/tamper"
_WITNESSES = [(witness_key(f"example.org/w{number}"), "") for number in range(1, 4)]
_POLICY = QuorumPolicy.parse(profile(_WITNESSES, faulty=0).encode())


def _damage(trail: Path, statement: str) -> None:
    with unguarded(trail / FILE) as database:
        database.execute(statement)


def _kept(trail: Path) -> Path:
    return Path(memory_of(trail)(_ORIGIN).location)


def _checks(report: VerificationReport) -> set[str]:
    return {fault.check for fault in report.faults}


def test_the_first_time_everything_is_read_and_remembered(trail: Path) -> None:
    """There is nothing to go on with; the answer says so, and claims the whole."""
    report = verified_anew(trail)
    assert (report.mode, report.checked.records, report.faults) == (VerificationMode.FULL, 601, ())
    assert "nothing was remembered" in report.scope[0]
    assert _kept(trail).exists()


def test_the_second_time_nothing_is_read_again(trail: Path) -> None:
    """One consistency proof stands for all that was read before."""
    whole = verified_anew(trail)
    again = verified_anew(trail)
    assert (again.mode, again.checked.records, again.size) == (VerificationMode.INCREMENTAL, 0, 601)
    assert again.checked.proofs >= 1
    assert (again.level, again.root, again.head) == (whole.level, whole.root, whole.head)
    assert again.level is VerificationLevel.CHECKPOINT


def test_only_what_was_added_is_read(trail: Path) -> None:
    """At any size a nightly run costs what the day brought."""
    verified_anew(trail)
    fill(trail, 300)
    report = verified_anew(trail)
    assert (report.faults, report.checked.records, report.size) == ((), 300, 901)
    assert (report.root, report.head, report.level) == (verified(trail).root, verified(trail).head, report.level)
    assert "first 601 records were not read again" in report.scope[0]


@pytest.mark.parametrize("added", [1, 7, 55, 167, 168, 424])
def test_it_goes_on_at_every_edge_of_the_tree(trail: Path, added: int) -> None:
    """Tiles that become full, and those that do not, are compared with the stored ones from any place on."""
    verified_anew(trail)
    fill(trail, added)
    first = verified_anew(trail)
    fill(trail, 1)
    report = verified_anew(trail)
    assert (first.faults, first.checked.records) == ((), added)
    assert (report.faults, report.checked.records, report.root) == ((), 1, verified(trail).root)


def test_damage_to_a_new_record_is_named(trail: Path) -> None:
    """And nothing is remembered of a trail with a fault: the next run reads it again."""
    verified_anew(trail)
    before = _kept(trail).read_text()
    fill(trail, 10)
    _damage(trail, "UPDATE records SET canonical = CAST(replace(CAST(canonical AS TEXT), 'ann', 'eve') AS BLOB)"
                   " WHERE sequence = 605")  # fmt: skip
    report = verified_anew(trail)
    assert {fault.sequence for fault in report.faults if fault.check == "hash"} == {605}
    assert report.level < VerificationLevel.HASHES
    assert _kept(trail).read_text() == before
    assert verified_anew(trail).faults == report.faults


def test_an_old_record_changed_since_does_not_show_and_the_answer_says_so(trail: Path) -> None:
    """What is not read cannot be judged: silence about that would be a lie."""
    verified_anew(trail)
    _damage(trail, "UPDATE records SET canonical = x'7b7d' WHERE sequence = 17")
    report = verified_anew(trail)
    assert report.faults == ()
    assert "does not show" in report.scope[1]
    assert "hash" in _checks(verified(trail))


def test_a_trail_set_back_behind_what_was_verified_is_told(trail: Path) -> None:
    """The rest is a whole trail; only the memory knows that there was more."""
    shutil.copy(trail / FILE, trail / "older.db")
    fill(trail, 10)
    verified_anew(trail)
    shutil.copy(trail / "older.db", trail / FILE)
    shutil.rmtree(trail / "guard")
    assert verified(trail).faults == ()
    report = verified_anew(trail)
    assert [fault.where for fault in report.faults] == [str(_kept(trail))]
    assert "its end is gone" in report.faults[0].detail
    assert (report.level, report.remaining) == (VerificationLevel.NONE, VerificationLevel.PINNED_KEYS)


def test_a_trail_told_anew_is_told(trail: Path, tmp_path: Path) -> None:
    """Same name, same key, longer than the one that was verified, and no checkpoint left."""
    verified_anew(trail)
    fill(tmp_path / "anew", 700)
    shutil.copy(tmp_path / "anew" / FILE, trail / FILE)
    shutil.rmtree(trail / "guard")
    assert verified(trail).faults == ()
    report = verified_anew(trail)
    assert "they are others" in report.faults[0].detail
    assert report.level is VerificationLevel.NONE


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"size": 1', "[1]", "\x00", "9" * 5000])
def test_a_damaged_memory_costs_one_sentence_and_a_full_check(trail: Path, text: str) -> None:
    """Losing it must not lose the answer."""
    verified_anew(trail)
    _kept(trail).write_text(text)
    report = verified_anew(trail)
    assert (report.mode, report.faults, report.checked.records) == (VerificationMode.FULL, (), 601)
    assert [sentence for sentence in report.scope if "it is damaged" in sentence]
    assert verified_anew(trail).mode is VerificationMode.INCREMENTAL


def test_one_changed_digit_of_the_memory_is_noticed(trail: Path) -> None:
    """A disk may flip a bit of it; going on from a wrong root would accuse the trail."""
    verified_anew(trail)
    told = _kept(trail).read_text()
    _kept(trail).write_text(told.replace('"unsigned": 0', '"unsigned": 1'))
    assert "it is damaged" in verified_anew(trail).scope[0]


def test_the_memory_of_another_trail_is_not_used(trail: Path, tmp_path: Path) -> None:
    """A file copied to the wrong place proves nothing, and accuses nobody."""
    other = tmp_path / "other"
    fill(other, 3, origin="example.org/other")
    verified_anew(other)
    _kept(trail).parent.mkdir()
    shutil.copy(memory_of(other)("example.org/other").location, _kept(trail))
    report = verified_anew(trail)
    assert "it is about the trail `example.org/other`" in report.scope[0]
    assert (report.mode, report.faults) == (VerificationMode.FULL, ())


def test_a_copy_elsewhere_has_a_memory_of_its_own(trail: Path, tmp_path: Path) -> None:
    """A backup that is behind must not look like a trail that was cut."""
    backup = Path(shutil.copytree(trail, tmp_path / "backup"))
    fill(trail, 10)
    verified_anew(trail)
    assert verified_anew(backup).faults == ()


def test_a_key_table_that_says_another_thing_of_old_records_is_read_as_a_whole(trail: Path) -> None:
    """Whoever adds a key there could sign what comes next."""
    verified_anew(trail)
    with unguarded(trail / FILE) as database:
        database.execute("INSERT INTO key_events VALUES (5, 0, 'added', ?, ?, 'bob')", (BOB.key_id, BOB.public_key))
    report = verified_anew(trail)
    assert "key table" in report.scope[0]
    assert _checks(report) == {"key"}


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE head SET root = zeroblob(32)", "head"),
        ("UPDATE head SET record_hash = zeroblob(32)", "head"),
        ("UPDATE tiles SET hashes = zeroblob(8192) WHERE position = 1", "tile"),
        ("UPDATE checkpoints SET note = 'x'", "checkpoint"),
        ("DELETE FROM records WHERE sequence = 600", "sequence"),
        ("UPDATE records SET signatures = x'' WHERE sequence = 599", "tile"),
    ],
)
def test_what_stands_at_the_edge_is_always_looked_at(trail: Path, statement: str, check: str) -> None:
    """What the next proof or the next record will lean on must be sound now."""
    verified_anew(trail)
    fill(trail, 200)
    _damage(trail, statement)
    report = verified_anew(trail)
    assert not report.is_sound
    assert check in _checks(report) or _checks(report) & {"link", "head"}


def test_a_guard_that_was_dropped_is_told_at_once(trail: Path) -> None:
    """Triggers cost nothing to look at."""
    verified_anew(trail)
    with apsw.Connection(str(trail / FILE)) as database:
        database.execute("DROP TRIGGER records_stay")
    report = verified_anew(trail)
    assert [fault.where for fault in report.faults] == ["trigger records_stay"]


@pytest.mark.parametrize("added", [0, 5])
def test_witnesses_who_vouched_before_still_do(trail: Path, added: int) -> None:
    """Their checkpoint is not larger than what was verified, and must be looked at all the same."""
    cosign(trail)
    witnessed = [verified_anew(trail, policy=_POLICY).level]
    for _ in range(3):
        if added:
            fill(trail, added)
        report = verified_anew(trail, policy=_POLICY)
        assert (report.faults, report.mode) == ((), VerificationMode.INCREMENTAL)
        assert report.witnesses is not None
        assert report.witnesses.size == 601
        witnessed.append(report.level)
    assert set(witnessed) == {VerificationLevel.WITNESSED}
