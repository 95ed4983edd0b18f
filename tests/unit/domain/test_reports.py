"""What reports hold: counts that add up, findings that say where, keys that are told once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.answers import MOMENT, a_finding, a_past_run, a_record, some_findings

from ami_audit.domain.finding import AuditViolation
from ami_audit.domain.key_facts import key_facts
from ami_audit.domain.keyring import Validity
from ami_audit.domain.reports import Breakdown, Findings, ReportedFinding, is_gap
from ami_audit.domain.stored_key import StoredKey

_COUNTS = st.dictionaries(st.text(max_size=5), st.integers(0, 10**9), max_size=30)


@given(_COUNTS, st.integers(0, 12))
def test_a_breakdown_adds_up_to_what_was_counted(counts: dict[str, int], top: int) -> None:
    """What is not named is still counted."""
    breakdown = Breakdown.of(counts, top=top)
    assert breakdown.total == sum(counts.values())
    assert breakdown.kinds == len(counts)
    assert len(breakdown.counts) == min(top, len(counts))


@given(_COUNTS, st.integers(1, 12))
def test_a_breakdown_names_the_most_frequent_first(counts: dict[str, int], top: int) -> None:
    """And equal ones by the alphabet, so that two reports of one trail are the same."""
    named = list(Breakdown.of(counts, top=top).counts.items())
    assert named == sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:top]


def test_a_finding_names_its_place_or_its_record_does() -> None:
    """`unreadable` without a path helps nobody."""
    placed, unplaced = ReportedFinding.all_of(a_record(findings=(a_finding(), a_finding(location=None))))
    assert placed.where == "etc/secret.key"
    assert unplaced.where == "src/shop/basket/checkout.py"
    assert (placed.sequence, placed.timestamp) == (17, MOMENT)


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ({}, "src/shop/basket/checkout.py"),
        ({"file_path": "a.py"}, "a.py"),
        ({"file_path": "a.py", "line_number": 3}, "a.py:3"),
        ({"file_path": "a.py", "line_number": 3, "column_number": 0}, "a.py:3:0"),
    ],
)
def test_a_violation_names_its_place_as_compilers_do(place: dict[str, object], where: str) -> None:
    """Editors open `a.py:3:0` at a click."""
    violation = AuditViolation.model_validate(
        {"violation_id": "v", "rule": "E501", "severity": "warning", "message": "too long", **place}
    )
    (reported,) = ReportedFinding.all_of(a_record(violations=(violation,)))
    assert (reported.kind, reported.what, reported.where) == ("E501", "too long", where)


def test_findings_are_counted_over_all_severities() -> None:
    """The total says how many are not spelled out."""
    assert some_findings().total == 16
    assert Findings().total == 0


@pytest.mark.parametrize("kind", ["git.object-missing", "file.unreadable", "file.changed-while-read"])
def test_a_finding_that_something_could_not_be_known_is_a_gap(kind: str) -> None:
    """An auditor asks first what was not looked at."""
    assert is_gap(kind)


@pytest.mark.parametrize("kind", ["git.large-commit", "secret", "unreadable.style", ""])
def test_a_finding_about_what_is_known_is_no_gap(kind: str) -> None:
    """A judgement is not a hole."""
    assert not is_gap(kind)


def test_a_run_counts_over_its_sources() -> None:
    """Git and files together are what the run brought."""
    assert (a_past_run().recorded, a_past_run().unchanged) == (40_796, 12)


def _stored(key_id: bytes, name: str, **changes: object) -> StoredKey:
    return StoredKey(name, "ann", key_id, b"p" * 32, MOMENT, is_encrypted=True, where="/keys")._replace(**changes)


def test_each_key_is_told_once_with_all_that_is_known_of_it() -> None:
    """A key in the trail and on this machine is one key, in the trail's order."""
    entries = (Validity(b"a" * 32, b"p" * 32, "ann in trail", 0, 7), Validity(b"b" * 32, b"q" * 32, "bob", 6))
    stored = (_stored(b"c" * 32, "spare"), _stored(b"a" * 32, "mine"))
    both, in_trail, here = key_facts(stored, entries, chosen="mine")
    assert (both.name, both.signer, both.valid_from, both.valid_to) == ("mine", "ann in trail", 0, 7)
    assert (both.is_chosen, both.is_encrypted) == (True, True)
    assert (in_trail.name, in_trail.signer, in_trail.valid_to, in_trail.public_key) == (None, "bob", None, "71" * 32)
    assert (here.name, here.valid_from, here.is_chosen) == ("spare", None, False)


def test_keys_that_cannot_be_read_are_told_too() -> None:
    """Two of them have no id to tell them apart, and neither may be dropped."""
    broken = [_stored(b"", name, public_key=b"", fault="It is no key.") for name in ("one", "two")]
    assert [(key.name, key.fault) for key in key_facts(broken, ())] == [
        ("one", "It is no key."),
        ("two", "It is no key."),
    ]
