"""What the trail says about its latest collection runs."""

from collections import Counter
from collections.abc import Iterable

from pydantic import ValidationError

from ami_audit.domain.kinds import AuditTargetType, Outcome
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reports import Gap, RunReport
from ami_audit.domain.run import SourceSummary
from ami_audit.services.store import AuditStore

_EXAMPLES = 5


async def latest_runs(store: AuditStore, wanted: AuditFilter, *, count: int = 10) -> tuple[RunReport, ...]:
    """Return the latest `count` runs, latest first; of `wanted` the time and the run count."""
    begun = AuditFilter(
        action="collection.started",
        target_type=AuditTargetType.RUN,
        since=wanted.since,
        until=wanted.until,
        run_id=wanted.run_id,
        newest_first=True,
        limit=count,
    )
    return tuple([await _run(store, started) for started in await store.query_records(begun)])


def left_out(runs: Iterable[RunReport]) -> tuple[Gap, ...]:
    """Return what the latest run of each target left out, most first.

    Args:
        runs: Latest first, as `latest_runs` returns them.
    """
    counts: Counter[str] = Counter()
    examples: dict[str, dict[str, None]] = {}
    latest = {run.target: run for run in reversed(tuple(runs)) if run.finished_at is not None}
    for source in (source for run in latest.values() for source in run.sources):
        counts.update(source.skipped)
        for why, names in source.examples.items():
            examples.setdefault(why, {}).update(dict.fromkeys(names))
    return tuple(
        Gap(kind=why, count=count, examples=tuple(examples.get(why, ()))[:_EXAMPLES])
        for why, count in counts.most_common()
    )


async def _run(store: AuditStore, started: AuditRecord) -> RunReport:
    ended = AuditFilter(action="collection.finished", target_type=AuditTargetType.RUN, run_id=started.run_id, limit=1)
    finished = next(iter(await store.query_records(ended)), None)
    return RunReport(
        run_id=started.run_id,
        target=started.target,
        actor=started.actor,
        actor_type=started.actor_type,
        reason=started.reason,
        started_at=started.timestamp,
        finished_at=finished.timestamp if finished else None,
        outcome=finished.outcome if finished else Outcome.UNKNOWN,
        interrupted=finished is not None and finished.context.get("interrupted") is True,
        sources=_sources(finished) if finished else (),
    )


def _sources(finished: AuditRecord) -> tuple[SourceSummary, ...]:
    told = finished.context.get("sources")
    try:
        return tuple(SourceSummary.model_validate(source) for source in told or ())
    except (TypeError, ValidationError):
        return ()  # another program's record of the same name: what it holds is not ours to count
