"""Can a reader learn what is withheld from them by asking for it?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ami_audit import AuditFilter, AuditStore
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding, AuditViolation
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType, DataClassification
from ami_audit.domain.query import is_under
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.services.portal import portal
from ami_audit.services.usecases.erase import erase
from ami_audit.services.usecases.report import build_report

_SALARY = "salary-51729"
_BY = ("action", "severity", "target_type", "source", "actor", "run_id")
_POLICY = """
subject = "actor"

[[values]]
actions = ["visit"]
paths = ["actor"]
class = "CONFIDENTIAL"
"""


def _paid() -> AuditDraft:
    """Return a record of a high class whose values stand in the trail in clear, each of them a word of its own."""
    return AuditDraft(
        action="payroll.paid",
        target="payroll/ann",
        target_type=AuditTargetType.SERVICE,
        source="payroll/1",
        actor="desk",
        classification=DataClassification.CONFIDENTIAL,
        context={"sum": _SALARY, "changes": [{"path": "lib/secret.py"}]},
        metadata={"host": "vault-host"},
        findings=(
            AuditFinding(
                finding_type="payroll.high",
                severity=AuditSeverity.WARNING,
                description="earns-too-much",
                location="page-17",
                recommendation="pay-less",
                metadata={"limit": "limit-5000"},
            ),
        ),
        violations=(
            AuditViolation(rule="P1", severity=AuditSeverity.ERROR, message="above-the-scale", file_path="hidden.csv"),
        ),
    )


_HIDDEN = (
    _SALARY, "lib/secret.py", "vault-host", "earns-too-much", "page-17", "pay-less", "limit-5000",
    "above-the-scale", "hidden.csv",
)  # fmt: skip
_SHOWN = ("payroll/ann", "payroll.paid", "desk", "payroll.high", "CONFIDENTIAL")


@pytest.fixture
def paid(place: Path) -> Iterator[Path]:
    """A trail with one such record."""
    file = place / "audit.db"
    with AuditStore(file) as store:
        portal.run(store.append([_paid()]))
    return file


def _found(file: Path, wanted: AuditFilter, clearance: str) -> int:
    with AuditStore(file, clearance=clearance) as store:
        found = portal.run(store.query_records(wanted))
        for by in _BY:
            assert sum(portal.run(store.tally(wanted, by)).values()) == len(found)
        assert all(wanted.matches(record) for record in found)
        report = portal.run(build_report(store, wanted, verification=None))
        assert report.matching == len(found)
        return len(found)


@pytest.mark.parametrize("word", _HIDDEN)
def test_a_text_that_is_withheld_is_found_by_nobody_below_the_class(paid: Path, word: str) -> None:
    """Else a reader guesses a value word by word, each answer a yes or a no."""
    assert _found(paid, AuditFilter(text=word), "internal") == 0
    assert _found(paid, AuditFilter(text=word[:6].upper()), "public") == 0
    assert _found(paid, AuditFilter(text=word), "confidential") == 1


@pytest.mark.parametrize("word", _SHOWN)
def test_a_text_that_is_shown_is_found_by_everybody(paid: Path, word: str) -> None:
    """What the answer shows can be asked for."""
    assert _found(paid, AuditFilter(text=word), "internal") == 1


@pytest.mark.parametrize("clearance", ["public", "internal", "confidential", "restricted"])
def test_every_filter_matches_what_the_reader_is_shown(paid: Path, clearance: str) -> None:
    """Whatever is asked of a field, the answer is the one that the shown records give."""
    with AuditStore(paid, clearance=clearance) as store:
        shown = portal.run(store.query_records(AuditFilter()))
        asked = [
            *({"actor": word} for word in ("desk", "(withheld)", "", _SALARY)),
            *({"target": word} for word in ("payroll", "payroll/ann", "lib/secret.py", "(withheld)")),
            *({"text": word} for word in (*_HIDDEN, *_SHOWN)),
        ]
        for words in asked:
            wanted = AuditFilter(**words)
            assert portal.run(store.query_records(wanted)) == [each for each in shown if wanted.matches(each)]


def test_a_target_s_story_is_told_only_where_it_is_shown(paid: Path) -> None:
    """A record that mentions a place in what is withheld would answer whether it does."""
    draft = _paid()._replace(target_type=AuditTargetType.GIT, target="0123")
    with AuditStore(paid, clearance="internal") as store:
        portal.run(store.append([draft]))
        assert portal.run(store.get_provenance_chain("lib/secret.py")) == []
    with AuditStore(paid, clearance="confidential") as store:
        (found,) = portal.run(store.get_provenance_chain("lib/secret.py"))
        assert not is_under(found.target, "lib")


def _visit(actor: str) -> AuditDraft:
    return AuditDraft("visit", "shop", AuditTargetType.SERVICE, "shop/1", actor)


def test_hidden_actors_are_counted_as_they_are_shown(place: Path) -> None:
    """An empty label in a report says neither who, nor why not."""
    (place / ".audit").mkdir()
    (place / ".audit" / "policy.toml").write_text(_POLICY)
    with AuditStore(clearance="internal") as store:
        portal.run(store.append([_visit("ann"), _visit("ann"), _visit("bob"), _visit("eve")]))
        assert portal.run(store.tally(AuditFilter(action="visit"), "actor")) == {"(withheld)": 4}
        portal.run(erase(store, "eve", authority="ticket 7", by=caller(), root="."))
        wanted = AuditFilter(action="visit")
        assert portal.run(store.tally(wanted, "actor")) == {"(withheld)": 3, "(erased)": 1}
        by_actor = portal.run(build_report(store, wanted, verification=None)).by_actor
        assert by_actor.counts == {"(withheld)": 3, "(erased)": 1}
        assert portal.run(store.tally(AuditFilter(action="visit", text="shop", after=1), "actor"))["(withheld)"] == 2
    with AuditStore(clearance="confidential") as store:
        assert portal.run(store.tally(wanted, "actor")) == {"ann": 2, "(erased)": 1, "bob": 1}
        assert portal.run(store.tally(AuditFilter(action="visit", actor="ann"), "actor")) == {}
