"""What is told of a module's imports."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from ami_audit.adapters.sources.module.dependencies.licences import Installed
from ami_audit.adapters.sources.module.dependencies.reading import Declared
from ami_audit.adapters.sources.module.imports.graph import graphs
from ami_audit.adapters.sources.module.imports.judging import Judgement, Use, judged
from ami_audit.adapters.sources.module.imports.roots import Names, packages
from ami_audit.adapters.sources.module.naming import Setting, finding, listed, observation
from ami_audit.adapters.sources.module.outline import Outline
from ami_audit.adapters.sources.module.target import Target
from ami_audit.adapters.sources.module.tree import Survey
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity

_KEPT = 200


def imports(
    target: Target,
    survey: Survey,
    outline: Outline,
    *,
    declared: Declared,
    installed: Mapping[str, Installed],
    setting: Setting,
) -> Generator[None, None, AuditDraft]:
    """Return the one `module.imports` of a module."""
    graph, findings = yield from graphs(packages(target, survey, outline), setting)
    found = judged(outline, declared, installed, names=Names(target, survey))
    locked = {package.name for lock in declared.locks if lock.ecosystem == "pypi" for package in lock.packages.values()}
    context: dict[str, Any] = {
        "path": setting.module,
        "files": len(outline.files),
        "packages": graph,
        "distributions": [it.distribution for it in found.used][:_KEPT],
        "undeclared": [_told(it) for it in found.undeclared][:_KEPT],
        "unused": found.unused[:_KEPT],
        "other_modules": found.siblings,
    }
    told = [*outline.findings, *findings, *_undeclared(found.undeclared, locked, setting), *_unused(found, setting)]
    return observation("module.imports", f"{setting.module}#imports", setting, context=context, findings=told)


def _told(use: Use) -> dict[str, Any]:
    return {
        "distribution": use.distribution,
        "imported": use.imported,
        "path": use.path,
        "line": use.line,
        "tests_only": use.is_for_tests,
    }


def _undeclared(uses: Sequence[Use], locked: set[str], setting: Setting) -> list[AuditFinding]:
    found = []
    for is_for_tests, whose in ((False, "The code"), (True, "Only tests")):
        chosen = [it for it in uses if it.is_for_tests is is_for_tests]
        if not chosen:
            continue
        indirect = sorted(it.distribution for it in chosen if it.distribution in locked)
        because = f" In the lock file only because others need them: {listed(indirect)}." if indirect else ""
        places = listed([f"{it.imported} ({it.path}:{it.line})" for it in chosen])
        found.append(
            finding(
                "undeclared-dependency",
                f"{whose} import{'s' * (not is_for_tests)} what no manifest asks for: {places}.{because}",
                location=setting.module,
                severity=AuditSeverity.INFO if is_for_tests else AuditSeverity.WARNING,
                recommendation="Add what is used to the manifest.",
            )
        )
    return found


def _unused(found: Judgement, setting: Setting) -> list[AuditFinding]:
    if not found.unused:
        return []
    return [
        finding(
            "unused-dependency",
            f"The manifest asks for what no file imports: {listed(found.unused)}.",
            location=setting.module,
            severity=AuditSeverity.INFO,
            recommendation="Remove it, unless it is run as a program or loaded as a plug-in.",
        )
    ]
