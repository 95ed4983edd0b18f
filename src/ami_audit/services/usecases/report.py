"""Reports what a trail says; reads in bounded pages, whatever the trail's size."""

from typing import NamedTuple

from ami_audit.domain.installed import now
from ami_audit.domain.key_facts import key_facts
from ami_audit.domain.keyring import Validity
from ami_audit.domain.linkage import Head
from ami_audit.domain.next_steps import after_report
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.reports import Breakdown, Period, TrailReport
from ami_audit.domain.verification import VerificationReport
from ami_audit.services.findings import findings_of
from ami_audit.services.portal import Portal, portal
from ami_audit.services.runs import latest_runs, left_out
from ami_audit.services.store import AuditStore

_ACTORS = 10
_KINDS = 20
_NOT_FILTERS = {"limit", "offset", "after", "before", "newest_first"}


async def build_report(
    store: AuditStore,
    wanted: AuditFilter,
    *,
    verification: VerificationReport | None,
    runs: int = 10,
    findings: int = 20,
    on: Portal = portal,
) -> TrailReport:
    """Return what the trail, or the part of it that `wanted` names, says.

    Args:
        store: The trail.
        wanted: Which records the report is about; `limit`, `offset` and order do not count.
        verification: How far the trail is proven; None says that nobody looked.
        runs: Collection runs told of, the latest.
        findings: Findings spelled out, the worst.
        on: Where the store lives.
    """
    standing = await on.call(_standing(store))
    severities = await _broken_down(store, wanted, "severity")
    judged = await findings_of(store, wanted, worst=findings)
    latest = await latest_runs(store, wanted, count=runs)
    return TrailReport(
        origin=standing.origin,
        location=standing.location,
        size=standing.head.size,
        head=standing.head.record_hash.hex(),
        root=standing.head.root.hex(),
        generated_at=now(),
        period=await _period(store, wanted),
        matching=severities.total,
        filters=_filters(wanted),
        level=verification.level if verification else None,
        faults=len(verification.faults) if verification else 0,
        reasons=verification.reasons if verification else (),
        witnesses=verification.witnesses if verification else None,
        approvals=verification.approvals if verification else None,
        by_severity=severities,
        by_action=await _broken_down(store, wanted, "action"),
        by_source=await _broken_down(store, wanted, "source"),
        by_target_type=await _broken_down(store, wanted, "target_type"),
        by_actor=await _broken_down(store, wanted, "actor", top=_ACTORS),
        runs=latest,
        findings=judged,
        skipped=left_out(latest),
        keys=key_facts((), standing.keys),
        next_steps=after_report(verification=verification, has_findings=bool(judged.total), has_runs=bool(latest)),
    )


class _Standing(NamedTuple):
    """Which trail it is and where it ends."""

    origin: str
    location: str
    head: Head
    keys: tuple[Validity, ...]


async def _standing(store: AuditStore) -> _Standing:
    session = await store.session()
    return _Standing(
        await session.origin(),
        session.store.describe()["location"],
        await session.store.head(),
        (await session.ring()).entries(),
    )


async def _broken_down(store: AuditStore, wanted: AuditFilter, by: str, *, top: int = _KINDS) -> Breakdown:
    return Breakdown.of(await store.tally(wanted, by), top=top)


async def _period(store: AuditStore, wanted: AuditFilter) -> Period:
    one = {"limit": 1, "offset": 0}
    first = await store.query_records(wanted.model_copy(update={**one, "newest_first": False}))
    last = await store.query_records(wanted.model_copy(update={**one, "newest_first": True}))
    return Period(
        since=wanted.since,
        until=wanted.until,
        first_recorded_at=first[0].recorded_at if first else None,
        last_recorded_at=last[0].recorded_at if last else None,
    )


def _filters(wanted: AuditFilter) -> dict[str, str]:
    asked = wanted.model_dump(mode="json", exclude_defaults=True, exclude=_NOT_FILTERS)
    return {name: str(value) for name, value in asked.items()}
