"""Does an AuditContext record an operation, however it ends?"""

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ami_audit import (
    AuditContext,
    AuditFilter,
    AuditFinding,
    AuditSeverity,
    AuditStore,
    AuditTargetType,
    AuditViolation,
    Outcome,
)
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.kinds import SignatureState

FINDING = AuditFinding(finding_type="slow", severity=AuditSeverity.WARNING, description="It took long.")
VIOLATION = AuditViolation(rule="E501", severity=AuditSeverity.ERROR, message="A long line.", file_path="a.py")


async def test_leaving_it_commits_one_signed_record(store: AuditStore) -> None:
    """One import, one durable record: who, what, to what, and what came of it."""
    async with AuditContext("ami-agent", "quality_check", "base/", store=store) as audit:
        audit.add_findings([FINDING, VIOLATION])
        audit.add_context(files=3)
        audit.add_metadata(tool="ruff")
        audit.context["checked"] = True
    record = audit.record
    assert record is not None
    assert record.verify()
    assert record.verify_signatures() is SignatureState.VALID
    assert (record.actor, record.action, record.target) == ("ami-agent", "quality_check", "base/")
    assert record.context == {"files": 3, "checked": True}
    assert record.metadata["tool"] == "ruff"
    assert record.metadata["duration_s"] >= 0
    assert [finding.finding_type for finding in record.findings] == ["slow"]
    assert [violation.rule for violation in record.violations] == ["E501"]
    assert record.severity is AuditSeverity.ERROR
    assert record.outcome is Outcome.SUCCESS
    assert await store.get_record(record.record_id) == record


async def test_an_exception_is_recorded_and_goes_on(store: AuditStore) -> None:
    """What failed must be in the trail, and the caller must still see it fail."""
    audit = AuditContext("billing", "invoice.send", "invoice:17", store=store, target_type=AuditTargetType.SERVICE)
    with pytest.raises(TimeoutError, match="no answer"):
        async with audit:
            raise TimeoutError("no answer")
    assert audit.record is not None
    assert audit.record.context["error"] == {"type": "TimeoutError", "message": "no answer"}
    assert audit.record.severity is AuditSeverity.ERROR
    assert audit.record.outcome is Outcome.FAILURE


def test_plain_code_uses_it_with_with(store: AuditStore) -> None:
    """Most programs that have something to audit are not asynchronous."""
    with AuditContext("cron", "backup", "db", store=store) as audit:
        audit.add_finding(FINDING)
    assert audit.record is not None
    assert audit.record.severity is AuditSeverity.WARNING


async def test_every_context_continues_the_same_trail(store: AuditStore) -> None:
    """Never a chain of its own: each record links to the one before, whoever wrote it."""
    audits = [AuditContext("a", "step", str(index), store=store) for index in range(3)]
    for audit in audits:
        async with audit:
            pass
    records = [audit.record for audit in audits if audit.record]
    assert [record.sequence for record in records] == [1, 2, 3]
    assert [record.previous_hash for record in records[1:]] == [record.record_hash for record in records[:-1]]


async def test_a_value_that_is_not_json_is_refused_with_its_path(store: AuditStore) -> None:
    """At the call that brings it, not when the record is sealed."""
    async with AuditContext("a", "b", "c", store=store) as audit:
        with pytest.raises(MalformedError, match=r"context\.user\.seen"):
            audit.add_context(user={"seen": datetime.now(UTC)})
        with pytest.raises(MalformedError, match=r"metadata\.ratio"):
            audit.add_metadata(ratio=float("nan"))
    assert audit.record is not None
    assert audit.record.context == {}


async def test_what_only_the_trail_itself_records_is_refused_before_the_operation(store: AuditStore) -> None:
    """Refused after it, the operation would be done and its record lost."""
    begun = False
    with pytest.raises(MalformedError, match=r"only the trail's own commands record `key\.added`"):
        async with AuditContext("ann", "key.added", "x", store=store):
            begun = True
    assert not begun
    with pytest.raises(MalformedError, match=r"`trail\.pruned`"):
        await asyncio.to_thread(AuditContext("ann", "trail.pruned", "x", store=store).__enter__)


def test_without_a_store_it_writes_where_the_settings_say(place: Path) -> None:
    """The whole process shares one trail at that place."""
    with AuditContext("a", "b", "c") as first:
        pass
    with AuditContext("a", "b", "d") as second:
        pass
    assert (place / ".audit" / "audit.db").exists()
    assert first.record is not None
    assert second.record is not None
    assert second.record.previous_hash == first.record.record_hash


async def test_many_tasks_and_threads_write_one_trail(store: AuditStore) -> None:
    """Callers that come at once share a transaction; none waits in vain and none is lost."""

    async def one(index: int) -> None:
        async with AuditContext("task", "work", str(index), store=store):
            pass

    def several() -> None:
        for index in range(20):
            with AuditContext("thread", "work", str(index), store=store):
                pass

    threads = [threading.Thread(target=several) for _ in range(4)]
    for thread in threads:
        thread.start()
    await asyncio.gather(*(one(index) for index in range(100)))
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert await store.tally(AuditFilter(action="work"), "actor") == {"task": 100, "thread": 80}
    assert await store.verify_integrity()


async def test_one_callers_bad_record_does_not_hurt_the_others(store: AuditStore) -> None:
    """They wait in one group, but each gets its own answer."""

    async def one(index: int) -> str:
        audit = AuditContext("task", "work", str(index), store=store)
        async with audit:
            audit.context["n"] = float("inf") if index == 7 else index
        return "sealed"

    answers = await asyncio.gather(*(one(index) for index in range(20)), return_exceptions=True)
    assert isinstance(answers[7], MalformedError)
    assert answers.count("sealed") == 19
    assert await store.tally(AuditFilter(action="work"), "actor") == {"task": 19}
