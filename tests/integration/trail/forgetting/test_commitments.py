"""Are the values that a policy names kept behind commitments, and shown to whom it allows?"""

from pathlib import Path

import pytest
from tests.support.damage import unguarded
from tests.support.forgetting import EMAIL, OTHER, SALARY, faults, opened, ordered, raw, read, states

from ami_audit import AuditFilter
from ami_audit.domain.errors import (
    ConfigurationError,
    KeyStoreError,
    MalformedError,
    UsageError,
)
from ami_audit.domain.kinds import DataClassification, VerificationLevel
from ami_audit.domain.redaction import ValueState
from ami_audit.services.portal import portal


def test_no_value_that_a_policy_names_is_ever_written_in_clear(kept: Path, tmp_path: Path) -> None:
    """What was never in the file need not be searched for in its free pages, its log or its backups."""
    whole = raw(tmp_path)
    assert not any(value.encode() in whole for value in (EMAIL, OTHER, SALARY))
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
    assert (ann.actor, ann.context["user"]["email"]) == (EMAIL, EMAIL)
    assert salary.context == {}
    assert salary.classification is DataClassification.RESTRICTED
    *_, salary, _ = read(clearance="restricted")
    assert (salary.context["sum"], salary.metadata["desk"]) == (SALARY, SALARY)


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
        portal.run(store.append([ordered("ann", EMAIL)]))


def test_a_query_finds_no_committed_value(kept: Path) -> None:
    """The index and the text search know what stands in the trail, and nothing more."""
    with opened() as store:
        for wanted in (AuditFilter(actor=EMAIL), AuditFilter(text=EMAIL), AuditFilter(text=SALARY)):
            assert portal.run(store.query_records(wanted)) == []
    with opened(clearance="internal") as store:
        assert EMAIL not in portal.run(store.tally(AuditFilter(), "actor"))


def test_without_a_policy_nothing_is_committed(place: Path) -> None:
    """No file, no key, no digest: a trail is as it was."""
    with opened() as store:
        (record,) = portal.run(store.append([ordered("ann", EMAIL)]))
    assert record.protected == ()
    assert record.context["user"]["email"] == EMAIL
    assert not list(place.parent.rglob("*.subjects"))


def test_the_class_of_a_record_withholds_what_stands_in_clear(place: Path) -> None:
    """Without a policy a clearance is a courtesy of the reader's side; the record says what it does not show."""
    draft = ordered("ann", EMAIL)._replace(classification=DataClassification.CONFIDENTIAL)
    with opened(clearance="internal") as store:
        portal.run(store.append([draft]))
    (record,) = read(clearance="internal")
    assert (record.context, [value.path for value in record.protected]) == ({}, ["context.?"])
    with pytest.raises(UsageError, match="shown without its values"):
        record.verify()
    assert read(clearance="confidential")[0].verify()


def test_a_name_that_is_kept_for_digests_is_refused(policed: Path) -> None:
    """Else audited text could pass for a commitment."""
    draft = ordered("ann", EMAIL)._replace(context={"user": {"email": EMAIL}, "_sd": ["x"]})
    with opened() as store, pytest.raises(MalformedError, match=r"`context._sd`"):
        portal.run(store.append([draft]))


def test_one_record_is_verified_with_its_values(kept: Path) -> None:
    """`verify --record` says it as well."""
    with unguarded(kept) as database:
        database.execute("UPDATE disclosures SET sealed = zeroblob(length(sealed)) WHERE sequence = 1")
    with opened() as store:
        report = portal.run(store.verify_record("1"))
        assert {(fault.check, fault.sequence) for fault in report.faults} == {("disclosure", 1)}
        assert report.level is VerificationLevel.LINKS


def test_a_policy_that_cannot_be_read_stops_everything(policed: Path) -> None:
    """Going on without it would publish what it was meant to hide."""
    (policed / ".audit" / "policy.toml").write_text("vlaues = 1\n")
    with opened() as store, pytest.raises(ConfigurationError, match=r"policy.toml: `vlaues`: it is not known"):
        portal.run(store.append([ordered("ann", EMAIL)]))
    assert EMAIL.encode() not in raw(policed)
