"""Does `store check` say which part of a store is not whole, and `store rebuild` mend what can be mended?"""

import json

import pytest
from tests.cli.conftest import Program
from tests.cli.test_verify import damaged
from tests.support.repositories import Repository


def _parts(ami_audit: Program, *words: str, code: int = 0) -> dict[str, bool | None]:
    answer = json.loads(ami_audit("store", "check", "--format=json", *words, code=code).stdout)
    assert answer["is_whole"] is (code == 0)
    return {part["name"]: part["is_whole"] for part in answer["parts"]}


def test_a_whole_store_is_called_whole_part_by_part(ami_audit: Program) -> None:
    """After a crash that is the question; the level of proof is another one."""
    ami_audit("repo")
    assert _parts(ami_audit) == {
        **dict.fromkeys(("container", "records", "tree", "keys", "index", "checkpoints", "guard"), True),
        "acknowledged": None,
    }
    assert "The store is whole" in ami_audit("store", "check").stdout


def test_a_check_writes_nothing(ami_audit: Program, repository: Repository) -> None:
    """What is looked at may be evidence."""
    ami_audit("repo")
    folder = repository.path / ".audit"
    before = (folder / "audit.db").read_bytes()
    ami_audit("store", "check")
    assert (folder / "audit.db").read_bytes() == before
    assert all(not log.read_bytes() for log in folder.glob("*-wal"))


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        ("UPDATE records SET record_id = 'x' WHERE sequence = 4", "records"),
        ("UPDATE records SET nonce = 1 WHERE sequence = 4", "records"),
        ("UPDATE head SET root = zeroblob(32)", "tree"),
        ("UPDATE key_events SET signer = 'eve'", "keys"),
        ("UPDATE checkpoints SET note = note || 'x'", "checkpoints"),
        ("UPDATE record_index SET actor = 'eve' WHERE sequence = 4", "index"),
        ("CREATE TABLE strange (a)", "container"),
    ],
)
def test_damage_is_told_of_the_part_that_has_it(
    ami_audit: Program, repository: Repository, damage: str, part: str
) -> None:
    """With exit code 1: a script that starts a service after a crash asks nothing else."""
    ami_audit("repo")
    ami_audit("query")
    damaged(repository, damage)
    assert [name for name, is_whole in _parts(ami_audit, code=1).items() if is_whole is False] == [part]
    assert "damaged" in ami_audit("store", "check", code=1).stdout


def test_an_end_that_is_gone_is_told_of_the_guard(ami_audit: Program, repository: Repository) -> None:
    """The store itself is whole: only what was signed before knows that there was more."""
    ami_audit("repo")
    file = repository.path / ".audit" / "audit.db"
    backup = file.read_bytes()
    repository.commit({"late.py": "x"}, message="To be lost")
    ami_audit("repo")
    file.write_bytes(backup)
    parts = _parts(ami_audit, code=1)
    assert [name for name, is_whole in parts.items() if is_whole is False] == ["guard"]
    assert "ami-audit init --new-origin" in ami_audit("store", "check", code=1).stdout


def test_without_a_checkpoint_outside_the_answer_says_what_would_not_show(ami_audit: Program) -> None:
    """Unknown is not whole, and not damaged either."""
    ami_audit("repo")
    elsewhere = {"AMI_AUDIT_STATE_DIR": str(ami_audit.home / "nothing")}
    answer = json.loads(ami_audit("store", "check", "--format=json", environment=elsewhere).stdout)
    (guard,) = [part for part in answer["parts"] if part["name"] == "guard"]
    assert guard["is_whole"] is None
    assert "would not show" in guard["detail"]


def test_acknowledged_records_are_looked_for(ami_audit: Program, repository: Repository) -> None:
    """A service that keeps what it was told can ask whether all of it is still there, and the same."""
    ami_audit("repo")
    records = json.loads(ami_audit("query", "--format=json").stdout)["records"]
    kept = repository.path / "kept.txt"
    kept.write_text("".join(f"{record['record_id']} {record['record_hash']}\n" for record in records))
    assert _parts(ami_audit, f"--acknowledged={kept}")["acknowledged"] is True
    kept.write_text(f"{records[0]['record_id']} {'0' * 64}\nnever\n{records[1]['record_id']}\n")
    answer = json.loads(ami_audit("store", "check", "--format=json", f"--acknowledged={kept}", code=1).stdout)
    assert answer["missing"] == [records[0]["record_id"], "never"]
    assert "cannot be read" in ami_audit("store", "check", "--acknowledged=nowhere", code=2).stderr


def test_what_a_crash_left_beside_the_store_is_listed(ami_audit: Program, repository: Repository) -> None:
    """Nobody dares to delete a file with a strange name from a folder of evidence."""
    ami_audit("repo")
    left = repository.path / ".audit" / "audit.db.new-0badcafe"
    left.write_bytes(b"half")
    assert json.loads(ami_audit("store", "check", "--format=json").stdout)["leftovers"] == [str(left)]
    told = ami_audit("store", "check").stdout
    assert "Left by a crash" in told
    assert "audit.db.new-0badcafe" in told.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE record_index SET actor = 'eve' WHERE sequence = 4",
        "DELETE FROM record_index",
        "DELETE FROM indexed",
        "UPDATE indexed SET size = 1000",
        "DROP INDEX record_index_actor",
        "DROP TABLE record_index",
        "DROP TABLE indexed",
        "ALTER TABLE record_index ADD COLUMN strange TEXT",
    ],
)
def test_a_damaged_index_is_made_anew(ami_audit: Program, repository: Repository, damage: str) -> None:
    """It is a projection: the records say all of it."""
    ami_audit("repo")
    ami_audit("query")
    before = json.loads(ami_audit("query", "--format=json").stdout)["records"]
    damaged(repository, damage)
    assert "ami-audit store rebuild" in ami_audit("store", "check", code=1).stdout
    assert "The store is whole" in ami_audit("store", "rebuild").stdout
    _parts(ami_audit)
    assert json.loads(ami_audit("query", "--format=json").stdout)["records"] == before


def test_a_rebuild_does_not_hide_what_it_cannot_mend(ami_audit: Program, repository: Repository) -> None:
    """An index made from changed records agrees with them; the records' own hashes do not."""
    ami_audit("repo")
    changed = "CAST(replace(CAST(canonical AS TEXT), 'success', 'failure') AS BLOB)"
    damaged(repository, f"UPDATE records SET canonical = {changed} WHERE sequence = 4")
    answer = json.loads(ami_audit("store", "rebuild", "--format=json", code=1).stdout)
    assert [part["name"] for part in answer["parts"] if part["is_whole"] is False] == ["records"]


def test_without_a_trail_there_is_nothing_to_check(ami_audit: Program) -> None:
    """And none is made."""
    assert "ami-audit repo" in ami_audit("store", "check", code=2).stderr
    assert "ami-audit repo" in ami_audit("store", "rebuild", code=2).stderr
