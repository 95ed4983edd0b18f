"""What is done about a store depends on which part of it is damaged."""

import pytest

from ami_audit.domain.errors import UsageError
from ami_audit.domain.store_check import acknowledged_in, after_store_check, part_of
from ami_audit.domain.verification import Fault

_GUARD = "/home/ann/checkpoint"
_ID = "019ab1c2-7f00-7a11-8c22-000000000017"


def _fault(check: str, where: str = "record 17", field: str | None = None) -> Fault:
    return Fault(check=check, where=where, detail="expected one thing, found another", field=field)


@pytest.mark.parametrize(
    ("fault", "part"),
    [
        (_fault("pages"), "container"),
        (_fault("schema", "trigger records_stay", "records_stay"), "container"),
        (_fault("hash"), "records"),
        (_fault("signature"), "records"),
        (_fault("column", field="records.record_id"), "records"),
        (_fault("column", field="record_index.actor"), "index"),
        (_fault("tile", "tile 0/3"), "tree"),
        (_fault("head", "head.root"), "tree"),
        (_fault("key", "key of record 0"), "keys"),
        (_fault("checkpoint", "checkpoint 17"), "checkpoints"),
        (_fault("checkpoint", _GUARD), "guard"),
    ],
)
def test_a_fault_belongs_to_one_part(fault: Fault, part: str) -> None:
    """A person must know where to look."""
    assert part_of(fault, guard=_GUARD) == part


@pytest.mark.parametrize(
    "fault",
    [
        _fault("column", field="record_index.actor"),
        _fault("column", "indexed", "id"),
        _fault("column", "indexed.size", "indexed.size"),
        _fault("schema", "index record_index_actor", "record_index_actor"),
        _fault("schema", "table record_index", "record_index"),
    ],
)
def test_damage_to_the_index_alone_is_mended_by_a_command(fault: Fault) -> None:
    """It is made from the records; asking for a backup would cost what came after it."""
    assert [step.command for step in after_store_check([fault], missing=False, guard=_GUARD)] == [
        "ami-audit store rebuild"
    ]


@pytest.mark.parametrize(
    "fault", [_fault("hash"), _fault("column", field="records.record_id"), _fault("schema", "trigger records_stay")]
)
def test_damage_to_what_was_sealed_is_never_mended_by_a_command(fault: Fault) -> None:
    """Not even when the index is damaged, too: the evidence is kept as it is."""
    steps = after_store_check([_fault("column", field="record_index.actor"), fault], missing=False, guard=_GUARD)
    assert all("rebuild" not in step.command for step in steps)
    assert "Copy" in steps[0].why


def test_a_store_that_is_behind_may_be_replaced_by_a_new_trail() -> None:
    """When the newer store is lost nothing else is left to do."""
    behind = after_store_check([_fault("checkpoint", _GUARD)], missing=False, guard=_GUARD)
    assert behind[-1].command == "ami-audit init --new-origin"
    assert after_store_check([], missing=True, guard=_GUARD)[-1].command == "ami-audit init --new-origin"


def test_a_list_of_acknowledged_records_may_hold_hashes_and_remarks() -> None:
    """Whoever keeps such a list writes beside it why."""
    text = f"# from the till\n\n{_ID}\nother  AB12 # the second\n"
    assert acknowledged_in(text, where="list") == {_ID: "", "other": "ab12"}


def test_a_list_that_holds_something_else_is_refused_with_the_line() -> None:
    """A wrong file must not read as a list whose records are missing."""
    with pytest.raises(UsageError, match="`list`, line 2: expected a record id"):
        acknowledged_in(f"{_ID}\none two three\n", where="list")
