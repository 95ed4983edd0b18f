"""What a run's answer says of modules."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Block,
    Column,
    Cut,
    Facts,
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

_Context = Mapping[str, Any]
_LANGUAGES = 8
_PACKAGES = 8


def structure_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return what each module is."""
    del limits
    needs = {"python": Mapping, "entry_points": Mapping, "manifests": Sequence, "submodules": Sequence}
    return Section("Module", tuple(Facts(_module(facts)) for facts in _whole(records, needs)))


def locks_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return what each lock file holds."""
    del limits
    columns = (
        Column("lock file", Cut.NAME, 16),
        Column("packages", is_number=True),
        Column("direct", is_number=True),
        Column("deepest", is_number=True),
        Column("without digest", is_number=True),
    )
    rows = [_lock(facts) for facts in _whole(records, {"packages": int, "hashed": int, "direct": int})]
    return Section("Dependencies", (Table(columns, rows),) if rows else ())


def metrics_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return how much code there is and how hard it is to follow."""
    found = _whole(records, {"languages": Mapping, "total": Mapping, "complexity": Mapping})
    return Section("Code", tuple(block for facts in found if facts["languages"] for block in _metrics(facts, limits)))


def imports_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return how the packages build upon each other."""
    found = _whole(records, {"packages": Sequence})
    rows = [row for facts in found for package in facts["packages"] for row in _package(package)]
    more = len(rows) - _PACKAGES
    blocks: list[Block] = [Facts(rows[:_PACKAGES])] if rows else []
    if more > 0:
        blocks.append(_more(more, "package"))
    del limits
    return Section("Imports", blocks)


def coverage_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return how much of the code its tests run."""
    del limits
    measured = _whole(records, {"percent": (int, float), "lines": int, "demanded": Sequence})
    columns = (
        Column("report", Cut.NAME, 16),
        Column("covered", is_number=True),
        Column("lines", is_number=True),
        Column("demanded", is_number=True),
    )
    return Section("Coverage", (Table(columns, [_coverage(it) for it in measured]),) if measured else ())


def tests_section(records: Sequence[AuditRecord], *, limits: Limits) -> Section:
    """Return which tests there are."""
    del limits
    needs = {"functions": int, "files": int, "parametrised": int, "skipped": int, "other_languages": Mapping}
    return Section("Tests", tuple(Note(_tests(facts)) for facts in _whole(records, needs)))


def _whole(records: Sequence[AuditRecord], needs: Mapping[str, Any]) -> list[_Context]:
    """Return what the records say, without those in which something is withheld, erased or was too much to keep."""
    return [
        record.context
        for record in records
        if all(isinstance(record.context.get(name), kind) for name, kind in needs.items())
    ]


def _module(facts: _Context) -> list[tuple[str, Line]]:
    named = (data(str(facts["name"]), Tone.STRONG), *((data(f" {facts['version']}"),) if facts["version"] else ()))
    python = facts["python"]
    rows: list[tuple[str, Line]] = [("name", named), ("lies in", quoted(str(facts["path"])))]
    if facts["licence"]:
        rows.append(("licence", quoted(str(facts["licence"]))))
    if facts["manifests"]:
        rows.append(("manifests", quoted(_some(facts["manifests"]))))
    if python["modules"] or python["test_files"]:
        modules = wording.counted(python["modules"], "module")
        packages = wording.counted(python["packages"], "package")
        tests = wording.counted(python["test_files"], "file")
        rows.append(("Python", said(f"{modules} in {packages}, {tests} of tests")))
    if facts["entry_points"]:
        rows.append(("programs", quoted(_some(list(facts["entry_points"])))))
    if facts["submodules"]:
        rows.append(("submodules", quoted(_some([str(it["path"]) for it in facts["submodules"]]))))
    return rows


def _lock(facts: _Context) -> tuple[Line, ...]:
    bare = facts["packages"] - facts["hashed"]
    return (
        quoted(str(facts["path"])),
        said(wording.number(facts["packages"])),
        said(wording.number(facts["direct"])),
        said(wording.number(facts["deepest"]) if facts.get("deepest") else "–"),
        said(wording.number(bare), Tone.DOUBTFUL if bare else Tone.FAINT),
    )


def _metrics(facts: _Context, limits: Limits) -> list[Block]:
    columns = (
        Column("language"),
        Column("files", is_number=True),
        Column("code", is_number=True),
        Column("comments", is_number=True),
        Column("blanks", is_number=True),
    )
    languages = sorted(facts["languages"].items(), key=lambda it: (-it[1]["code"], it[0]))
    shown = languages[: _LANGUAGES if limits.is_short else len(languages)]
    rows = [_language(name, counts) for name, counts in shown]
    if len(languages) > 1:
        rows.append(_language("in all", facts["total"], is_total=True))
    blocks: list[Block] = [Table(columns, rows)]
    if len(languages) > len(shown):
        blocks.append(_more(len(languages) - len(shown), "language"))
    judged = [row for label, make in _JUDGED for row in ((label, make(facts)),) if row[1]]
    return [*blocks, Facts(judged)] if judged else blocks


def _language(name: str, counts: Mapping[str, int], *, is_total: bool = False) -> tuple[Line, ...]:
    tone = Tone.STRONG if is_total else Tone.PLAIN
    kinds = ("files", "code", "comments", "blanks")
    return (said(name, tone) if is_total else quoted(name), *(said(wording.number(counts[it]), tone) for it in kinds))


def _duplication(facts: _Context) -> Line:
    found = facts.get("duplication")
    if not isinstance(found, Mapping) or not found["lines"]:
        return ()
    blocks = wording.counted(found["block_count"], "block")
    return said(f"{found['percent']:.1f} % of {wording.counted(found['lines'], 'line')}, {blocks}")


def _cyclomatic(facts: _Context) -> Line:
    found, over = facts["complexity"].get("cyclomatic"), facts["complexity"].get("over_limit", {})
    if not found or not found["functions"]:
        return ()
    limit = facts["complexity"]["limits"]["complexity"]
    count = over["complexity"]
    return (
        words(f"mean {found['mean']:.1f}, most {found['most']}, over {limit}: "),
        words(wording.number(count), Tone.DOUBTFUL if count else Tone.GOOD),
        words(f" of {wording.counted(found['functions'], 'function')}"),
    )


def _cognitive(facts: _Context) -> Line:
    found = facts["complexity"].get("cognitive")
    if not found or not found["functions"]:
        return ()
    worst = found["worst"][0]
    place = (words(" in "), data(f"{worst['function']} ({worst['path']}:{worst['line']})"))
    return (words(f"mean {found['mean']:.1f}, most {found['most']}"), *(place if found["most"] else ()))


_JUDGED: tuple[tuple[str, Callable[[_Context], Line]], ...] = (
    ("duplicated", _duplication),
    ("complexity", _cyclomatic),
    ("cognitive", _cognitive),
)


def _package(facts: _Context) -> list[tuple[str, Line]]:
    modules = wording.counted(facts["modules"], "module")
    imports = wording.counted(facts["imports"], "import")
    rings = facts["cycle_count"]
    circles = (
        words(wording.counted(rings, "circle") if rings else "no circle", Tone.DOUBTFUL if rings else Tone.GOOD),
    )
    rows: list[tuple[str, Line]] = [(str(facts["package"]), (words(f"{modules}, {imports}, "), *circles))]
    layers = facts["layers"]
    if len(layers) > 1:
        told = " → ".join(" | ".join(layer[:4]) + (" | …" if len(layer) > 4 else "") for layer in layers[:6])
        rows.append(("layers", quoted(told + (" → …" if len(layers) > 6 else ""))))
    return rows


def _coverage(facts: _Context) -> tuple[Line, ...]:
    demanded = [it["least"] for it in facts["demanded"]]
    is_short = bool(demanded) and facts["percent"] < min(demanded)
    return (
        quoted(str(facts["path"])),
        said(f"{facts['percent']:.1f} %", Tone.BAD if is_short else Tone.PLAIN),
        said(wording.number(facts["lines"])),
        said(", ".join(f"{least:g} %" for least in demanded) or "–"),
    )


def _tests(facts: _Context) -> Line:
    functions = wording.counted(facts["functions"], "test function")
    files = wording.counted(facts["files"], "file")
    more = f"{wording.number(facts['parametrised'])} parametrised, {wording.number(facts['skipped'])} skipped"
    others = ", ".join(f"{count} files of {kind} tests" for kind, count in facts["other_languages"].items())
    return said(f"{functions} in {files} ({more})" + (f"; {others}" if others else ""))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _more(count: int, noun: str) -> Note:
    return Note(said(f"and {wording.counted(count, f'more {noun}')}", Tone.FAINT))
