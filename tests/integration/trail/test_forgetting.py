"""Can a person be forgotten, wholly, while everything else stays proven?"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.support.damage import unguarded

from ami_audit import AuditFilter, AuditStore
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import (
    ConfigurationError,
    KeyStoreError,
    MalformedError,
    NotFoundError,
    StoreError,
    UsageError,
)
from ami_audit.domain.kinds import AuditTargetType, DataClassification, VerificationLevel
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.redaction import ValueState
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.services.portal import portal
from ami_audit.services.usecases.erase import erase

_POLICY = """
subject = "context.user.id"

[[values]]
paths = ["context.user.email", "context.customer.*", "context.tags[*]", "actor"]
class = "CONFIDENTIAL"

[[records]]
actions = ["payroll.*"]
class = "RESTRICTED"
"""
_EMAIL = "ann-secret-7319@example.org"
_OTHER = "bob-secret-2468@example.org"
_SALARY = "salary-51729"


@pytest.fixture
def policed(place: Path) -> Path:
    """A place with a policy."""
    (place / ".audit").mkdir()
    (place / ".audit" / "policy.toml").write_text(_POLICY)
    return place


@pytest.fixture
def kept(policed: Path) -> Path:
    """A place whose trail holds values of two people, and records of nobody; the trail's file."""
    with opened() as store:
        portal.run(store.append([ordered("ann", _EMAIL), ordered("bob", _OTHER), paid("ann"), nothing()]))
        portal.run(store.query_records(AuditFilter(limit=1)))
    return policed / ".audit" / "audit.db"


def opened(location: Path | None = None, *, clearance: str = "restricted") -> AuditStore:
    """Return the trail of the working folder, for a reader with that clearance."""
    return AuditStore(location, clearance=clearance)


def ordered(person: str, email: str) -> AuditDraft:
    """Return a record that holds a person's address, name and tags."""
    return AuditDraft(
        action="order.placed",
        target="shop",
        target_type=AuditTargetType.SERVICE,
        source="shop/1",
        actor=email,
        context={"user": {"id": person, "email": email}, "tags": [f"{email} one", f"{email} two"], "count": 1},
    )


def paid(person: str) -> AuditDraft:
    """Return a record that is restricted as a whole."""
    return ordered(person, _EMAIL)._replace(
        action="payroll.paid", context={"user": {"id": person}, "sum": _SALARY}, metadata={"desk": _SALARY}
    )


def nothing() -> AuditDraft:
    """Return a record of which the policy hides the actor alone, who is about nobody."""
    return ordered("", "nobody")._replace(context={"count": 1})


def read(location: Path | None = None, *, clearance: str = "restricted") -> list[AuditRecord]:
    """Return all records of the shop as a reader sees them."""
    with opened(location, clearance=clearance) as store:
        return portal.run(store.query_records(AuditFilter(source="shop")))


def faults(location: Path | None = None) -> list[str]:
    """Return what verification says is wrong."""
    with opened(location) as store:
        return [str(fault) for fault in portal.run(store.verify()).faults]


def forget(person: str, location: Path | None = None) -> int:
    """Erase a person, and return how many values that were."""
    with opened(location) as store:
        answer = portal.run(erase(store, person, authority="ticket 7", by=caller(), root="."))
        return answer.values


def states(record: AuditRecord) -> set[ValueState]:
    """Return what became of a record's values."""
    return {value.state for value in record.protected}


def raw(folder: Path) -> bytes:
    """Return every byte of every file below a folder, names included."""
    parts = [part for file in sorted(folder.rglob("*")) for part in (file.name.encode(), _bytes(file))]
    return b"\n".join(parts)


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def test_no_value_that_a_policy_names_is_ever_written_in_clear(kept: Path, tmp_path: Path) -> None:
    """What was never in the file need not be searched for in its free pages, its log or its backups."""
    whole = raw(tmp_path)
    assert not any(value.encode() in whole for value in (_EMAIL, _OTHER, _SALARY))
    assert faults() == []


def test_a_reader_sees_what_their_clearance_allows(kept: Path) -> None:
    """The rest of the record is there, and says that something is withheld."""
    ann, _, salary, _ = read(clearance="internal")
    assert (ann.actor, ann.context["user"], ann.context["tags"]) == ("(withheld)", {"id": "ann"}, [])
    assert states(ann) == {ValueState.WITHHELD}
    assert {value.path for value in ann.protected} == {
        "actor",
        "context.user.email",
        "context.tags[0]",
        "context.tags[1]",
    }
    ann, _, salary, _ = read(clearance="confidential")
    assert (ann.actor, ann.context["user"]["email"]) == (_EMAIL, _EMAIL)
    assert salary.context == {}
    assert salary.classification is DataClassification.RESTRICTED
    *_, salary, _ = read(clearance="restricted")
    assert (salary.context["sum"], salary.metadata["desk"]) == (_SALARY, _SALARY)


@pytest.mark.parametrize("clearance", ["public", "internal", "confidential", "restricted"])
def test_a_record_hashes_the_same_for_every_reader(kept: Path, clearance: str) -> None:
    """Digests stand for what is withheld, so that anybody can check the record they were given."""
    records = read(clearance=clearance)
    shown = [record for record in records if all(value.digest for value in record.protected)]
    assert all(record.verify() for record in shown)
    assert len(shown) == (1 if clearance == "public" else 4)


def test_without_the_keys_the_record_is_there_and_its_values_are_withheld(
    kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An outsider verifies the trail and reads the rest; the names of what is hidden are hidden as well."""
    monkeypatch.setenv("AMI_AUDIT_SUBJECTS_DIR", str(tmp_path / "elsewhere"))
    ann = read()[0]
    assert ann.context["user"] == {"id": "ann"}
    assert {value.path for value in ann.protected} == {"actor", "context.user.?", "context.tags[0]", "context.tags[1]"}
    assert states(ann) == {ValueState.WITHHELD}
    assert ann.verify()
    assert faults() == []


def test_a_machine_without_the_keys_protects_nothing_under_new_ones(
    kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two keys for one person would let an erasure miss half of their values."""
    monkeypatch.setenv("AMI_AUDIT_SUBJECTS_DIR", str(tmp_path / "elsewhere"))
    with opened() as store, pytest.raises(KeyStoreError, match="copy that folder"):
        portal.run(store.append([ordered("ann", _EMAIL)]))


def test_an_erased_person_is_nowhere_and_the_trail_is_whole(kept: Path, tmp_path: Path) -> None:
    """The file, its log, the state, later reports: the value is gone, and so is what was sealed and the key."""
    before = kept.read_bytes()
    sealed = _sealed_of(kept)
    assert forget("ann") == 8
    whole = raw(tmp_path)
    assert _EMAIL.encode() not in whole
    assert _SALARY.encode() not in whole
    assert any(part in before for part in sealed)
    assert not any(part in whole for part in sealed[:4])
    assert faults() == []
    ann, bob, salary, _ = read()
    assert (ann.actor, ann.context["user"], states(ann)) == ("(erased)", {"id": "ann"}, {ValueState.ERASED})
    assert (salary.context, states(salary)) == ({}, {ValueState.ERASED})
    assert bob.context["user"]["email"] == _OTHER
    assert ann.verify()
    assert salary.verify()


def _sealed_of(file: Path) -> list[bytes]:
    """Return what is sealed for the first record's person, and for the others."""
    database = apsw.Connection(str(file))
    rows = database.execute("SELECT sealed FROM disclosures ORDER BY sequence").fetchall()
    database.close()
    return [bytes(row[0]) for row in rows]


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


def test_a_query_finds_no_committed_value(kept: Path) -> None:
    """The index and the text search know what stands in the trail, and nothing more."""
    with opened() as store:
        for wanted in (AuditFilter(actor=_EMAIL), AuditFilter(text=_EMAIL), AuditFilter(text=_SALARY)):
            assert portal.run(store.query_records(wanted)) == []
    with opened(clearance="internal") as store:
        assert _EMAIL not in portal.run(store.tally(AuditFilter(), "actor"))


def test_a_restored_copy_forgets_again_when_it_is_opened(kept: Path, tmp_path: Path) -> None:
    """A backup must not bring a person back: neither to a reader nor to the file."""
    backup = tmp_path / "backup.db"
    shutil.copy(kept, backup)
    forget("ann")
    sealed = _sealed_of(backup)
    assert len(sealed) == 13
    records = read(backup)
    assert states(records[0]) == {ValueState.ERASED}
    assert len(_sealed_of(backup)) == 5
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


def test_without_a_policy_nothing_is_committed(place: Path) -> None:
    """No file, no key, no digest: a trail is as it was."""
    with opened() as store:
        (record,) = portal.run(store.append([ordered("ann", _EMAIL)]))
    assert record.protected == ()
    assert record.context["user"]["email"] == _EMAIL
    assert not list(place.parent.rglob("*.subjects"))


def test_the_class_of_a_record_withholds_what_stands_in_clear(place: Path) -> None:
    """Without a policy a clearance is a courtesy of the reader's side; the record says what it does not show."""
    draft = ordered("ann", _EMAIL)._replace(classification=DataClassification.CONFIDENTIAL)
    with opened(clearance="internal") as store:
        portal.run(store.append([draft]))
    (record,) = read(clearance="internal")
    assert (record.context, [value.path for value in record.protected]) == ({}, ["context.?"])
    with pytest.raises(UsageError, match="shown without its values"):
        record.verify()
    assert read(clearance="confidential")[0].verify()


def test_a_name_that_is_kept_for_digests_is_refused(policed: Path) -> None:
    """Else audited text could pass for a commitment."""
    draft = ordered("ann", _EMAIL)._replace(context={"user": {"email": _EMAIL}, "_sd": ["x"]})
    with opened() as store, pytest.raises(MalformedError, match=r"`context._sd`"):
        portal.run(store.append([draft]))


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
    assert len(_sealed_of(kept)) == 5
    with unguarded(kept) as database:
        database.execute("UPDATE disclosures SET subject = ? WHERE sequence = 2", (own,))
    assert faults() == []
    assert read()[1].actor == _OTHER


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
    assert read()[1].actor == _OTHER


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


def test_one_record_is_verified_with_its_values(kept: Path) -> None:
    """`verify --record` says it as well."""
    with unguarded(kept) as database:
        database.execute("UPDATE disclosures SET sealed = zeroblob(length(sealed)) WHERE sequence = 1")
    with opened() as store:
        report = portal.run(store.verify_record("1"))
        assert {(fault.check, fault.sequence) for fault in report.faults} == {("disclosure", 1)}
        assert report.level is VerificationLevel.LINKS


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


def test_a_policy_that_cannot_be_read_stops_everything(policed: Path) -> None:
    """Going on without it would publish what it was meant to hide."""
    (policed / ".audit" / "policy.toml").write_text("vlaues = 1\n")
    with opened() as store, pytest.raises(ConfigurationError, match=r"policy.toml: `vlaues`: it is not known"):
        portal.run(store.append([ordered("ann", _EMAIL)]))
    assert _EMAIL.encode() not in raw(policed)
