"""What a module is made of."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.module.dependencies.model import Manifest
from ami_audit.adapters.sources.module.dependencies.reading import Declared
from ami_audit.adapters.sources.module.documents import BrokenError
from ami_audit.adapters.sources.module.inventory import is_for_tests
from ami_audit.adapters.sources.module.naming import Setting, finding, listed, observation
from ami_audit.adapters.sources.module.repository import gitlinks
from ami_audit.adapters.sources.module.target import Target, listed_modules
from ami_audit.adapters.sources.module.tree import Survey
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity, Outcome
from ami_audit.domain.text import readable_path

_KEPT = 200
_MARKS = ("Makefile", "Dockerfile", "README.md", "LICENSE", "backend", "src", "tests", "docs")


def structure(
    target: Target, survey: Survey, declared: Declared, *, doubts: Sequence[AuditFinding], setting: Setting
) -> AuditDraft:
    """Return the one `module.observed` of a module."""
    findings = list(doubts)
    own = [it for it in declared.manifests if "/" not in it.path]
    first = next((it for it in own if it.name), own[0] if own else Manifest(path="", ecosystem=""))
    context: dict[str, Any] = {
        "path": setting.module,
        "name": first.name or target.root.name,
        "version": first.version,
        "licence": first.licence,
        "requires": first.requires,
        "ecosystems": sorted({it.ecosystem for it in declared.manifests}),
        "manifests": [setting.place(it.path) for it in declared.manifests][:_KEPT],
        "lock_files": [setting.place(it.path) for it in declared.locks][:_KEPT],
        "files": len(survey.files),
        "has": [name for name in _MARKS if (target.root / name).exists()],
        "entry_points": dict(
            sorted((name, it) for one in declared.manifests for name, it in one.scripts.items())[:_KEPT]
        ),
        "python": _python(survey),
        "submodules": _submodules(target, findings, setting),
        "repositories_inside": list(survey.nested)[:_KEPT],
    }
    if not survey.files:
        findings.append(
            finding("empty-module", "The folder holds no file.", location=setting.module, severity=AuditSeverity.INFO)
        )
    context |= _listed(target, findings, setting)
    is_partial = any(it.finding_type == "module.broken-document" for it in findings)
    return observation(
        "module.observed",
        setting.module,
        setting,
        context=context,
        findings=findings,
        outcome=Outcome.PARTIAL if is_partial else Outcome.SUCCESS,
    )


def _python(survey: Survey) -> dict[str, Any]:
    modules = survey.ending(".py")
    folders = Counter(path.rpartition("/")[0] for path in modules if path.endswith("/__init__.py"))
    tops = sorted(
        folder for folder in folders if f"{folder.rpartition('/')[0]}/__init__.py".lstrip("/") not in survey.files
    )
    return {
        "modules": sum(not is_for_tests(path) for path in modules),
        "test_files": sum(is_for_tests(path) for path in modules),
        "packages": len(folders),
        "top_packages": tops[:_KEPT],
    }


def _submodules(target: Target, findings: list[AuditFinding], setting: Setting) -> list[dict[str, str]]:
    """Return the gitlinks of `HEAD`'s tree; what `.gitmodules` says beside them is a finding."""
    if not (target.root / ".git").exists():
        return []
    try:
        links = [(readable_path(os.fsdecode(path)), commit) for path, commit in gitlinks(target.root)]
    except (BrokenError, OSError, ValueError) as error:
        description = f"Submodules could not be looked up in the tree: {error}."
        findings.append(finding("broken-repository", description, location=setting.module))
        return []
    present = {path for path, _ in links}
    missing = [path for path in _declared_submodules(target.root) if path not in present]
    if missing:
        description = f"`.gitmodules` names what is no submodule in the tree: {listed(sorted(missing))}."
        findings.append(
            finding(
                "submodule-missing", description, location=setting.place(".gitmodules"), severity=AuditSeverity.INFO
            )
        )
    return [{"path": path, "commit": commit} for path, commit in links[:_KEPT]]


def _declared_submodules(root: Path) -> list[str]:
    from ami_audit.adapters.sources.module.documents import Folder

    try:
        lines = Folder(root, root).text(".gitmodules").splitlines()
    except BrokenError:
        return []
    pairs = (line.partition("=") for line in lines)
    return [value.strip() for name, separator, value in pairs if separator and name.strip() == "path"]


def _listed(target: Target, findings: list[AuditFinding], setting: Setting) -> dict[str, Any]:
    """Return which modules the repository lists, and whether they are there; for the repository's own record."""
    if target.root != target.fence:
        return {}
    try:
        where, lists = listed_modules(target.fence)
    except BrokenError as error:
        description = f"The list of modules cannot be read: {error}."
        findings.append(finding("broken-document", description, location=setting.place("config/modules.yaml")))
        return {}
    if where is None:
        return {}
    named = [path for paths in lists.values() for path in paths]
    absent = sorted({path for path in named if ".." not in Path(path).parts and not (target.fence / path).is_dir()})
    if absent:
        description = f"`{where}` lists modules that are not here: {listed(absent)}."
        findings.append(
            finding("module-missing", description, location=setting.place(where), severity=AuditSeverity.INFO)
        )
    return {"listed_modules": lists}
