"""What a run's answer says of a repository's history, beside the counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
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
    quoted,
    said,
    words,
)
from ami_audit.domain.record import AuditRecord

_SHORT, _LONG = 10, 200
_DAY = 10
_FEW = 4
_TONES = {"in-step": Tone.GOOD, "elsewhere": Tone.DOUBTFUL, "dropped": Tone.DOUBTFUL, "missing": Tone.DOUBTFUL}

_Row = tuple[Line, ...]


def contributions_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return who did how much, who did most first."""
    ordered = sorted(records, key=lambda record: (-_number(record, "commits"), record.target))
    columns = (
        Column("author", Cut.END, 16),
        Column("commits", is_number=True),
        Column("added", is_number=True),
        Column("deleted", is_number=True),
        Column("files", is_number=True),
        Column("first"),
        Column("last"),
    )
    return _section("Authors", columns, [_contribution(record) for record in ordered], limits=limits)


def _contribution(record: AuditRecord) -> _Row:
    counts = (_counted(record.context.get(name)) for name in ("commits", "added", "deleted", "files"))
    return (quoted(record.target), *counts, _day(record.context.get("first")), _day(record.context.get("last")))


def paths_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return the names that each file had, newest first."""
    columns = (
        Column("file", Cut.NAME, 16),
        Column("commits", is_number=True),
        Column("authors", is_number=True),
        Column("first"),
        Column("last"),
        Column("before", Cut.WRAP, 16),
    )
    return _section("Files", columns, [_path(record) for record in records], limits=limits)


def _path(record: AuditRecord) -> _Row:
    context = record.context
    before = [str(name["path"]) for name in context.get("names", ())[1:]]
    return (
        quoted(record.target),
        _counted(context.get("commits")),
        _counted(len(context.get("authors", ()))),
        _day(context.get("first")),
        _day(context.get("last")),
        _listed(before),
    )


def blame_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return whose lines each file has, and how old they are."""
    columns = (
        Column("file", Cut.NAME, 16),
        Column("lines", is_number=True),
        Column("oldest"),
        Column("middle"),
        Column("newest"),
        Column("whose", Cut.WRAP, 20),
    )
    return _section("Lines", columns, [_blame(record) for record in records], limits=limits)


def _blame(record: AuditRecord) -> _Row:
    context = record.context
    ages = (_day(context.get(name)) for name in ("oldest", "median", "newest"))
    by_author = Counter[str]({str(name): int(count) for name, count in context.get("lines_by_author", {}).items()})
    whose = [f"{name} {wording.number(count)}" for name, count in by_author.most_common(_FEW)]
    more = len(by_author) - len(whose)
    return (quoted(record.target), _counted(context.get("lines")), *ages, _listed(whose, more))


def lockfiles_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return what lock files pinned anew, the newest first."""
    columns = (
        Column("date"),
        Column("lock file", Cut.NAME, 12),
        Column("commit"),
        Column("what changed", Cut.WRAP, 24),
    )
    return _section("Lock files", columns, [_lockfile(record) for record in reversed(records)], limits=limits)


def _lockfile(record: AuditRecord) -> _Row:
    context = record.context
    told = [
        *(f"+{item['name']} {_versions(item['versions'])}" for item in context.get("added", ())),
        *(f"-{item['name']}" for item in context.get("removed", ())),
        *(f"{item['name']} {_versions(item['from'])} → {_versions(item['to'])}" for item in context.get("changed", ())),
        *(f"other digest: {what}" for what in context.get("redigested", ())),
    ]
    changes = (
        _listed(told[:_FEW], len(told) - _FEW) if told else said(str(context.get("why", "no package")), Tone.FAINT)
    )
    commit = wording.short(str(context.get("commit", "")))
    return (_day(record.timestamp.isoformat()), quoted(record.target), quoted(commit), changes)


def _versions(versions: Sequence[str]) -> str:
    return ", ".join(map(str, versions))


def submodules_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return where each submodule stands."""
    columns = (
        Column("submodule", Cut.NAME, 16),
        Column("commit"),
        Column("declared"),
        Column("checked out"),
        Column("comes from", Cut.END, 16),
    )
    # What needs a look comes first.
    ordered = sorted(records, key=lambda record: (not record.findings, record.target))
    return _section("Submodules", columns, [_submodule(record) for record in ordered], limits=limits)


def _submodule(record: AuditRecord) -> _Row:
    context = record.context
    state = str(context.get("state"))
    checkout = str(context["checkout"]["state"]) if context.get("checkout") else "–"
    return (
        quoted(record.target),
        quoted(wording.short(str(context.get("commit") or "–"))),
        said(state, Tone.PLAIN if state == "declared" else Tone.DOUBTFUL),
        said(checkout, _TONES.get(checkout, Tone.FAINT)),
        quoted(str(context.get("url") or "–")),
    )


def blobs_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return the large files of the history, the largest first."""
    columns = (
        Column("file", Cut.NAME, 16),
        Column("contents", is_number=True),
        Column("largest", is_number=True),
        Column("together", is_number=True),
        Column("kind"),
        Column("at HEAD"),
    )
    return _section("Large files", columns, [_blob(record) for record in records], limits=limits)


def _blob(record: AuditRecord) -> _Row:
    context = record.context
    sizes = (said(wording.size(_number(record, name))) for name in ("largest_bytes", "total_bytes"))
    return (
        quoted(record.target),
        _counted(context.get("count")),
        *sizes,
        said("binary" if context.get("binary") else "text"),
        said("yes" if context.get("at_head") else "no"),
    )


def reflogs_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return who moved which name, the last move first."""
    columns = (
        Column("date"),
        Column("name", Cut.NAME, 12),
        Column("from"),
        Column("to"),
        Column("who", Cut.END, 9),
        Column("why", Cut.END, 12),
    )
    return _section("Moves of names", columns, [_move(record) for record in reversed(records)], limits=limits)


def _move(record: AuditRecord) -> _Row:
    context = record.context
    ends = (
        quoted(wording.short(str(context.get(end) or "–")), _TONES.get(str(context.get(f"{end}_state")), Tone.PLAIN))
        for end in ("from", "to")
    )
    message = str(context.get("message") or context.get("subject") or "")
    return (_day(record.timestamp.isoformat()), quoted(record.target), *ends, quoted(record.actor), quoted(message))


def _section(heading: str, columns: Sequence[Column], rows: Sequence[_Row], *, limits: Limits) -> Section:
    most = _SHORT if limits.is_short else _LONG
    blocks: list[Block] = [Table(columns, rows[:most])]
    if len(rows) > most:
        blocks.append(Note(said(f"and {wording.number(len(rows) - most)} more in the records", Tone.FAINT)))
    return Section(heading, tuple(blocks))


def _number(record: AuditRecord, name: str) -> int:
    facts: Mapping[str, Any] = record.context
    return int(facts.get(name) or 0)


def _counted(value: Any) -> Line:
    return said("–" if value is None else wording.number(int(value)))


def _day(moment: Any) -> Line:
    return said(str(moment)[:_DAY] if moment else "–")


def _listed(names: Sequence[str], more: int = 0) -> Line:
    if not names:
        return said("–", Tone.FAINT)
    line: list[Any] = []
    for name in names:
        line += [words(", "), data(name)]
    return (*line[1:], *((words(f" and {wording.number(more)} more", Tone.FAINT),) if more > 0 else ()))
