"""What a verdict says: the level first and always."""

from collections.abc import Iterator, Sequence

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
from ami_audit.domain.next_steps import after_verification
from ami_audit.domain.verification import Fault, Sample, VerificationReport, Witnessing


def verification_page(report: VerificationReport, *, limits: Limits) -> Page:
    """Return a verdict: how far the trail is proven, everything wrong with it, and why it is not proven further."""
    checked = f"{_how_much(report)} in {wording.duration(report.seconds)}"
    return Page(
        headline=(
            words("Proven to: ", Tone.STRONG),
            parts.level(report.level, is_sound=report.is_sound, label=report.reached),
        ),
        aside=checked,
        sections=(
            Section("", tuple(_verdict(report))),
            Section(wording.counted(len(report.faults), "fault"), tuple(fault_table(report.faults, limits))),
            Section("Checked", (_checked(report),)),
            parts.approvals(report.approvals, required=report.approvals_required),
            Section("What was read", tuple(Note((prose(sentence),)) for sentence in report.scope)),
            parts.reasons(report.level, report.reasons, faults=len(report.faults)),
            parts.next_steps(after_verification(report)),
        ),
    )


def _how_much(report: VerificationReport) -> str:
    if report.covered_size is not None and report.covered_size < report.size:
        covered = f"the first {wording.number(report.covered_size)} of {wording.counted(report.size, 'record')}"
        return f"{covered}; {wording.number(report.checked.records)} read"
    if report.checked.records == report.size:
        return wording.counted(report.size, "record")
    return f"{wording.number(report.checked.records)} of {wording.counted(report.size, 'record')} read"


def _verdict(report: VerificationReport) -> Iterator[Note]:
    if report.faults:
        yield Note(said("This trail is not as it was sealed.", Tone.BAD))
    if report.remaining is not None:
        told = f"The {wording.counted(report.size, 'record')} that are here hold together up to "
        rest = f"`{report.remaining.label}`, but others were signed or verified before and are not here any more."
        why = "Levels are cumulative, and `links` says that none is missing: as a whole the trail is proven to nothing."
        yield Note((prose(f"{told}{rest} {why}"),))
    if report.level < report.required:
        yield Note(said(f"Required was: {report.required.label}.", Tone.BAD))


def fault_table(faults: Sequence[Fault], limits: Limits) -> Iterator[Table | Note]:
    """Yield faults as a table, those alike in one row, and how many more there are."""
    if not faults:
        return
    columns = (Column("where", Cut.WRAP, 12), Column("check", Cut.WRAP, 6), Column("what is wrong", Cut.WRAP, 24))
    alike = list(_alike(faults))
    yield Table(columns, [_row(stretch) for stretch in alike[: limits.faults]])
    more = sum(len(stretch) for stretch in alike[limits.faults :])
    if more:
        yield Note(said(f"and {wording.number(more)} more; --format=json shows all", Tone.FAINT))


def _alike(faults: Sequence[Fault]) -> Iterator[list[Fault]]:
    """Yield the longest stretches of records that follow one another with the same fault."""
    stretch: list[Fault] = []
    for fault in faults:
        if stretch and not _goes_on(stretch[-1], fault):
            yield stretch
            stretch = []
        stretch.append(fault)
    if stretch:
        yield stretch


def _goes_on(one: Fault, other: Fault) -> bool:
    if one.sequence is None or other.sequence != one.sequence + 1:
        return False
    are_records = (one.where, other.where) == (f"record {one.sequence}", f"record {other.sequence}")
    return are_records and (one.check, one.field, one.detail) == (other.check, other.field, other.detail)


def _row(faults: Sequence[Fault]) -> tuple[Line, ...]:
    fault, last = faults[0], faults[-1]
    where = fault.where if len(faults) == 1 else f"records {fault.sequence} to {last.sequence}"
    is_named = not fault.field or fault.field in {*fault.where.split(), "signatures"} or fault.field in fault.detail
    field = () if is_named else (words(", "), data(fault.field or ""))
    return (data(where, Tone.STRONG), *field), (data(fault.check, Tone.BAD),), (prose(fault.detail),)


def _checked(report: VerificationReport) -> Facts:
    last = report.first + report.size - 1
    span = f"{wording.number(report.first)} to {wording.number(last)}" if report.size > 1 else str(report.first)
    covered = (
        f"the first {wording.counted(report.checkpoint_size, 'record')}"
        if report.checkpoint_size
        else "none that holds"
    )
    return Facts(
        (
            ("trail", quoted(report.origin) if report.origin else said("unknown", Tone.BAD)),
            ("records", said(span if report.size else "none")),
            ("faults", said(wording.number(len(report.faults)), Tone.BAD) if report.faults else said("none")),
            ("unsigned", said(wording.number(report.unsigned), Tone.DOUBTFUL if report.unsigned else Tone.PLAIN)),
            ("head", quoted(report.head)),
            ("root", quoted(report.root)),
            ("checkpoint", said(covered)),
            *_witnesses(report.witnesses),
            *_proofs(report),
            *_drawn(report.sample),
        )
    )


def _witnesses(found: Witnessing | None) -> Iterator[tuple[str, Line]]:
    if found is None:
        return
    when = f", the last at {wording.time(found.cosigned_at)}" if found.cosigned_at else ""
    covered = f"over the first {wording.counted(found.size, 'record')}"
    whose = "as the given policy asks" if found.policy == "given" else f"as the policy of {found.policy} asks"
    tone = Tone.PLAIN if found.is_reached else Tone.DOUBTFUL
    told = f"{found.cosigned} of {found.witnesses} {covered}{when}; {found.required} or more {whose}"
    yield "witnesses", said(told, tone)


def _proofs(report: VerificationReport) -> Iterator[tuple[str, Line]]:
    if report.checked.proofs:
        yield (
            "proofs",
            said(f"{wording.counted(report.checked.proofs, 'proof')} made from the stored tree, all checked"),
        )


def _drawn(sample: Sample | None) -> Iterator[tuple[str, Line]]:
    if sample is None:
        return
    yield "share", said(f"{sample.share:.4%} of the records")
    yield "seed", quoted(sample.seed)
    for case in sample.missing:
        altered = wording.counted(case.altered, "altered record")
        yield "misses", said(f"{altered}: with a chance of {case.chance:.4%}")
