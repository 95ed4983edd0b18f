"""How much code a module holds, how hard it is to follow, and how much of it stands there twice."""

from collections import Counter
from collections.abc import Generator
from typing import Any

from ami_audit.adapters.sources.module.child import together
from ami_audit.adapters.sources.module.complexity import Complexity, measured
from ami_audit.adapters.sources.module.documents import Folder
from ami_audit.adapters.sources.module.naming import Setting, finding, observation
from ami_audit.adapters.sources.module.sources import Sources
from ami_audit.adapters.sources.module.tree import Survey, lines_left_out
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity, Outcome
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.code_counter import CodeCount, CodeCounter, CodeRequest
from ami_audit.ports.progress import Progress

_GAPS = frozenset({"vanished", "permission denied"})
_KEPT_BLOCKS = 20
# From here on duplication is worth a reader's time.
_MUCH_PERCENT = 10.0


def metrics(
    counter: CodeCounter,
    folder: Folder,
    survey: Survey,
    *,
    sources: Sources,
    setting: Setting,
    options: AuditOptions,
    progress: Progress,
) -> Generator[None, None, AuditDraft]:
    """Return the one `module.metrics` of a module."""
    count: CodeCount
    complexity: Complexity
    count, complexity = yield from together(
        _counted(counter, folder, survey, options=options, progress=progress),
        measured(folder.root, survey, setting, sources=sources, options=options),
    )
    for path, why in count.skipped:
        progress.skipped(setting.place(path), why=why)
    findings = [*_judged(count, setting), *complexity.findings]
    context: dict[str, Any] = {
        "path": setting.module,
        "total": _total(count),
        "languages": count.languages,
        "largest": count.largest,
        "duplication": _duplication(count),
        "complexity": complexity.facts,
    }
    is_partial = any(it.severity > AuditSeverity.INFO and "duplicated" not in it.finding_type for it in findings)
    return observation(
        "module.metrics",
        f"{setting.module}#metrics",
        setting,
        context=context,
        findings=findings,
        violations=complexity.violations,
        outcome=Outcome.PARTIAL if is_partial else Outcome.SUCCESS,
    )


def _counted(
    counter: CodeCounter, folder: Folder, survey: Survey, *, options: AuditOptions, progress: Progress
) -> Generator[None, None, CodeCount]:
    request = CodeRequest(
        target=str(folder.root),
        ignore=(*options.ignore, *lines_left_out(survey)),
        follow_ignore_files=options.follow_ignore_files,
        include_vendored=options.include_vendored,
    )
    counting = counter.count(request)
    try:
        while True:
            progress.step("source files", done=next(counting))
            yield
    except StopIteration as ended:
        counted: CodeCount = ended.value
        progress.step("source files", done=_total(counted)["files"])
        return counted
    finally:
        counting.close()


def _total(count: CodeCount) -> dict[str, int]:
    whole: Counter[str] = Counter()
    for lines in count.languages.values():
        whole.update(lines)
    return {name: whole[name] for name in ("files", "code", "comments", "blanks", "size_bytes")}


def _duplication(count: CodeCount) -> dict[str, Any] | None:
    if count.duplication is None:
        return None
    found = count.duplication
    share = 100.0 * found["duplicated"] / found["lines"] if found["lines"] else 0.0
    return {**found, "percent": round(share, 2), "blocks": found["blocks"][:_KEPT_BLOCKS]}


def _judged(count: CodeCount, setting: Setting) -> list[AuditFinding]:
    found = [
        finding("unreadable", f"`{path}` was not counted: {why}.", location=setting.place(path))
        for path, why in count.skipped
        if why in _GAPS or why.startswith(("larger", "its lines"))
    ]
    duplication = _duplication(count)
    if duplication is not None and duplication["percent"] >= _MUCH_PERCENT:
        found.append(
            finding(
                "duplicated-code",
                f"{duplication['percent']:.1f} % of the lines of code stand in more than one place.",
                location=setting.module,
                severity=AuditSeverity.INFO,
                recommendation="Look at the weightiest blocks in the record.",
            )
        )
    return found
