"""Does a stream hand on what is new, once it is sealed, and nothing twice?"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.support.files import source
from tests.support.golden import ALICE
from tests.support.trails import opened

from ami_audit.domain.errors import SourceError
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.ports.source import AuditSource
from ami_audit.services.collectors.pull import Stop
from ami_audit.services.collectors.stream import StreamCollector
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore


class _Caller:
    """Who watches here."""

    name = "tester@example.org"
    actor_type = "person"

    def provenance(self, _target: str) -> dict[str, Any]:
        """Return where the test runs."""
        return {"host": "example.org"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file."""
    made = tmp_path / "watched"
    made.mkdir()
    (made / "cart.py").write_text("total = 0\n")
    return made


async def _first(collector: StreamCollector, folder: Path, *, count: int, **more: Any) -> list[AuditRecord]:
    """Return the first records of a stream; before each but the first another file is made."""
    sources: list[AuditSource] = [source()]
    stream = collector.stream(sources, str(folder), every_s=0.01, **more)
    found: list[AuditRecord] = []
    async for record in stream:
        found.append(record)
        if len(found) == count:
            break
        (folder / f"late{len(found)}.py").write_text(f"late = {len(found)}\n")
    await stream.aclose()
    return found


def _events(store: AuditStore, action: str) -> list[AuditRecord]:
    return portal.run(store.query_records(AuditFilter(action=action)))


def test_what_is_new_is_handed_on_once_it_is_sealed(folder: Path, tmp_path: Path) -> None:
    """Three rounds, three files: each is told once, and is in the trail when it is told."""
    with opened(tmp_path, ALICE) as store:
        found = asyncio.run(_first(StreamCollector(store, caller=_Caller()), folder, count=3))
        assert [record.target for record in found] == ["cart.py", "late1.py", "late2.py"]
        assert _events(store, "file.observed") == found
        assert not portal.run(store.verify()).faults


def test_all_rounds_are_one_run(folder: Path, tmp_path: Path) -> None:
    """Who reads the trail later finds one beginning, one end, and the counts of all rounds."""
    with opened(tmp_path, ALICE) as store:
        found = asyncio.run(_first(StreamCollector(store, caller=_Caller()), folder, count=2))
        (began,), (ended,) = _events(store, "collection.started"), _events(store, "collection.finished")
    assert {record.run_id for record in found} == {began.run_id} == {ended.run_id}
    (counts,) = ended.context["sources"]
    assert (counts["name"], counts["recorded"]) == ("file", 2)
    assert began.source == "stream_collector/1"


def test_it_ends_after_so_many_rounds(folder: Path, tmp_path: Path) -> None:
    """A bounded watch is a script's."""
    with opened(tmp_path, ALICE) as store:
        found = asyncio.run(_first(StreamCollector(store, caller=_Caller()), folder, count=9, rounds=2))
    assert [record.target for record in found] == ["cart.py", "late1.py"]


def test_a_raised_flag_ends_the_wait(folder: Path, tmp_path: Path) -> None:
    """Ctrl-C during a long pause must not be answered after it."""
    stop = Stop()

    async def watch(store: AuditStore) -> list[AuditRecord]:
        found = []
        collector = StreamCollector(store, caller=_Caller())
        async for record in collector.stream([source()], str(folder), every_s=3600, stop=stop):
            found.append(record)
            asyncio.get_running_loop().call_later(0.05, stop.raise_)
        return found

    with opened(tmp_path, ALICE) as store:
        assert len(asyncio.run(watch(store))) == 1
        (ended,) = _events(store, "collection.finished")
    assert ended.context["interrupted"] is True


def test_a_target_that_never_opens_is_said_so(tmp_path: Path) -> None:
    """The end says what was wrong all the time."""

    async def watch(store: AuditStore) -> None:
        collector = StreamCollector(store, caller=_Caller())
        async for _ in collector.stream([source()], str(tmp_path / "nowhere"), every_s=0.01, rounds=2):
            pass

    with opened(tmp_path, ALICE) as store, pytest.raises(SourceError, match="nowhere"):
        asyncio.run(watch(store))
