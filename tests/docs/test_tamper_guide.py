"""The guide's table of damage: each row is done to a real trail, and seen from the level that the row names."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.support import attacks
from tests.support.attacks import CHANGED, LAST
from tests.support.documents import GUIDE, tables
from tests.support.shell import Shell

from ami_audit.domain.kinds import VerificationLevel

ROWS = next(table for table in tables(GUIDE / "verification.md") if table[0][0] == "what somebody did")[1:]
_NOT_SEEN = "not seen"
# What takes the evidence of one level away: no key known, nothing kept outside the store.
_WITHOUT = {
    VerificationLevel.PINNED_KEYS: "AMI_AUDIT_KEYS_DIR=/nowhere AMI_AUDIT_STATE_DIR=/nowhere ",
    VerificationLevel.CHECKPOINT: "AMI_AUDIT_STATE_DIR=/nowhere ",
}


class Case(NamedTuple):
    """One row: what is done, the check that reports it (empty: none, the level falls), and which records it names."""

    attack: attacks.Attack
    check: str = ""
    sequences: tuple[int, ...] = ()
    trail: str = ".audit/audit.db"


_AFTER = tuple(range(CHANGED, LAST + 1))
_MINED = "mined/audit.db"
CASES = {
    "changed a byte of a record": Case(attacks.change_a_record, "hash", (CHANGED,)),
    "deleted a record from the middle": Case(attacks.remove_a_record, "sequence", (CHANGED + 1,)),
    "inserted a record in the middle": Case(attacks.insert_a_record, "hash", (CHANGED,)),
    "swapped two records": Case(attacks.swap_two_records, "content", (CHANGED, CHANGED + 1)),
    "appended a record once more": Case(attacks.duplicate_a_record, "content", (LAST + 1,)),
    "put the record of another trail in the place of one": Case(attacks.splice_in_a_record, "hash", (CHANGED,)),
    "cut off the newest records": Case(attacks.cut_off_the_end_only, "head"),
    "changed the stored root, or a tile": Case(attacks.change_a_tile_or_head, "head"),
    "changed a column only": Case(attacks.change_the_index, "column", (CHANGED,)),
    "changed an index of the database only": Case(attacks.edit_an_index, "pages"),
    "dropped a trigger": Case(attacks.drop_a_trigger, "schema"),
    "swapped a key in the key table": Case(attacks.swap_the_key, "key"),
    "left out the work that the first record asks for": Case(attacks.do_less_work, "bits", (), _MINED),
    "lowered what the first record asks for, and recomputed every hash": Case(
        attacks.lower_the_difficulty, "signature", (0, 1, 2), _MINED
    ),
    "changed a record and recomputed every hash after it, without the key": Case(
        attacks.change_and_recompute, "signature", _AFTER
    ),
    "changed a signature and recomputed the tree": Case(attacks.change_a_signature, "signature", (CHANGED,)),
    "signed a record with a key of their own and recomputed the tree": Case(
        attacks.sign_with_another_key, "unknown-key", (CHANGED,)
    ),
    "appended a record that admits a key of their own, signed by it": Case(
        attacks.admit_a_key_of_ones_own, "key-not-valid", (LAST + 1,)
    ),
    "erased somebody under a legal hold, with your key": Case(attacks.erase_under_a_hold, "hold", (LAST + 2,)),
    "took a signature away and recomputed the tree": Case(attacks.take_a_signature_away),
    "appended a record without a signature": Case(attacks.add_a_record_unsigned),
    "told the whole trail anew with a key of their own": Case(attacks.tell_anew_with_another_key),
    "cut off the newest records and made the end fit": Case(attacks.cut_off_the_end, "checkpoint"),
    "put back an older copy of the file": Case(attacks.put_back_an_older_copy, "checkpoint"),
    "put back an older copy and went on from there with your key": Case(attacks.fork_from_a_backup, "checkpoint"),
    "told the whole trail anew with your key": Case(attacks.tell_anew_with_the_key, "checkpoint"),
    "deleted the kept checkpoint": Case(attacks.delete_the_kept_checkpoint),
    "told the whole trail anew with your key, and the kept checkpoint with it": Case(
        attacks.tell_anew_and_replace_the_checkpoint
    ),
    "did something and never recorded it": Case(attacks.never_write_a_record),
}


def test_every_row_of_the_table_is_tried() -> None:
    """A claim that nobody tried is a hope."""
    assert [row[0] for row in ROWS] == list(CASES)


@pytest.mark.parametrize("trail", [".audit/audit.db", _MINED])
def test_the_trails_are_sound_before(trail: str, attacked: Shell) -> None:
    """Else nothing below would prove anything."""
    verdict = _verdict(attacked, Case(attacks.change_a_record, trail=trail))
    assert (verdict["level"], verdict["faults"]) == ("checkpoint", [])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_damage_is_seen_from_the_level_that_the_table_names(row: list[str], attacked: Shell, tmp_path: Path) -> None:
    """At that level it is reported; without the evidence of that level it is not, and the table must not say less."""
    case, seen_from = CASES[row[0]], row[1].strip("`")
    case.attack(attacked, tmp_path / "desk" / "shop" / case.trail)
    if seen_from == _NOT_SEEN:
        verdict = _verdict(attacked, case, require=VerificationLevel.CHECKPOINT)
        assert (verdict["faults"], verdict["level"]) == ([], "checkpoint")
        return
    level = VerificationLevel.named(seen_from)
    verdict = _verdict(attacked, case, require=level, code=1)
    # An outside checkpoint that contradicts the trail leaves it proven to nothing, for levels are cumulative.
    reached = verdict["remaining"] or verdict["level"]
    assert VerificationLevel.named(reached) == level - 1
    found = {fault["sequence"] for fault in verdict["faults"] if fault["check"] == case.check}
    assert found >= set(case.sequences)
    assert bool(found) == bool(case.check)
    assert row[2] == (f"`{case.check}`" if case.check else "the level falls")
    assert row[3].startswith("yes") == bool(case.sequences)
    if level in _WITHOUT:
        blind = _verdict(attacked, case, _WITHOUT[level])
        assert (blind["faults"], VerificationLevel.named(blind["level"])) == ([], level - 1)


def _verdict(
    shell: Shell,
    case: Case,
    variables: str = "",
    *,
    require: VerificationLevel = VerificationLevel.HASHES,
    code: int = 0,
) -> dict[str, Any]:
    command = f"{variables}ami-audit verify --store={case.trail} --require={require.label} --format=json"
    answer = shell.run(command)
    assert answer.code == code, answer.text
    verdict: dict[str, Any] = json.loads(answer.text)
    return verdict
