"""Reports on a real trail: what is counted, what is spelled out, and that neither grows with the trail."""

import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ami_audit import AuditDraft, AuditFilter, AuditStore, BatchCollector, FileSource
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType, Outcome, VerificationLevel
from ami_audit.services.findings import findings_of
from ami_audit.services.runs import latest_runs
from ami_audit.services.usecases.report import build_report


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[AuditStore]:
    """An empty trail."""
    async with AuditStore(tmp_path / "trail" / "audit.db") as opened:
        yield opened


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with three files and one that is left out."""
    folder = tmp_path / "shop"
    (folder / "node_modules").mkdir(parents=True)
    for name in ("basket.py", "checkout.py", "README.md", "node_modules/left.js"):
        (folder / name).write_text(name)
    return folder


def _draft(number: int, *severities: AuditSeverity, kind: str = "rule", **values: object) -> AuditDraft:
    findings = tuple(
        AuditFinding(finding_type=f"test.{kind}", severity=severity, description=f"{number}") for severity in severities
    )
    draft = AuditDraft("test.done", f"target/{number}", AuditTargetType.FILE, "test_source/1", f"actor {number % 13}")
    return draft._replace(findings=findings, **values)


async def test_an_empty_trail_has_a_report(store: AuditStore) -> None:
    """The first thing a person tries must not be an error."""
    await store.begin()
    report = await build_report(store, AuditFilter(), verification=None)
    assert (report.size, report.matching, report.runs, report.level) == (1, 1, (), None)
    assert [step.command for step in report.next_steps][:2] == ["ami-audit verify", "ami-audit repo"]


async def test_a_report_says_what_a_run_did_and_left_out(store: AuditStore, shop: Path) -> None:
    """The run's own records are where it stands; nothing is remembered beside the trail."""
    await BatchCollector(store).collect([FileSource()], target=str(shop))
    verdict = await store.verify()
    report = await build_report(store, AuditFilter(), verification=verdict)
    (run,) = report.runs
    assert (run.recorded, run.unchanged, run.outcome) == (3, 0, Outcome.SUCCESS)
    assert run.finished_at is not None
    assert any("node_modules" in example for gap in report.skipped for example in gap.examples)
    assert report.by_action.counts["file.observed"] == 3
    assert (report.size, report.matching, report.head) == (6, 6, verdict.head)
    assert report.level is verdict.level
    assert report.level >= VerificationLevel.SIGNATURES
    assert [key.valid_from for key in report.keys] == [0]


async def test_a_run_that_was_cut_off_has_no_end(store: AuditStore) -> None:
    """After a power cut the trail holds the beginning only."""
    started = _draft(0)._replace(action="collection.started", target_type=AuditTargetType.RUN)
    await store.append([started], run_id="0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f")
    (run,) = await latest_runs(store, AuditFilter())
    assert (run.finished_at, run.outcome) == (None, Outcome.UNKNOWN)


async def test_another_programs_record_of_the_same_name_breaks_nothing(store: AuditStore) -> None:
    """Anybody may use AuditContext with any action."""
    run_id = "0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f"
    drafts = [
        _draft(0)._replace(
            action=action, target_type=AuditTargetType.RUN, context={"sources": [{"mine": 1}], "interrupted": 7}
        )
        for action in ("collection.started", "collection.finished")
    ]
    await store.append(drafts, run_id=run_id)
    (run,) = await latest_runs(store, AuditFilter())
    assert (run.sources, run.interrupted) == ((), False)


async def test_the_worst_findings_come_first_and_the_latest_of_equals(store: AuditStore) -> None:
    """A reader may stop after the first."""
    await store.append(
        [
            _draft(1, AuditSeverity.WARNING),
            _draft(2, AuditSeverity.CRITICAL),
            _draft(3, AuditSeverity.ERROR, AuditSeverity.WARNING),
            _draft(4, AuditSeverity.ERROR),
            _draft(5),
        ]
    )
    found = await findings_of(store, AuditFilter(), worst=4)
    assert found.by_severity == {"critical": 1, "error": 2, "warning": 2}
    assert [(finding.severity.value, finding.what) for finding in found.worst] == [
        ("critical", "2"),
        ("error", "4"),
        ("error", "3"),
        ("warning", "3"),
    ]
    assert found.is_complete


async def test_what_could_not_be_known_is_counted_with_a_few_places(store: AuditStore) -> None:
    """An auditor asks first what was not looked at."""
    await store.append([_draft(number, AuditSeverity.WARNING, kind="unreadable") for number in range(30)])
    (gap,) = (await findings_of(store, AuditFilter())).gaps
    assert (gap.kind, gap.count, len(gap.examples)) == ("test.unreadable", 30, 5)


async def test_reading_stops_at_the_bound_and_says_so(store: AuditStore) -> None:
    """A million findings must not take an hour, and a lower bound must not look like a number."""
    await store.append([_draft(number, AuditSeverity.ERROR) for number in range(1_200)])
    cut = await findings_of(store, AuditFilter(), at_most=700)
    assert (cut.total, cut.is_complete) == (700, False)
    whole = await findings_of(store, AuditFilter(), at_most=1_200)
    assert (whole.total, whole.is_complete) == (1_200, True)


async def test_a_report_is_about_what_was_asked_for(store: AuditStore) -> None:
    """`--since` must narrow counts, findings and runs alike."""
    await store.append([_draft(number, AuditSeverity.ERROR) for number in range(26)])
    report = await build_report(store, AuditFilter(actor="actor 3"), verification=None)
    assert (report.matching, report.findings.total, report.filters) == (2, 2, {"actor": "actor 3"})
    assert report.by_actor.counts == {"actor 3": 2}
    nothing = await build_report(store, AuditFilter(severity=AuditSeverity.CRITICAL), verification=None)
    assert (nothing.matching, nothing.findings.total, nothing.period.first_recorded_at) == (0, 0, None)


async def test_ten_actors_are_named_and_the_others_counted(store: AuditStore) -> None:
    """A project has thousands of authors."""
    await store.append([_draft(number) for number in range(130)])
    actors = (await build_report(store, AuditFilter(), verification=None)).by_actor
    assert (len(actors.counts), actors.kinds, actors.total) == (10, 14, 131)


async def test_memory_does_not_grow_with_the_trail(store: AuditStore) -> None:
    """A report over a million records must fit where one over a hundred does."""
    await store.append([_draft(number, AuditSeverity.ERROR) for number in range(500)])
    small = await _peak(store)
    for begin in range(500, 2_500, 500):
        await store.append([_draft(number, AuditSeverity.ERROR) for number in range(begin, begin + 500)])
    assert await _peak(store) < 2 * small


async def _peak(store: AuditStore) -> int:
    await build_report(store, AuditFilter(), verification=None)
    tracemalloc.start()
    try:
        await build_report(store, AuditFilter(), verification=None)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
