"""Do queries use the index, or walk the whole trail?"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.sealing import BEGAN, RUN_ID, filled

from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.adapters.stores.sqlite.conditions import named
from ami_audit.adapters.stores.sqlite.index import FILLED
from ami_audit.adapters.stores.sqlite.searching import query_statement
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.query import AuditFilter


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """An indexed trail."""
    store = await SqliteStore.open(tmp_path / "audit.db")
    await filled(store, 50)
    await store.query(AuditFilter())
    yield store
    await store.close()


def _plan(store: SqliteStore, sql: str, bindings: dict[str, Any]) -> list[str]:
    return [row[3] for row in store._connection.execute(f"EXPLAIN QUERY PLAN {sql}", bindings)]


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"action": "git.commit"}, "record_index_action"),
        ({"actor": "user1"}, "record_index_actor"),
        ({"run_id": RUN_ID}, "record_index_run_id"),
        ({"since": BEGAN}, "record_index_happened_us"),
        ({"until": BEGAN + timedelta(days=1)}, "record_index_happened_us"),
        ({"severity": AuditSeverity.ERROR}, "record_index_severity"),
        ({"min_severity": AuditSeverity.WARNING}, "record_index_severity"),
        ({"target": "src/package_1"}, "record_index_target"),
        ({"module": "src/package_1"}, "record_index_target"),
        ({"after": 40}, "INTEGER PRIMARY KEY"),
    ],
)
@pytest.mark.parametrize("order", [{"newest_first": False}, {"newest_first": True}], ids=["oldest", "newest"])
async def test_a_query_searches_by_an_index(
    store: SqliteStore, asked: dict[str, Any], index: str, order: dict[str, bool]
) -> None:
    """A trail of years has millions of records; a question about ten of them must not read all."""
    plan = _plan(store, *query_statement(AuditFilter(**asked, **order), FILLED))
    assert any(index in step for step in plan), plan
    assert "SCAN i" not in " ".join(plan), plan


async def test_the_usual_severity_is_read_in_order(store: SqliteStore) -> None:
    """Nearly every record has it: the first hundred in order are found at once, and sorting all of them is not."""
    plan = _plan(store, *query_statement(AuditFilter(severity=AuditSeverity.INFO), FILLED))
    assert not any("TEMP B-TREE" in step for step in plan), plan


async def test_one_value_needs_no_sorting(store: SqliteStore) -> None:
    """The newest hundred commits of a million are read from the end of the index, without the rest."""
    plan = _plan(store, *query_statement(AuditFilter(action="git.commit", newest_first=True), FILLED))
    assert not any("TEMP B-TREE" in step for step in plan), plan


async def test_records_that_are_passed_over_are_not_read(store: SqliteStore) -> None:
    """The last page of a long answer must not cost the reading of all pages before it."""
    plan = _plan(store, *query_statement(AuditFilter(min_severity=AuditSeverity.WARNING, offset=40), FILLED))
    assert [step.split()[1] for step in plan if step.startswith(("SEARCH", "SCAN"))] == ["i", "found", "r"], plan
    assert any("COVERING INDEX" in step for step in plan), plan


async def test_a_name_is_searched_by_both_indexes(store: SqliteStore) -> None:
    """An id and a hash are asked for in one question, and neither walks the trail."""
    asked = named("abcdef12")
    assert asked is not None
    plan = _plan(store, f"SELECT sequence FROM {FILLED} AS i {asked.where}", asked.bindings)
    assert {"record_index_record_id", "record_index_record_hash"} <= {word for step in plan for word in step.split()}
    assert not any(step.startswith("SCAN") for step in plan), plan


async def test_facts_are_searched_by_their_index(store: SqliteStore) -> None:
    """A second run asks for every file of the repository."""
    sql = f"SELECT fact FROM {FILLED} WHERE fact IN (:one, :two) AND sequence < 100"
    plan = _plan(store, sql, {"one": bytes(32), "two": bytes(32)})
    assert any("record_index_fact" in step for step in plan), plan
