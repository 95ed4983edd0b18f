"""What all collecting commands do: one run, its summary, its exit code."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.run import RunSummary
from ami_audit.domain.text import readable_path
from ami_audit.domain.told import MOST, TOLD
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.entrypoints.bootstrap.sources import sources
from ami_audit.entrypoints.bootstrap.trails import opener
from ami_audit.entrypoints.cli.answers import announce, deliver, formatter
from ami_audit.entrypoints.cli.failures import INTERRUPTED, Finished
from ami_audit.entrypoints.cli.interrupt import stoppable
from ami_audit.entrypoints.cli.progress import shown_progress
from ami_audit.entrypoints.cli.words import severity_named
from ami_audit.entrypoints.settings import Settings, settings_at
from ami_audit.ports.source import AuditSource, RecallingSource
from ami_audit.services.collectors.batch import BatchCollector
from ami_audit.services.findings import findings_of
from ami_audit.services.overhearing import Overheard, recorded
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore

_RECORDS = 10_000
_ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What a collecting command was asked to do; `named` is what the trail calls it, where that is no path."""

    place: Path
    target: str
    sources: str | None
    settings: Mapping[str, Any]
    options: Mapping[str, Any]
    fail_on: str | None
    format_name: str
    output: Path | None
    quiet: bool
    # Actions whose facts the answer tells one by one, those included that an earlier run has recorded.
    listed: frozenset[str] = frozenset()
    named: str = ""


def trail_settings(
    store: str | None, *, key: str | None, every_records: int | None, every_s: float | None
) -> dict[str, Any]:
    """Return what the shared options say of the trail, by the names of the settings."""
    return {
        "store": store,
        "key": key,
        "checkpoint_every_records": every_records,
        "checkpoint_every_s": every_s,
    }


def collect(wanted: Collection) -> None:
    """Run the collection, deliver its summary, and end with the exit code it deserves.

    Raises:
        UsageError: The place is not there, or an option makes no sense.
        Finished: With 1 when findings reach `--fail-on`, with 130 after Ctrl-C.
    """
    if not wanted.place.exists():
        raise UsageError(f"There is no `{wanted.place}` to audit.")
    chosen = settings_at(wanted.place, overrides=wanted.settings)
    threshold = severity_named(wanted.fail_on or chosen.values.fail_on)
    options = options_of(wanted.options, chosen)
    sources = chosen_sources(wanted.sources, chosen)
    sources = _heard(sources, listed=wanted.listed)
    with AuditStore(opener(chosen, announce=announce)) as store:
        named = wanted.named or named_below(wanted.target, chosen.root)
        summary = _run(store, sources, wanted=wanted, named=named, options=options)
        of_run = AuditFilter(run_id=summary.run_id, limit=_RECORDS)
        findings = portal.run(findings_of(store, of_run)) if summary.findings else None
        # A file is kept, so it holds what was recorded; a screen is read.
        records = portal.run(store.query_records(of_run)) if wanted.output else None
        told = portal.run(_told(store, summary, sources, listed=wanted.listed))
    answer = formatter(wanted.format_name, wanted.output).run(summary, findings=findings, records=records, told=told)
    deliver(answer, wanted.output)
    if summary.interrupted:
        raise Finished(INTERRUPTED)
    if threshold is not None and any(severity >= threshold for severity in _judged(summary)):
        raise Finished(1)


def _judged(summary: RunSummary) -> set[AuditSeverity]:
    """Return the severities of what was found, now or before and still so; a source that failed is a warning."""
    failed = {AuditSeverity.WARNING} if any(source.error for source in summary.sources) else set[AuditSeverity]()
    return failed | {AuditSeverity(name) for name in (*summary.findings, *summary.standing)}


def _run(
    store: AuditStore, sources: list[AuditSource], *, wanted: Collection, named: str, options: AuditOptions
) -> RunSummary:
    collector = BatchCollector(store, caller=caller())
    with stoppable() as stop, shown_progress(quiet=wanted.quiet) as progress:
        return portal.run(
            collector.collect(sources, target=wanted.target, named=named, options=options, progress=progress, stop=stop)
        )


def _heard(sources: list[AuditSource], *, listed: frozenset[str]) -> list[AuditSource]:
    """Return the sources so that what they say is known afterwards, where an answer is to tell that.

    Who asks one source wants its answer, also when an earlier run has recorded it; a run over several tells what is
    new. A source that leaves unread what it has told before says nothing about it.
    """
    kept = listed | (TOLD if len(sources) == 1 else frozenset())
    return [
        source if isinstance(source, RecallingSource) or not kept else Overheard(source, kept=kept)
        for source in sources
    ]


async def _told(
    store: AuditStore, summary: RunSummary, sources: Sequence[AuditSource], *, listed: frozenset[str]
) -> list[AuditRecord]:
    """Return the records that the answer tells: those of the run in their order, then what was recorded before."""
    brought = {action for source in summary.sources for action in source.actions}
    told: list[AuditRecord] = []
    for action in sorted((brought & TOLD) - listed):
        told += await store.query_records(AuditFilter(run_id=summary.run_id, action=action, limit=MOST))
    told.sort(key=lambda record: record.sequence or 0)
    new = {(record.action, record.target, record.metadata.get("observed", "")) for record in told}
    heard = [draft for source in sources if isinstance(source, Overheard) for draft in source.drafts]
    before = [draft for draft in heard if draft.observed and (draft.action, draft.target, draft.observed) not in new]
    wished = [draft for draft in before if draft.action in listed]
    others = [draft for draft in before if draft.action not in listed]
    return told + await recorded(store, [*wished, *others[:MOST]])


def named_below(target: str, root: Path) -> str:
    """Return how the trail calls a target: its path below the root, `.` for the root, in full outside it."""
    place = Path(os.path.normpath(Path.cwd() / target))  # a glob or a deleted file cannot be resolved
    return readable_path(str(place.relative_to(root) if place.is_relative_to(root) else place))


def options_of(given: Mapping[str, Any], chosen: Settings) -> AuditOptions:
    """Return what the sources are told: what was given, and what the settings leave out."""
    ignore = (*chosen.values.ignore, *given.get("ignore", ()))
    return AuditOptions(**{**{name: value for name, value in given.items() if value is not None}, "ignore": ignore})


def chosen_sources(names: str | None, chosen: Settings) -> list[AuditSource]:
    """Return the sources of these names, or those of the settings.

    Raises:
        UsageError: There is no source of that name.
    """
    known = sources()
    wanted = [name.strip() for name in names.split(",")] if names else list(chosen.values.sources)
    for name in wanted:
        if name not in known and name != _ALL:
            raise UsageError(f"No source `{name}`; there are: {', '.join(sorted(known))}; or `{_ALL}`.")
    each = [name for wish in wanted for name in (known if wish == _ALL else (wish,))]
    return [known[name]() for name in dict.fromkeys(each)]
