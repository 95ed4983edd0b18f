"""Can a person be forgotten, wholly, while everything else stays proven?"""

import json
import shutil
from pathlib import Path

import pytest
from tests.support.forgetting import EMAIL, OTHER, SALARY, faults, forget, opened, ordered, raw, read, sealed_of, states

from ami_audit import AuditFilter
from ami_audit.domain.errors import (
    NotFoundError,
    StoreError,
    UsageError,
)
from ami_audit.domain.redaction import ValueState
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.services.portal import portal
from ami_audit.services.usecases.erase import erase


def test_an_erased_person_is_nowhere_and_the_trail_is_whole(kept: Path, tmp_path: Path) -> None:
    """The file, its log, the state, later reports: the value is gone, and so is what was sealed and the key."""
    before = kept.read_bytes()
    sealed = sealed_of(kept)
    assert forget("ann") == 8
    whole = raw(tmp_path)
    assert EMAIL.encode() not in whole
    assert SALARY.encode() not in whole
    assert any(part in before for part in sealed)
    assert not any(part in whole for part in sealed[:4])
    assert faults() == []
    ann, bob, salary, _ = read()
    assert (ann.actor, ann.context["user"], states(ann)) == ("(erased)", {"id": "ann"}, {ValueState.ERASED})
    assert (salary.context, states(salary)) == ({}, {ValueState.ERASED})
    assert bob.context["user"]["email"] == OTHER
    assert ann.verify()
    assert salary.verify()


def test_the_erasure_is_a_record_that_names_nobody(kept: Path, tmp_path: Path) -> None:
    """Who asked, who did it, how much it was: but not who is meant."""
    forget("ann")
    with opened() as store:
        (record,) = portal.run(store.query_records(AuditFilter(action="subject.erased")))
    assert record.context["authority"] == "ticket 7"
    assert (record.context["values"], record.context["records"]) == (8, 2)
    assert "ann" not in json.dumps([record.target, dict(record.context)])
    (file,) = tmp_path.rglob("*.subjects")
    assert record.target in file.read_text()


def test_a_restored_copy_forgets_again_when_it_is_opened(kept: Path, tmp_path: Path) -> None:
    """A backup must not bring a person back: neither to a reader nor to the file."""
    backup = tmp_path / "backup.db"
    shutil.copy(kept, backup)
    forget("ann")
    sealed = sealed_of(backup)
    assert len(sealed) == 13
    records = read(backup)
    assert states(records[0]) == {ValueState.ERASED}
    assert len(sealed_of(backup)) == 5
    found = faults(backup)
    assert [fault for fault in found if "disclosure" in fault] == []
    assert any("its end is gone" in fault for fault in found)


def test_a_person_who_returns_is_a_new_matter(kept: Path) -> None:
    """What was erased stays erased; the new values have a key of their own, and can be erased again."""
    forget("ann")
    with opened() as store:
        portal.run(store.append([ordered("ann", "ann-again@example.org")]))
    records = read()
    assert states(records[0]) == {ValueState.ERASED}
    assert records[-1].context["user"]["email"] == "ann-again@example.org"
    assert forget("ann") == 4
    assert states(read()[-1]) == {ValueState.ERASED}
    assert faults() == []


def test_values_about_nobody_are_erased_by_their_record(kept: Path) -> None:
    """An address in a record that names no subject can still be forgotten."""
    record = read()[-1]
    assert record.actor == "nobody"
    assert forget(f"record:{record.record_id}") == 1
    assert read()[-1].actor == "(erased)"


@pytest.mark.parametrize("person", ["nobody-at-all", "Ann", ""])
def test_an_unknown_person_is_not_erased(kept: Path, person: str) -> None:
    """A misspelt name must not be reported as done."""
    with pytest.raises(NotFoundError, match="No subject"):
        forget(person)
    assert faults() == []


def test_erasing_twice_says_so(kept: Path) -> None:
    """The second time nothing is there."""
    forget("ann")
    with pytest.raises(NotFoundError, match="erased already"):
        forget("ann")


def test_an_erasure_needs_an_authority(kept: Path) -> None:
    """It is the one thing that a reader of the record must learn."""
    with opened() as store, pytest.raises(UsageError, match="--authority"):
        portal.run(erase(store, "ann", authority=" ", by=caller(), root="."))


def test_an_erasure_that_was_cut_short_is_finished_by_the_same_call(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key goes first: whatever happens then, the values are gone, and a record still follows."""
    with monkeypatch.context() as cut:
        cut.setattr("ami_audit.adapters.stores.sqlite.appending.erase", _fail)
        with pytest.raises(StoreError, match="power cut"):
            forget("ann")
    assert states(read()[0]) == {ValueState.ERASED}
    assert faults() == []
    forget("ann")
    with opened() as store:
        assert len(portal.run(store.query_records(AuditFilter(action="subject.erased")))) == 1
    assert faults() == []


def _fail(*_arguments: object) -> None:
    raise OSError("power cut")
