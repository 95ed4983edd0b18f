"""Small modules of a repository, and what the module source made of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ami_audit.adapters.chain_core.code_counter import NativeCodeCounter
from ami_audit.adapters.sources.module import ModuleSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.progress import Progress, silent


def source() -> ModuleSource:
    """Return the source as it is put together outside tests."""
    return ModuleSource(NativeCodeCounter())


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def drafts_of(target: Path | str, *, progress: Progress = silent, **options: Any) -> list[AuditDraft]:
    """Return every draft, in their order."""
    batches = source().stream(str(target), AuditOptions(**options), progress=progress)
    return [draft for batch in batches for draft in batch]


def the(action: str, drafts: list[AuditDraft], target: str | None = None) -> AuditDraft:
    """Return the one draft of an action, and of a target where there are several."""
    (draft,) = (it for it in drafts if it.action == f"module.{action}" and target in {None, it.target})
    return draft


def locked(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what is told of each dependency, by `name@version`."""
    drafts = drafts_of(folder, include_dependencies=True)
    return {it.target.partition("#")[2]: dict(it.context) for it in drafts if it.action == "module.dependency"}


def judged(draft: AuditDraft) -> dict[str, str]:
    """Return the findings of a draft: their kinds, without `module.`, and what they say."""
    return {it.finding_type.removeprefix("module."): it.description for it in draft.findings}
