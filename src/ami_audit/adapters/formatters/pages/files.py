"""What a run's answer says of archives and of files of several names, beside the counts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Block,
    Column,
    Cut,
    Limits,
    Line,
    Note,
    Section,
    Table,
    Tone,
    prose,
    quoted,
    said,
)
from ami_audit.domain.record import AuditRecord

_SHORT, _LONG = 10, 200
_FEW = 4


def archives_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return what each archive holds in all; those with findings first."""
    # Parts that go on are told by the last one.
    whole = [record for record in records if "goes_on" not in record.context]
    ordered = sorted(whole, key=lambda record: (not record.findings, record.target))
    columns = (
        Column("archive", Cut.NAME, 16),
        Column("packed as", Cut.END, 9),
        Column("members", is_number=True),
        Column("unpacked", is_number=True),
        Column("findings", is_number=True),
    )
    return _section("Archives", columns, [_archive(record) for record in ordered], limits=limits)


def _archive(record: AuditRecord) -> tuple[Line, ...]:
    context = record.context
    findings = _number(context, "remarks_in_all") or len(record.findings)
    return (
        quoted(record.target),
        quoted(str(context.get("packing", ""))),
        said(wording.number(_number(context, "members_in_all"))),
        said(wording.size(_number(context, "unpacked_bytes"))),
        said(wording.number(findings), Tone.DOUBTFUL if findings else Tone.FAINT),
    )


def hard_links_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return which names each file has."""
    columns = (
        Column("names of one file", Cut.WRAP, 24),
        Column("elsewhere", is_number=True),
    )
    rows = [_names(record) for record in records]
    return _section("Files of several names", columns, rows, limits=limits)


def _names(record: AuditRecord) -> tuple[Line, ...]:
    held = record.context.get("names")
    names = [str(name) for name in held] if isinstance(held, list | tuple) else []
    more = len(names) - _FEW + _number(record.context, "omitted")
    elsewhere = _number(record.context, "elsewhere")
    told = ", ".join(names[:_FEW])
    return (
        (*quoted(told), *(said(f" and {wording.number(more)} more", Tone.FAINT) if more > 0 else ())),
        said(wording.number(elsewhere), Tone.PLAIN if elsewhere else Tone.FAINT),
    )


def _number(facts: Mapping[str, Any], name: str) -> int:
    value = facts.get(name)
    return value if isinstance(value, int) else 0


def _section(heading: str, columns: Sequence[Column], rows: Sequence[tuple[Line, ...]], *, limits: Limits) -> Section:
    return Section(heading, tuple(_blocks(columns, rows, _SHORT if limits.is_short else _LONG)))


def _blocks(columns: Sequence[Column], rows: Sequence[tuple[Line, ...]], most: int) -> Iterator[Block]:
    yield Table(tuple(columns), rows[:most])
    if len(rows) > most:
        yield Note((prose(f"and {wording.number(len(rows) - most)} more", Tone.FAINT),))
