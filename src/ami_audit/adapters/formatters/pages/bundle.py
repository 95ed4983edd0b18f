"""What a verdict on a bundle says: the level first, then what it means and what it does not."""

from collections.abc import Iterable, Iterator

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Column,
    Cut,
    Facts,
    Limits,
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
from ami_audit.domain.bundle_report import BundleReport


def bundle_page(report: BundleReport, *, limits: Limits) -> Page:
    """Return a verdict on a bundle: how far it is proven, everything wrong with it, what is proven and what is not."""
    return Page(
        headline=(words("Proven to: ", Tone.STRONG), parts.level(report.level, is_sound=report.is_sound)),
        aside=wording.counted(report.records, "record"),
        sections=(
            Section("", tuple(_verdict(report))),
            Section(wording.counted(len(report.faults), "fault"), tuple(_faults(report, limits))),
            Section("Proven", tuple(_sentences(report.proven))),
            Section("Not proven", tuple(_sentences(report.not_proven))),
            Section("Checked", (_checked(report),)),
        ),
    )


def _verdict(report: BundleReport) -> Iterator[Note]:
    if report.faults:
        yield Note(said("This bundle does not prove what it should.", Tone.BAD))
    if report.level < report.required:
        yield Note(said(f"Required was: {report.required.label}.", Tone.BAD))


def _faults(report: BundleReport, limits: Limits) -> Iterator[Table | Note]:
    if not report.faults:
        return
    columns = (Column("where", Cut.WRAP, 12), Column("check", Cut.WRAP, 6), Column("what is wrong", Cut.WRAP, 24))
    shown = report.faults[: limits.faults]
    yield Table(
        columns,
        [
            ((data(fault.where, Tone.STRONG),), (data(fault.check, Tone.BAD),), (prose(fault.detail),))
            for fault in shown
        ],
    )
    more = len(report.faults) - len(shown)
    if more:
        yield Note(said(f"and {wording.number(more)} more; --format=json shows all", Tone.FAINT))


def _sentences(sentences: Iterable[str]) -> Iterator[Note]:
    return (Note((prose(sentence),)) for sentence in sentences)


def _checked(report: BundleReport) -> Facts:
    asked = ", ".join(f"{name}={value}" for name, value in (report.filter or {}).items())
    return Facts(
        (
            ("trail", quoted(report.origin)),
            ("checkpoint", said(f"the first {wording.counted(report.size, 'record')}")),
            ("root", quoted(report.root)),
            ("filter", quoted(asked) if asked else said("records picked by name" if report.filter is None else "none")),
            *(("key", (data(key.key_id), words(" of "), data(key.signer))) for key in report.keys),
        )
    )
