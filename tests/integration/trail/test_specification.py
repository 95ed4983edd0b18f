"""Do the specification's own examples run, with our import path?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.repositories import Repository

from ami_audit import (
    AuditContext,
    AuditFilter,
    AuditOptions,
    AuditSeverity,
    AuditStore,
    AuditTargetType,
    AuditViolation,
    BatchCollector,
    FileSource,
    GitSource,
)


async def test_example_5_queries_the_trail(place: Path) -> None:
    """`AuditStore()` without arguments, `severity=HIGH`, a naive `datetime.now()` made aware."""
    violation = AuditViolation(rule="E501", severity=AuditSeverity.HIGH, message="A long line.")
    async with AuditContext(actor="ami-agent", action="quality_violation", target="base/a.py") as audit:
        audit.add_violation(violation)

    store = AuditStore()
    records = await store.query_records(
        AuditFilter(
            action="quality_violation", severity=AuditSeverity.HIGH, since=datetime.now(UTC) - timedelta(days=30)
        )
    )
    lines = [f"{record.timestamp}: {record.target} - {record.findings}" for record in records]
    await store.close()
    assert len(lines) == 1
    assert "base/a.py" in lines[0]


async def test_the_migration_example_replaces_the_decorator(place: Path) -> None:
    """What `@audit_log(module="dataops", action="delete")` did, as a context."""

    async def perform_delete(id: str) -> str:  # noqa: A002 (the specification's name)
        return f"deleted {id}"

    async def delete_data(id: str) -> str:  # noqa: A002 (the specification's name)
        async with AuditContext(
            actor="system", action="dataops_delete", target=f"record:{id}", target_type=AuditTargetType.SERVICE
        ) as audit:
            result = await perform_delete(id)
            audit.context["record_id"] = id
            audit.context["result"] = result
        return result

    assert await delete_data("17") == "deleted 17"
    store = AuditStore()
    (record,) = await store.query_records(AuditFilter(action="dataops_delete"))
    await store.close()
    assert record.target == "record:17"
    assert record.context == {"record_id": "17", "result": "deleted 17"}


async def test_sources_and_the_collector_are_used_as_the_specification_shows(place: Path) -> None:
    """Sources give records that are not yet sealed; a collector seals them."""
    repository = Repository(place / "repository")
    repository.commit({"base/a.py": "a = 1\n"}, message="Begin", author="ami <ami@example.org>")
    git_source = GitSource(repo_path=str(repository.path))
    commits = await git_source.collect(
        target=str(repository.path / "base"),
        options=AuditOptions(since=datetime(2001, 1, 1, tzinfo=UTC), authors=["ami"], include_blame=True),
    )
    assert "git.commit" in {record.action for record in commits}
    files = await FileSource().collect(
        target=str(repository.path / "base/**/*.py"), options=AuditOptions(pattern=True, include_hash=True)
    )
    assert [record.target for record in files] == ["base/a.py"]
    collector = BatchCollector()
    results = await collector.collect(sources=[git_source, FileSource()], analyzers=[], target=str(repository.path))
    assert results.recorded >= 3
