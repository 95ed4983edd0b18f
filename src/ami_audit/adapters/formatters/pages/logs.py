"""What a run's answer says of logs: what was read, what trouble there is, what belongs together, which chains hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Block,
    Column,
    Cut,
    Facts,
    Item,
    Items,
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
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.told import MOST

_ROWS, _ROWS_SHORT = 200, 12
_ITEMS, _ITEMS_SHORT = 50, 5
_GRAVE = ("error", "critical")


def overview(records: Sequence[AuditRecord], *, limits: Limits) -> Section:  # noqa: ARG001 (every maker is given them)
    """Return what was read, all logs together, and what kept it from being read."""
    context = records[-1].context
    told = [Note((prose(finding.description, Tone.DOUBTFUL),)) for finding in records[-1].findings]
    files, logs = _count(context, "files"), _count(context, "logs")
    read = (
        f"{wording.counted(files, 'file')} of {wording.counted(logs, 'log')}, "
        f"{wording.counted(_count(context, 'lines'), 'line')}, {wording.size(_count(context, 'text_bytes'))} of text"
    )
    rows: list[tuple[str, Line]] = [("read", said(read))]
    if context.get("events"):
        rows.append(("events", said(_counts(context.get("levels"), of=_count(context, "events")))))
        rows.append(("formats", quoted(_counts(context.get("formats")))))
    if context.get("first"):
        rows.append(("from", said(f"{_time(context.get('first'))} to {_time(context.get('last'))} UTC")))
    if context.get("unparsed"):
        rows.append(("not understood", said(wording.counted(_count(context, "unparsed"), "line"), Tone.DOUBTFUL)))
    return Section("Logs", (*((Facts(rows),) if files else ()), *told))


def files(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return the files, those with the most trouble first."""
    columns = (
        Column("file", Cut.NAME, 16),
        Column("lines", is_number=True),
        Column("errors", is_number=True),
        Column("warnings", is_number=True),
        Column("format", Cut.END, 8),
        Column("last (UTC)"),
    )
    ordered = sorted(records, key=lambda record: (-_errors(record.context), -_warnings(record.context), record.target))
    shown = ordered[: _ROWS_SHORT if limits.is_short else _ROWS]
    return Section("Log files", _with_rest(Table(columns, [_file(record) for record in shown]), ordered, shown))


def templates(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return the kinds of trouble, the gravest and the most frequent first."""
    columns = (
        Column("times", is_number=True),
        Column("level"),
        Column("what is said", Cut.END if limits.is_short else Cut.WRAP, 24),
        Column("last (UTC)"),
        Column("at", Cut.NAME, 12),
    )
    ordered = sorted(records, key=lambda record: (-record.severity.weight, -_count(record.context, "count")))
    shown = ordered[: _ROWS_SHORT if limits.is_short else _ROWS]
    return Section("Trouble", _with_rest(Table(columns, [_template(record) for record in shown]), ordered, shown))


def correlations(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return what several logs have in common."""
    ordered = sorted(records, key=lambda record: (record.context.get("by") != "time", -record.severity.weight))
    shown = ordered[: _ITEMS_SHORT if limits.is_short else _ITEMS]
    return Section("In several logs", _with_rest(Items([_correlation(record) for record in shown]), ordered, shown))


def chains(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return which hash chains were checked, broken ones first."""
    ordered = sorted(records, key=lambda record: (bool(record.context.get("holds")), record.target))
    shown = ordered[: _ROWS_SHORT if limits.is_short else _ROWS]
    return Section("Hash chains", _with_rest(Items([_chain(record) for record in shown]), ordered, shown))


def _with_rest(block: Block, found: Sequence[AuditRecord], shown: Sequence[AuditRecord]) -> tuple[Block, ...]:
    more = len(found) - len(shown)
    if not more:
        return (block,)
    told = "and more" if len(found) >= MOST else f"and {wording.number(more)} more"
    return (block, Note(said(told, Tone.FAINT)))


def _file(record: AuditRecord) -> tuple[Line, ...]:
    context = record.context
    times = context.get("times")
    last = times.get("last") if isinstance(times, Mapping) else None
    return (
        quoted(record.target),
        said(wording.number(_count(context, "lines"))),
        _marked(_errors(context), Tone.BAD),
        _marked(_warnings(context), Tone.DOUBTFUL),
        quoted(_format(context), Tone.FAINT),
        said(_time(last) or "-", Tone.FAINT),
    )


def _format(context: Mapping[str, Any]) -> str:
    """Return how most events are written, with how many other ways; for what was not read, why."""
    formats = _sorted(context.get("formats"))
    if formats:
        return formats[0][0] + (f" +{len(formats) - 1}" if len(formats) > 1 else "")
    faults = [fault for fault in context.get("faults", ()) if isinstance(fault, Mapping)]
    return str(faults[0].get("kind")) if faults else "-"


def _grave(context: Mapping[str, Any]) -> int:
    """Return how often it was said at its gravest level; all of its times where none names a level."""
    levels = context.get("levels")
    level = context.get("level")
    found = levels.get(level) if isinstance(levels, Mapping) else None
    return found if isinstance(found, int) else _count(context, "count")


def _template(record: AuditRecord) -> tuple[Line, ...]:
    context = record.context
    is_new = any(finding.finding_type.startswith("log.new-") for finding in record.findings)
    new = (words("new ", Tone.NOTICE),) if is_new else ()
    return (
        said(wording.number(_grave(context))),
        (parts.severity_mark(record.severity),),
        (*new, data(str(context.get("template", "withheld")))),
        said(_time(context.get("last")) or "-", Tone.FAINT),
        quoted(next((str(finding.location) for finding in record.findings), ""), Tone.FAINT),
    )


def _correlation(record: AuditRecord) -> Item:
    context = record.context
    steps = [step for step in context.get("steps", ()) if isinstance(step, Mapping)]
    if context.get("by") == "time":
        about: Line = (
            words(f"much trouble at once from {_time(context.get('first'))} to {_time(context.get('last'))}"),
        )
    else:
        about = (words(f"{context.get('by')} "), data(str(context.get("id", "withheld")), Tone.STRONG))
    told = tuple(_step(step) for step in steps[:_ITEMS_SHORT])
    more = len(steps) - len(told)
    rest = (*told, said(f"and {more} more", Tone.FAINT)) if more > 0 else told
    return Item(parts.severity_mark(record.severity), about, rest)


def _step(step: Mapping[str, Any]) -> Line:
    level = f", {step['level']}" if step.get("level") else ""
    count = wording.counted(_count(step, "events"), "event")
    return (
        data(str(step.get("place", ""))),
        words(f"  {_time(step.get('first'), seconds=True)}  {count}{level}", Tone.FAINT),
    )


def _chain(record: AuditRecord) -> Item:
    context = record.context
    entries = wording.counted(_count(context, "entries"), "entry", "entries")
    faults = _count(context, "fault_count")
    if faults:
        mark, told = words("broken", Tone.BAD), f": {entries}, {wording.counted(faults, 'check')} failed"
    else:
        mark, told = words("holds", Tone.GOOD), f": {entries}{', sealed' if context.get('sealed') else ''}"
    told_faults = [fault for fault in context.get("faults", ()) if isinstance(fault, Mapping)][:_ITEMS_SHORT]
    rest = tuple(said(f"line {fault.get('line')}: {fault.get('check')}", Tone.FAINT) for fault in told_faults)
    return Item(mark, (data(record.target, Tone.STRONG), words(told)), rest)


def _marked(count: int, tone: Tone) -> Line:
    return said(wording.number(count), tone if count else Tone.FAINT)


def _errors(context: Mapping[str, Any]) -> int:
    return sum(_count(context.get("levels"), level) for level in _GRAVE)


def _warnings(context: Mapping[str, Any]) -> int:
    return _count(context.get("levels"), "warning")


def _count(found: object, name: str) -> int:
    """Return a number of a record; 0 where it is withheld."""
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, int) else 0


def _sorted(found: object) -> list[tuple[str, int]]:
    if not isinstance(found, Mapping):
        return []
    pairs = [(str(name), count) for name, count in found.items() if isinstance(count, int) and count]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _counts(found: object, *, of: int = 0) -> str:
    told = [f"{wording.number(count)} {'without level' if name == 'none' else name}" for name, count in _sorted(found)]
    return (f"{wording.number(of)}: " if of else "") + ", ".join(told)


def _time(text: object, *, seconds: bool = False) -> str:
    return text[: 19 if seconds else 16].replace("T", " ") if isinstance(text, str) else ""
