"""How does what was seen of a file become a draft?"""

import pytest

from ami_audit.adapters.sources.file.drafts import Drafter
from ami_audit.adapters.sources.file.findings import finding
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType, Outcome
from ami_audit.ports.scanner import ScannedFile

_FACTS = {"group": None, "kind": "file", "modified_at": "2026-11-23T20:50:13.000000Z", "owner": None}


def _draft(faults: list[list[str]]) -> AuditDraft:
    file = ScannedFile("a", owner=0, group=0, observed="ab", facts=dict(_FACTS), faults=faults)
    (draft,) = Drafter("file_source/1").drafts([file])
    return draft


def test_every_field_stands_at_its_place() -> None:
    """Drafts are built by position; a field added in the middle must not shift the others."""
    assert _draft([]) == AuditDraft(
        action="file.observed",
        target="a",
        target_type=AuditTargetType.FILE,
        source="file_source/1",
        actor="root",
        actor_type=_draft([]).actor_type,
        timestamp="2026-11-23T20:50:13.000000Z",
        context={**_FACTS, "group": {"id": 0, "name": "root"}, "owner": {"id": 0, "name": "root"}},
        observed="ab",
    )


def test_facts_keep_their_order() -> None:
    """Keys in canonical order are sealed faster."""
    assert list(_draft([]).context) == sorted(_FACTS)


def test_an_odd_time_alone_leaves_the_outcome_a_success() -> None:
    """Everything that was asked for is known."""
    assert _draft([["time-out-of-range", "x"]]).outcome is Outcome.SUCCESS
    assert _draft([["time-out-of-range", "x"], ["unreadable", "y"]]).outcome is Outcome.PARTIAL


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("vanished", AuditSeverity.INFO),
        ("unreadable", AuditSeverity.WARNING),
        ("replaced", AuditSeverity.WARNING),
        ("changed-while-read", AuditSeverity.WARNING),
        ("read-failed", AuditSeverity.ERROR),
        ("path-too-long", AuditSeverity.WARNING),
        ("time-out-of-range", AuditSeverity.INFO),
    ],
)
def test_each_fault_has_words(kind: str, severity: AuditSeverity) -> None:
    """A fault without words would stop the run that was to tell of it."""
    told = finding("a/b", kind, "some reason")
    assert (told.finding_type, told.severity, told.location) == (f"file.{kind}", severity, "a/b")
    assert told.description.endswith(": some reason.")
