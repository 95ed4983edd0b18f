"""The README's table of damage: each row is done to a real trail, and seen from the level that the row names."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.support import attacks
from tests.support.documents import README, tables
from tests.support.shell import Shell

from ami_audit.domain.kinds import VerificationLevel

ROWS = next(table for table in tables(README) if table[0][0] == "what somebody did")[1:]
_LAST = attacks.LAST
# What takes the evidence of one level away: no key known, nothing kept outside the store.
_WITHOUT = {
    VerificationLevel.PINNED_KEYS: "AMI_AUDIT_KEYS_DIR=/nowhere AMI_AUDIT_STATE_DIR=/nowhere ",
    VerificationLevel.CHECKPOINT: "AMI_AUDIT_STATE_DIR=/nowhere ",
}


class Case(NamedTuple):
    """One row: what is done, the check that reports it (empty: none, the level is lower), and where."""

    attack: attacks.Attack
    check: str = ""
    sequences: tuple[int, ...] = ()


CASES = {
    "changed a byte of a record": Case(attacks.change_a_record, "hash", (attacks.CHANGED,)),
    "removed a record from the middle": Case(attacks.remove_a_record, "sequence", (attacks.CHANGED + 1,)),
    "changed what stands beside the records: index, tile, head, key table, checkpoint, trigger": Case(
        attacks.change_the_index, "column", (attacks.CHANGED,)
    ),
    "changed a record and recomputed every hash after it": Case(
        attacks.change_and_recompute, "signature", tuple(range(attacks.CHANGED, _LAST + 1))
    ),
    "changed a signature and recomputed the tree": Case(attacks.change_a_signature, "signature", (attacks.CHANGED,)),
    "took a signature away and recomputed the tree": Case(attacks.take_a_signature_away),
    "appended a record that admits a key of their own, signed by it": Case(
        attacks.admit_a_key_of_ones_own, "key-not-valid", (_LAST + 1,)
    ),
    "told the whole trail anew with a key of their own": Case(attacks.tell_anew_with_another_key),
    "cut off the newest records, or put back an older copy of the file": Case(
        attacks.put_back_an_older_copy, "checkpoint"
    ),
    "told the whole trail anew with your key, after a checkpoint was kept": Case(
        attacks.tell_anew_with_the_key, "checkpoint"
    ),
    "deleted the kept checkpoint": Case(attacks.delete_the_kept_checkpoint),
}


def test_every_row_of_the_table_is_tried() -> None:
    """A claim that nobody tried is a hope."""
    assert [row[0] for row in ROWS] == list(CASES)


def test_the_trail_is_sound_before(attacked: Shell) -> None:
    """Else nothing below would prove anything."""
    verdict = _verdict(attacked)
    assert (verdict["level"], verdict["faults"], verdict["size"]) == ("checkpoint", [], _LAST + 1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_damage_is_seen_from_the_level_that_the_table_names(row: list[str], attacked: Shell, tmp_path: Path) -> None:
    """At that level it is reported; without the evidence of that level it is not, and the table must not say less."""
    case, level = CASES[row[0]], VerificationLevel.named(row[1].strip("`"))
    case.attack(attacked, tmp_path / "desk" / "shop" / ".audit" / "audit.db")
    verdict = _verdict(attacked, require=level, code=1)
    assert VerificationLevel.named(verdict["level"]) < level
    found = {fault["sequence"] for fault in verdict["faults"] if fault["check"] == case.check}
    assert found >= set(case.sequences)
    assert bool(found) == bool(case.check)
    if level in _WITHOUT:
        blind = _verdict(attacked, _WITHOUT[level])
        assert (blind["faults"], VerificationLevel.named(blind["level"])) == ([], level - 1)


def _verdict(
    shell: Shell, variables: str = "", *, require: VerificationLevel = VerificationLevel.HASHES, code: int = 0
) -> dict[str, Any]:
    answer = shell.run(f"{variables}ami-audit verify --require={require.label} --format=json")
    assert answer.code == code, answer.text
    verdict: dict[str, Any] = json.loads(answer.text)
    return verdict
