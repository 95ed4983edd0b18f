"""Is whoever changes a value, or what opens it, found out?"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.support.damage import unguarded
from tests.support.forgetting import OTHER, faults, forget, opened, read, sealed_of, states

from ami_audit import AuditFilter
from ami_audit.domain.redaction import ValueState
from ami_audit.services.portal import portal

_DAMAGE = [
    ("UPDATE disclosures SET sealed = zeroblob(length(sealed))", "tampered"),
    ("UPDATE disclosures SET subject = randomblob(16)", "tampered: its subject"),
    ("UPDATE disclosures SET digest = randomblob(32)", "belongs to no commitment"),
    ("DELETE FROM disclosures WHERE sequence = 2", "is missing, and no erasure says why"),
    ("UPDATE disclosures SET sequence = sequence + 100", "that the trail does not hold"),
    ("INSERT INTO erased SELECT sequence, digest, 1 FROM disclosures", "still there"),
    ("DELETE FROM erased", "are not those that it says"),
    ("UPDATE erased SET erasure = -1", "are not those that it says"),
    ("UPDATE erased SET erasure = 2", "does not say so"),
    ("UPDATE erased SET digest = randomblob(32)", "never committed to"),
]


@pytest.mark.parametrize(("damage", "said"), _DAMAGE, ids=[damage for damage, _ in _DAMAGE])
def test_whoever_changes_what_opens_a_value_is_found_out(kept: Path, damage: str, said: str) -> None:
    """By the owner of the keys; the record and the place are named where they can be."""
    forget("ann")
    with unguarded(kept) as database:
        database.execute(damage)
    assert any(said in fault for fault in faults()), faults()


def test_a_value_given_to_somebody_who_was_erased_is_found_out_and_stays(kept: Path) -> None:
    """Whoever has no key must not make the next opening destroy what is somebody else's."""
    forget("ann")
    with unguarded(kept) as database:
        own = database.execute("SELECT subject FROM disclosures WHERE sequence = 2 LIMIT 1").get
        database.execute("UPDATE disclosures SET subject = ? WHERE sequence = 2", (_erased_subject(),))
    assert any("tampered: its subject was erased" in fault for fault in faults())
    assert len(sealed_of(kept)) == 5
    with unguarded(kept) as database:
        database.execute("UPDATE disclosures SET subject = ? WHERE sequence = 2", (own,))
    assert faults() == []
    assert read()[1].actor == OTHER


def _erased_subject() -> bytes:
    with opened() as store:
        (record,) = portal.run(store.query_records(AuditFilter(action="subject.erased")))
    return bytes.fromhex(record.target)


def test_an_erasure_takes_nothing_that_the_store_only_says_to_be_theirs(kept: Path) -> None:
    """Changed before the erasure: what the person's key does not open is not theirs."""
    with unguarded(kept) as database:
        own = database.execute("SELECT subject FROM disclosures WHERE sequence = 2 LIMIT 1").get
        database.execute(
            "UPDATE disclosures SET subject = (SELECT subject FROM disclosures WHERE sequence = 1 LIMIT 1)"
            " WHERE sequence = 2"
        )
    assert forget("ann") == 8
    assert any("tampered: its subject was erased" in fault for fault in faults())
    with unguarded(kept) as database:
        database.execute("UPDATE disclosures SET subject = ? WHERE sequence = 2", (own,))
    assert faults() == []
    assert read()[1].actor == OTHER


def test_whoever_says_that_the_list_erased_a_value_is_found_out(kept: Path) -> None:
    """That somebody was erased here once explains no other value that is gone."""
    forget("ann")
    with unguarded(kept) as database:
        database.execute("INSERT INTO erased SELECT sequence, digest, -1 FROM disclosures")
        database.execute("DELETE FROM disclosures")
    assert any("neither a record nor a list here says why" in fault for fault in faults())


def test_a_copy_that_forgot_again_by_the_list_is_sound(kept: Path, tmp_path: Path) -> None:
    """Each value that is gone from it stands on the list."""
    backup = tmp_path / "backup.db"
    shutil.copy(kept, backup)
    forget("ann")
    read(backup)
    database = apsw.Connection(str(backup))
    assert database.execute("SELECT count(*) FROM erased WHERE erasure = -1").get == 8
    database.close()
    assert not [fault for fault in faults(backup) if "disclosure" in fault]


def test_a_changed_disclosure_is_shown_as_tampered(kept: Path) -> None:
    """Reading does not fail over it, and does not show it as true."""
    with unguarded(kept) as database:
        database.execute("UPDATE disclosures SET sealed = zeroblob(length(sealed)) WHERE sequence = 1")
    ann = read()[0]
    assert (ann.actor, states(ann)) == ("(tampered)", {ValueState.TAMPERED})


@pytest.fixture
def guarded(kept: Path) -> Iterator[apsw.Connection]:
    """The trail's file, with its guards on."""
    database = apsw.Connection(str(kept))
    yield database
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM disclosures",
        "UPDATE disclosures SET sealed = x'00'",
        "INSERT INTO erased SELECT sequence, digest, 99 FROM disclosures",
        "INSERT INTO erased VALUES (1, zeroblob(32), -1)",
        "INSERT OR REPLACE INTO disclosures SELECT sequence, digest, subject, x'00' FROM disclosures",
    ],
)
def test_the_guards_allow_an_erasure_and_nothing_else(guarded: apsw.Connection, statement: str) -> None:
    """A mistake in a script must not do what only an erasure may."""
    with pytest.raises(apsw.ConstraintError):
        guarded.execute(statement)
