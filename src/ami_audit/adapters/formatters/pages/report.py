"""What a report on a trail says."""

from collections.abc import Iterator, Sequence

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Block,
    Column,
    Cut,
    Facts,
    Limits,
    Line,
    Page,
    Section,
    Table,
    Tone,
    data,
    quoted,
    said,
    words,
)
from ami_audit.adapters.formatters.pages import parts
from ami_audit.adapters.formatters.pages.keys import keys_table
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.reports import Breakdown, Period, RunReport, TrailReport

Row = tuple[str, Line]


def report_page(report: TrailReport, *, limits: Limits) -> Page:
    """Return a report: how far it is proven, what the trail holds, what was found, what is not known."""
    return Page(
        headline=(words("Report on ", Tone.STRONG), data(report.origin, Tone.STRONG)),
        aside=wording.time(report.generated_at),
        sections=(
            Section("", (Facts(tuple(_standing(report))),)),
            parts.reasons(report.level, report.reasons, faults=report.faults),
            parts.approvals(report.approvals),
            parts.findings(report.findings, heading="Findings (warning or worse)"),
            parts.gaps(report.findings.gaps, heading="Not known", limits=limits),
            parts.gaps(report.skipped, heading="Left out by the last run", limits=limits),
            Section("What the trail holds", tuple(_holdings(report))),
            Section("Who acted", tuple(_breakdown(report.by_actor, "actor"))),
            Section("Latest runs", (_runs(report.runs),) if report.runs else ()),
            Section("Keys", (keys_table(report.keys),) if report.keys else ()),
            parts.next_steps(report.next_steps),
        ),
    )


def _standing(report: TrailReport) -> Iterator[Row]:
    yield "level", _level(report)
    yield "records", said(_matching(report))
    if report.filters:
        yield "about", _asked(report)
    yield "sealed", said(_sealed(report.period))
    yield "head", quoted(report.head)
    yield "root", quoted(report.root)
    yield "lies in", quoted(report.location)


def _level(report: TrailReport) -> Line:
    if report.level is None:
        return said("not verified for this report", Tone.DOUBTFUL)
    faults = (words(", "), words(wording.counted(report.faults, "fault"), Tone.BAD)) if report.faults else ()
    counted = report.witnesses is not None and report.level >= VerificationLevel.WITNESSED
    label = f"{report.level.label} {report.witnesses}" if counted else ""
    return (words("proven to: "), parts.level(report.level, is_sound=not report.faults, label=label), *faults)


def _matching(report: TrailReport) -> str:
    if not report.filters:
        return wording.number(report.size)
    return f"{wording.number(report.matching)} of {wording.number(report.size)}"


def _asked(report: TrailReport) -> Line:
    line: list[Line] = [(words(f"{name}: "), data(value)) for name, value in report.filters.items()]
    return tuple(span for index, part in enumerate(line) for span in ((words(", "), *part) if index else part))


def _sealed(period: Period) -> str:
    if period.first_recorded_at is None or period.last_recorded_at is None:
        return "nothing"
    return f"{wording.time(period.first_recorded_at)} to {wording.time(period.last_recorded_at)}"


def _holdings(report: TrailReport) -> Iterator[Block]:
    for breakdown, title in (
        (report.by_action, "action"),
        (report.by_severity, "severity"),
        (report.by_target_type, "kind of target"),
        (report.by_source, "source"),
    ):
        yield from _breakdown(breakdown, title)


def _breakdown(found: Breakdown, title: str) -> Iterator[Table]:
    if not found.counts:
        return
    columns = (Column("records", is_number=True), Column("share", is_number=True), Column(title, Cut.NAME, 20))
    rows: list[Sequence[Line]] = [
        (said(wording.number(count)), said(_share(count, found.total), Tone.FAINT), quoted(name))
        for name, count in found.counts.items()
    ]
    if found.others:
        rest = wording.number(found.kinds - len(found.counts))
        share = said(_share(found.others, found.total), Tone.FAINT)
        rows.append((said(wording.number(found.others)), share, said(f"{rest} others", Tone.FAINT)))
    yield Table(columns, rows)


def _share(count: int, total: int) -> str:
    percent = 100 * count // total
    return f"{percent} %" if percent else "< 1 %"


def _runs(runs: Sequence[RunReport]) -> Table:
    columns = (
        Column("begun (UTC)"),
        Column("target", Cut.NAME, 8),
        Column("by", Cut.END, 8),
        Column("recorded", is_number=True),
        Column("unchanged", is_number=True),
        Column("end", Cut.WRAP, 10),
    )
    return Table(columns, [_run(run) for run in runs])


def _run(run: RunReport) -> tuple[Line, ...]:
    return (
        said(wording.minute(run.started_at)),
        quoted(run.target),
        quoted(run.actor),
        said(wording.number(run.recorded)),
        said(wording.number(run.unchanged)),
        (parts.run_outcome(run),),
    )
