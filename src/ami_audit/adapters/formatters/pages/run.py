"""What the answer of a collecting command says."""

from collections.abc import Iterator, Sequence
from itertools import chain

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Column,
    Cut,
    Facts,
    Limits,
    Line,
    Note,
    Page,
    Section,
    Table,
    Tone,
    data,
    prose,
    quoted,
    said,
    words,
)
from ami_audit.adapters.formatters.pages import parts
from ami_audit.adapters.formatters.pages.records import records_table
from ami_audit.adapters.formatters.pages.told import told_sections
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.next_steps import after_run
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reports import Findings, Gap
from ami_audit.domain.run import RunSummary, SourceSummary, cursor_after
from ami_audit.domain.verification import VerificationReport

_PROVABLE = {
    VerificationLevel.HASHES: "unsigned; not verified in this run, at most `hashes`",
    VerificationLevel.CHECKPOINT: "signed, checkpoint kept outside; not verified in this run, at most `checkpoint`",
}


def run_page(
    summary: RunSummary,
    *,
    findings: Findings | None,
    verification: VerificationReport | None,
    records: Sequence[AuditRecord] | None = None,
    told: Sequence[AuditRecord] = (),
    limits: Limits,
) -> Page:
    """Return what a run did, for a person who will act on it."""
    return Page(
        headline=_headline(summary),
        aside=wording.duration(summary.seconds),
        sections=(
            Section("Audited", (_sources(summary),)),
            *told_sections(told, limits=limits),
            parts.gaps(_left_out(summary), heading="Left out", limits=limits),
            parts.findings(_findings(summary, findings, limits), standing=summary.standing),
            Section("Trail", (_trail(summary, verification),)),
            Section("Records", tuple(_records(summary, records)) if records else ()),
            parts.next_steps(after_run(summary)),
        ),
    )


def _records(summary: RunSummary, records: Sequence[AuditRecord]) -> Iterator[Table | Note]:
    yield records_table(records)
    cursor = cursor_after(summary, records)
    if cursor is not None:
        yield Note((prose(f"The rest: `ami-audit query --run {summary.run_id} --after {cursor}`.", Tone.FAINT),))


def _headline(summary: RunSummary) -> Line:
    about = (words("Audit of ", Tone.STRONG), data(summary.target, Tone.STRONG))
    count = wording.counted(summary.recorded, "new record") if summary.recorded else "nothing new"
    if summary.interrupted:
        return (*about, words(" stopped early", Tone.DOUBTFUL), words(f": {count}, sealed", Tone.STRONG))
    if summary.sources and all(source.error for source in summary.sources):
        return (*about, words(" failed", Tone.BAD))
    return (*about, words(f": {count}", Tone.STRONG))


def _sources(summary: RunSummary) -> Table:
    columns = (
        Column("source"),
        Column("recorded", Cut.WRAP, 24),
        Column("unchanged", is_number=True),
        Column("time", is_number=True),
    )
    return Table(columns, [_source(source) for source in summary.sources])


def _source(source: SourceSummary) -> tuple[Line, ...]:
    return (
        quoted(source.name),
        _brought(source),
        said(wording.number(source.unchanged), Tone.PLAIN if source.unchanged else Tone.FAINT),
        said(wording.duration(source.seconds), Tone.FAINT),
    )


def _brought(source: SourceSummary) -> Line:
    failed = (words("failed: ", Tone.BAD), prose(source.error, Tone.BAD)) if source.error is not None else ()
    if not source.actions:
        return failed or said("nothing new", Tone.FAINT)
    most_first = sorted(source.actions.items(), key=lambda item: (-item[1], item[0]))
    told = chain.from_iterable((words(", "), *_of_action(name, count)) for name, count in most_first)
    return (*tuple(told)[1:], *((words("; "), *failed) if failed else ()))


def _of_action(name: str, count: int) -> Line:
    noun = wording.noun(name, count)
    return (words(f"{wording.number(count)} "), words(noun) if noun else data(name))


def _findings(summary: RunSummary, findings: Findings | None, limits: Limits) -> Findings:
    # The run counted all of them; what was looked up afterwards are the worst.
    worst = findings.worst[: limits.findings] if findings else ()
    return Findings(by_severity=dict(summary.findings), worst=worst)


def _left_out(summary: RunSummary) -> list[Gap]:
    reasons = sorted(set(chain.from_iterable(source.skipped for source in summary.sources)))
    found = [
        Gap(
            kind=why,
            count=sum(source.skipped.get(why, 0) for source in summary.sources),
            examples=tuple(chain.from_iterable(source.examples.get(why, ()) for source in summary.sources)),
        )
        for why in reasons
    ]
    return sorted(found, key=lambda gap: (-gap.count, gap.kind))


def _trail(summary: RunSummary, verification: VerificationReport | None) -> Facts:
    proven = (
        (parts.level(verification.level, is_sound=not verification.faults, label=verification.reached),)
        if verification
        else said(_PROVABLE.get(summary.provable, "not verified in this run"), Tone.FAINT)
    )
    return Facts(
        (
            ("name", quoted(summary.origin)),
            ("records", said(wording.number(summary.size))),
            ("head", quoted(wording.short(summary.head))),
            ("level", proven),
            ("lies in", quoted(summary.location)),
        )
    )
