"""What a run's answer says of services: how they are, what they use, what they log."""

from collections.abc import Iterator, Mapping, Sequence
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
    Span,
    Table,
    Tone,
    data,
    quoted,
    said,
    words,
)
from ami_audit.domain.kinds import Outcome
from ami_audit.domain.record import AuditRecord

_FEW = 40
_TEMPLATES = 5
_TONES = {
    "running": Tone.GOOD,
    "starting": Tone.NOTICE,
    "paused": Tone.DOUBTFUL,
    "unknown": Tone.DOUBTFUL,
    "stopped": Tone.DOUBTFUL,
    "not found": Tone.DOUBTFUL,
}
_OUTCOMES = {
    Outcome.SUCCESS: words("well", Tone.GOOD),
    Outcome.PARTIAL: words("well in part", Tone.DOUBTFUL),
    Outcome.FAILURE: words("not well", Tone.BAD),
    Outcome.UNKNOWN: words("not known", Tone.DOUBTFUL),
}
_VERDICTS = {"ok": Tone.GOOD, "failed": Tone.BAD, "timed out": Tone.BAD, "not asked": Tone.FAINT}
_NOTHING = said("–", Tone.FAINT)


def profiles_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return how profiles are as a whole."""
    del limits
    columns = (
        Column("profile", Cut.NAME, 10),
        Column("whole"),
        Column("services", is_number=True),
        Column("not well", Cut.WRAP, 16),
    )
    rows = [
        (
            quoted(record.target),
            (_OUTCOMES[record.outcome],),
            said(f"{record.context.get('well', 0)} of {len(record.context.get('members', ()))} well"),
            _names(record.context.get("not_well", ())),
        )
        for record in records
    ]
    return Section("Profiles", (Table(columns, rows),))


def _names(names: Sequence[str]) -> Line:
    return quoted(", ".join(names), Tone.BAD) if names else _NOTHING


def services_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return services, one a line, those that are not well first where there are many; then health and logs."""
    most = _FEW if limits.is_short else len(records)
    shown = list(records)
    if len(shown) > most:
        shown.sort(
            key=lambda record: (record.outcome is Outcome.SUCCESS, record.target.startswith(("unit:", "process:")))
        )
    columns = (
        Column("service", Cut.NAME, 14),
        Column("state"),
        Column("up for", is_number=True),
        Column("CPU", is_number=True),
        Column("memory", is_number=True),
        Column("ports", Cut.WRAP, 8),
        Column("health", Cut.WRAP, 10),
    )
    blocks: list[Block] = [Table(columns, [_service(record) for record in shown[:most]])]
    if len(records) > most:
        blocks.append(Note(said(f"and {wording.number(len(records) - most)} more that are well or known", Tone.FAINT)))
    blocks += _logs(records)
    return Section("Services", blocks)


def _service(record: AuditRecord) -> tuple[Line, ...]:
    facts = record.context
    usage: Mapping[str, Any] = facts.get("usage") or {}
    state = str(facts.get("state", "unknown"))
    return (
        quoted(_name(record.target), Tone.PLAIN if "declared" in facts else Tone.FAINT),
        (words(state, _TONES.get(state, Tone.BAD)), *_restarts(facts.get("restarts"))),
        _told(facts.get("uptime_s"), wording.duration),
        _told(usage.get("cpu_percent"), lambda percent: f"{percent:g} %"),
        _memory(usage),
        _ports(facts.get("ports") or ()),
        tuple(_health(facts)) or _NOTHING,
    )


def _name(target: str) -> str:
    """Return a service's name; what it runs as stands in a column of its own."""
    kind, sign, name = target.partition(":")
    return name if sign and kind in {"container", "unit", "process"} else target


def _told(value: Any, say: Any) -> Line:
    return _NOTHING if value is None else said(say(value))


def _memory(usage: Mapping[str, Any]) -> Line:
    used, limit = usage.get("memory_bytes"), usage.get("memory_limit_bytes")
    if used is None:
        return _NOTHING
    return said(wording.size(used) + (f", {100 * used // limit} %" if limit else ""))


def _restarts(count: int | None) -> Line:
    """Return how often it was started again, where it was: `running ×3`."""
    return (words(f" ×{wording.number(count)}", Tone.DOUBTFUL),) if count else ()


def _ports(ports: Sequence[Mapping[str, Any]]) -> Line:
    line: list[Span] = []
    for port in ports:
        is_there = bool(port.get("listening")) or bool(port.get("published"))
        suffix = "" if port.get("protocol") == "tcp" else f"/{port.get('protocol')}"
        line += [words(", ", Tone.FAINT), data(f"{port['port']}{suffix}", Tone.PLAIN if is_there else Tone.FAINT)]
    return tuple(line[1:]) or _NOTHING


def _health(facts: Mapping[str, Any]) -> Iterator[Span]:
    """Yield verdicts: of the container's own check, and of each probe."""
    own = ((facts.get("container") or {}).get("health") or {}).get("status")
    told = [("", str(own), Tone.GOOD if own == "healthy" else Tone.BAD)] if own else []
    told += [
        (str(it["kind"]), str(it["verdict"]), _VERDICTS.get(str(it["verdict"]), Tone.BAD))
        for it in facts.get("health") or ()
    ]
    for index, (kind, verdict, tone) in enumerate(told):
        if index:
            yield words(", ", Tone.FAINT)
        if kind:
            yield data(kind)
        yield words(f" {verdict}" if kind else verdict, tone)


def _logs(records: Sequence[AuditRecord]) -> Iterator[Block]:
    """Yield what logs hold, and in one sentence which of them hold nothing of what was asked for."""
    read = [record for record in records if record.context.get("logs")]
    full = [record for record in read if record.context["logs"].get("levels")]
    if full:
        yield Items(tuple(_log(record, record.context["logs"]) for record in full))
    empty = [_name(record.target) for record in read if record not in full]
    if empty:
        yield Note((words("Nothing to tell in the log of ", Tone.FAINT), data(", ".join(empty), Tone.FAINT)))


def _log(record: AuditRecord, logs: Mapping[str, Any]) -> Item:
    levels = ", ".join(f"{count:,} {name}" for name, count in logs["levels"].items())
    wanted = f" at {logs['level']} or worse" if logs.get("level") else ""
    told = logs.get("told") or ()
    rest = [_template(entry) for entry in told[:_TEMPLATES]]
    more = len(told) + int(logs.get("untold", 0)) - len(rest)
    if more > 0:
        rest.append(said(f"and {wording.number(more)} more kinds of events", Tone.FAINT))
    first = (words("log of "), data(_name(record.target), Tone.STRONG), words(f"{wanted}: {levels}"))
    grave = any(name in (logs.get("levels") or {}) for name in ("error", "critical"))
    return Item(words("log", Tone.BAD if grave else Tone.FAINT), first, tuple(rest))


def _template(entry: Mapping[str, Any]) -> Line:
    levels = "/".join(entry.get("levels") or ())
    return (words(f"{wording.number(entry['count'])}× "), words(f"{levels} ", Tone.FAINT), data(str(entry["text"])))


def host_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return how the machine is."""
    del limits
    return Section("Machine", [Facts(tuple(_machine(record))) for record in records])


def _machine(record: AuditRecord) -> Iterator[tuple[str, Line]]:
    facts = record.context
    yield "name", quoted(record.target.removeprefix("host:"))
    if "memory_bytes" in facts:
        limit = f", limited to {wording.size(facts['memory_limit_bytes'])}" if "memory_limit_bytes" in facts else ""
        free, total = wording.size(facts["memory_available_bytes"]), wording.size(facts["memory_bytes"])
        yield "memory", said(f"{free} of {total} free{limit}")
        load = " ".join(f"{value:g}" for value in facts["load"])
        yield "load", said(f"{load} on {wording.counted(facts['processors'], 'processor')}")
    for disk in facts.get("disks") or ():
        free, total = wording.size(disk["free_bytes"]), wording.size(disk["size_bytes"])
        yield "disk", (data(disk["place"]), words(f": {free} of {total} free"))
    engines = [f"{said_of['product']} {said_of['version']}" for said_of in (facts.get("engines") or {}).values()]
    yield "containers", quoted(", ".join(engines)) if engines else said("no engine answers", Tone.FAINT)
    systemd = str(facts.get("systemd", ""))
    yield "systemd", said(systemd, Tone.PLAIN if systemd == "asked" else Tone.FAINT)
    yield "processes", said(wording.number(int(facts.get("processes", 0))))
