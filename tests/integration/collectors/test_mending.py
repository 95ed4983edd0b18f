"""Does a run go on when a source breaks, or hands over what cannot be sealed?"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.support.files import source as file_source
from tests.support.golden import ALICE
from tests.support.trails import opened

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType, Outcome
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.query import AuditFilter
from ami_audit.ports.source import AuditSource
from ami_audit.services.collectors.batch import BatchCollector
from ami_audit.services.portal import portal

_GOOD = AuditDraft("heat.observed", "boiler", AuditTargetType.SERVICE, "heat_source/1", "boiler")


class _Heat(AuditSource):
    """Yields what it is given, and breaks when that is an error."""

    def __init__(self, *batches: Sequence[AuditDraft] | Exception) -> None:
        self._batches = batches

    def stream(self, target: str, options: AuditOptions, **_rest: Any) -> Iterator[Sequence[AuditDraft]]:
        """Yield the batches."""
        del target, options
        for batch in self._batches:
            if isinstance(batch, Exception):
                raise batch
            yield batch

    def supports(self, target_type: AuditTargetType) -> bool:
        """Return whether that is measured."""
        return target_type is AuditTargetType.SERVICE

    def get_metadata(self) -> dict[str, Any]:
        """Return the name."""
        return {"name": "heat"}


class _Caller:
    """Who runs a run here."""

    name = "tester@example.org"
    actor_type = "person"

    def provenance(self, _target: str) -> dict[str, Any]:
        """Return where the test runs."""
        return {"host": "example.org"}


def test_a_source_that_breaks_ends_alone(tmp_path: Path) -> None:
    """A fault of one source must not take what the others found, nor the run's own end."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "cart.py").write_text("total = 0\n")
    with opened(tmp_path / "trail", ALICE) as store:
        collector = BatchCollector(store, caller=_Caller())
        broken = _Heat([_GOOD], KeyError("celsius\nx"))
        summary = portal.run(collector.collect([broken, file_source()], target=str(tmp_path / "a")))
        (finished,) = portal.run(store.query_records(AuditFilter(action="collection.finished")))
    heat, files = summary.sources
    assert (heat.recorded, files.recorded) == (1, 1)
    assert heat.error is not None
    assert re.fullmatch(r"the source broke on what it met there \(KeyError: .*\), which is our fault\.", heat.error)
    assert finished.outcome is Outcome.PARTIAL


@pytest.mark.parametrize(
    "bad",
    [
        _GOOD._replace(context={"celsius": float("nan")}),
        _GOOD._replace(context={"name": "half \ud800"}),
        _GOOD._replace(target="boiler \udcff", context={"x": 1 << 60}),
        _GOOD._replace(context={"log": "x" * (2 << 20)}),
    ],
    ids=["no number", "half a character", "a name that is none", "too large"],
)
def test_a_draft_that_cannot_be_sealed_is_told_in_its_place(bad: AuditDraft, tmp_path: Path) -> None:
    """One odd value must not cost the whole batch, and must not vanish."""
    with opened(tmp_path, ALICE) as store:
        collector = BatchCollector(store, caller=_Caller())
        batch = [_GOOD._replace(target="first"), bad, _GOOD._replace(target="last"), bad]
        summary = portal.run(collector.collect([_Heat(batch)]))
        records = portal.run(store.query_records(AuditFilter(action="heat.observed")))
        assert not portal.run(store.verify()).faults
    assert [record.target for record in records[::2]] == ["first", "last"]
    assert summary.findings == {"warning": 2}
    for record in records[1::2]:
        (finding,) = record.findings
        assert finding.finding_type == "collection.unsealable"
        assert record.context == {}
