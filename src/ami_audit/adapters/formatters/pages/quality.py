"""What the answer of a run says about quality."""

from collections.abc import Iterator, Sequence
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
    data,
    prose,
    quoted,
    said,
    words,
)
from ami_audit.adapters.formatters.pages import parts
from ami_audit.domain.finding import AuditViolation
from ami_audit.domain.kinds import Outcome
from ami_audit.domain.record import AuditRecord

_COMPLEX_LISTED = 5


def checks(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return which tools checked what, in which version, and what they found."""
    columns = (
        Column("check"),
        Column("version"),
        Column("violations", is_number=True),
        Column("files", is_number=True),
        Column("says", Cut.WRAP, 20),
        Column("time", is_number=True),
    )
    blocks: list[Block] = [Table(columns, [_check(record, limits) for record in records])]
    blocks += [block for record in records for block in _measures(record)]
    return Section("Checks", blocks)


def _check(record: AuditRecord, limits: Limits) -> tuple[Line, ...]:
    context = record.context
    seconds = context.get("seconds")
    count = _number(context.get("violations", context.get("changed")))
    return (
        quoted(str(context.get("tool", "")), Tone.STRONG),
        quoted(str(context.get("version", ""))),
        said(wording.number(count), Tone.PLAIN if count else Tone.FAINT),
        said(wording.number(_number(context.get("files", context.get("checked"))))),
        _says(record, limits),
        said(wording.duration(seconds) if isinstance(seconds, int | float) else "", Tone.FAINT),
    )


def _says(record: AuditRecord, limits: Limits) -> Line:
    if record.outcome is Outcome.FAILURE and record.findings:
        return (prose(record.findings[-1].description, Tone.BAD),)
    context = record.context
    if isinstance(context.get("nothing"), str):
        return said(context["nothing"], Tone.FAINT)
    if "functions" in context:
        told = f"{wording.counted(_number(context['functions']), 'function')}, highest {context.get('highest')}"
        return said(f"{told}, mean {context.get('mean')}", Tone.FAINT)
    rules = context.get("rules")
    if not isinstance(rules, dict) or not rules:
        return said("", Tone.FAINT)
    top = sorted(rules.items(), key=lambda item: (-_number(item[1]), item[0]))[: limits.examples]
    line: list[Any] = []
    for name, count in top:
        line += [words(", "), data(str(name)), words(f" {wording.number(_number(count))}")]
    return tuple(line[1:])


def _measures(record: AuditRecord) -> Iterator[Block]:
    """Yield the most complex functions."""
    worst = record.context.get("worst")
    if not isinstance(worst, list) or not worst:
        return
    yield Note((words("Most complex by "), data(str(record.context.get("tool"))), words(":")))
    columns = (Column("complexity", is_number=True), Column("function", Cut.END, 16), Column("at", Cut.NAME, 16))
    rows = [
        (
            said(str(_number(it.get("complexity")))),
            quoted(str(it.get("function", ""))),
            quoted(f"{it.get('file')}:{it.get('line')}"),
        )
        for it in worst[:_COMPLEX_LISTED]
        if isinstance(it, dict)
    ]
    yield Table(columns, rows)


def fixes(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return which files were mended, and how."""
    columns = (
        Column("mended", Cut.NAME, 16),
        Column("by", Cut.WRAP, 10),
        Column("rules", Cut.WRAP, 16),
        Column("before"),
        Column("after"),
    )
    listed = records[: limits.findings]
    blocks: list[Block] = [Table(columns, [_fix(record) for record in listed])]
    if len(listed) < len(records):
        blocks.append(Note(said(f"and {wording.counted(len(records) - len(listed), 'more file')}", Tone.FAINT)))
    return Section("Mended", blocks)


def _fix(record: AuditRecord) -> tuple[Line, ...]:
    context = record.context
    mended = context.get("mended")
    rules = mended.items() if isinstance(mended, dict) else ()
    steps = context.get("steps")
    return (
        quoted(record.target),
        quoted(", ".join(f"ruff {step}" for step in steps) if isinstance(steps, list) else ""),
        quoted(", ".join(f"{name} {count}" for name, count in rules)),
        quoted(_digest(context.get("before")), Tone.FAINT),
        quoted(_digest(context.get("after")), Tone.FAINT),
    )


def _digest(state: object) -> str:
    return wording.short(str(state.get("sha256", ""))) if isinstance(state, dict) else ""


def violations(records: Sequence[AuditRecord], *, limits: Limits) -> Section:  # noqa: ARG001 (whoever lists them wants all)
    """Return every violation: where, which rule, what it says, and who says it."""
    columns = (
        Column("severity"),
        Column("where", Cut.WRAP, 20),
        Column("rule", Cut.WRAP, 6),
        Column("message", Cut.WRAP, 24),
        Column("check"),
    )
    rows = [_violation(violation, record) for record in records for violation in record.violations]
    total = wording.counted(len(rows), "violation")
    files = len({record.target for record in records if record.violations})
    note = Note(said(f"{total} in {wording.counted(files, 'file')}" if rows else "none"))
    return Section("Violations", (note, Table(columns, rows)) if rows else (note,))


def _violation(violation: AuditViolation, record: AuditRecord) -> tuple[Line, ...]:
    place = (violation.file_path or record.target, violation.line_number, violation.column_number)
    return (
        (parts.severity_mark(violation.severity),),
        quoted(":".join(str(part) for part in place if part is not None)),
        quoted(violation.rule),
        quoted(violation.message),
        quoted(str(record.context.get("tool", ""))),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
