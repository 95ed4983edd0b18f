"""Does a hold, a rule or the lack of one decide what may go?"""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.golden import ALICE, BOB
from tests.support.retention import BY, CORE, LONG_AGO, Place, facts

from ami_audit.domain.errors import NotFoundError, UsageError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.redaction import ValueState
from ami_audit.domain.verification import VerificationMode, VerificationReport
from ami_audit.ports.stores import RecordStore
from ami_audit.services.holds import refuse_held
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.erase import erase
from ami_audit.services.usecases.retention import hold, release, retention_status
from ami_audit.services.verification.verifier import Verifier


def test_a_rule_keeps_its_records_longer(place: Place, tmp_path: Path) -> None:
    """Records go oldest first: one that must stay keeps those after it."""
    other = Place(tmp_path / "other")
    with other.opened(ALICE, now=LONG_AGO) as store:
        portal.run(store.append([*facts(0, 300), *facts(300, 1, action="contract.signed"), *facts(301, 400)]))
    assert other.pruned(ALICE).cut == 256


def test_a_hold_stops_pruning_and_erasing_until_it_is_released(place: Place) -> None:
    """Evidence that a court may ask for."""
    with place.opened(BOB) as store:
        portal.run(hold(store, "case 7", by=BY, root=".", reason="subpoena"))
        with pytest.raises(UsageError, match="case 7"):
            portal.run(erase(store, "p1", authority="ticket", by=BY, root="."))
        with pytest.raises(UsageError, match="in force already"):
            portal.run(hold(store, "case 7", by=BY, root=".", reason=None))
        status = portal.run(retention_status(store))
        assert [one.name for one in status.holds] == ["case 7"]
        assert any("case 7" in line for line in status.blocked_by)
    with pytest.raises(UsageError, match="case 7"):
        place.pruned()
    with place.opened(BOB) as store:
        portal.run(release(store, "case 7", by=BY, root=".", reason=None))
        with pytest.raises(NotFoundError, match="hold `case 7`"):
            portal.run(release(store, "case 7", by=BY, root=".", reason=None))
    assert place.pruned().pruned > 0


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of the key's owner that does not ask whether a hold is in force."""

    async def nobody(*_arguments: object) -> None:
        return None

    for where in ("retention", "erase"):
        monkeypatch.setattr(f"ami_audit.services.usecases.{where}.refuse_held", nobody)


@pytest.mark.usefixtures("unasked")
@pytest.mark.parametrize("is_pruned", [True, False])
def test_the_owner_who_breaks_a_hold_is_found_out(place: Place, *, is_pruned: bool) -> None:
    """Pruned or erased all the same; released and done again, only the first is to blame."""
    with place.opened(BOB) as store:
        sequence = portal.run(hold(store, "case 7", by=BY, root=".", reason="subpoena"))
        portal.run(hold(store, "case 8", by=BY, root=".", reason=None))
        portal.run(release(store, "case 8", by=BY, root=".", reason=None))
        if not is_pruned:
            portal.run(erase(store, "p1", authority="ticket", by=BY, root="."))
    if is_pruned:
        place.pruned()
    with place.opened(BOB) as store:
        portal.run(release(store, "case 7", by=BY, root=".", reason=None))
        portal.run(erase(store, "p2", authority="ticket", by=BY, root="."))
    report = place.verified()
    assert [(fault.check, fault.sequence) for fault in report.faults] == [("hold", sequence + 3)]
    assert report.level < VerificationLevel.HASHES


@pytest.mark.usefixtures("unasked")
def test_a_hold_that_was_verified_before_still_counts(place: Place) -> None:
    """`verify --incremental` does not read the record of the hold again."""
    memory = _Memory()
    with place.opened(BOB) as store:
        portal.run(hold(store, "case 7", by=BY, root=".", reason="subpoena"))
        assert portal.run(_verified_new(store, memory)).faults == ()
        portal.run(erase(store, "p1", authority="ticket", by=BY, root="."))
        report = portal.run(_verified_new(store, memory))
        assert report.mode is VerificationMode.INCREMENTAL
        assert [fault.check for fault in report.faults] == ["hold"]


class _Memory:
    """Remembers for the length of a test."""

    location = "here"

    def __init__(self) -> None:
        self._text: str | None = None

    def recall(self) -> str | None:
        """Return what was kept last."""
        return self._text

    def keep(self, text: str) -> None:
        """Keep it."""
        self._text = text


async def _verified_new(store: AuditStore, memory: _Memory) -> VerificationReport:
    session = await store.session()
    return await Verifier(session.store, CORE, clock=session.clock).verify_new(lambda _origin: memory)


def test_a_hold_that_begins_while_an_erasure_waits_stops_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked before the turn may be otherwise in it."""
    asked: list[str] = []

    async def late(store: RecordStore, done: str) -> None:
        asked.append(done)
        if len(asked) > 1:
            await refuse_held(store, done)

    with place.opened(BOB) as store:
        portal.run(hold(store, "case 7", by=BY, root=".", reason=None))
        monkeypatch.setattr("ami_audit.services.usecases.erase.refuse_held", late)
        with pytest.raises(UsageError, match="case 7"):
            portal.run(erase(store, "p1", authority="ticket", by=BY, root="."))
        record = portal.run(store.query_records(AuditFilter(action="file.observed")))[0]
        assert {value.state for value in record.protected} == {ValueState.DISCLOSED}


def test_without_a_policy_nothing_goes(place: Place) -> None:
    """Deleting evidence is never a default."""
    with pytest.raises(UsageError, match="No retention is set"):
        place.pruned(policy="")


def test_what_is_young_stays(place: Place) -> None:
    """A year is a year."""
    with pytest.raises(UsageError, match="256 at a time"):
        place.pruned(now=LONG_AGO + timedelta(days=100))
