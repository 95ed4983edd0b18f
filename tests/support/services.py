"""What the service source made of a place, in the shapes tests ask for."""

from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.service import ServiceSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import ServiceSource as WiredSource

COMPOSE = "docker-compose.yml"


def drafts_of(target: Path | str, **options: Any) -> list[AuditDraft]:
    """Return every draft of a target, in their order."""
    source: ServiceSource = WiredSource()
    return [draft for batch in source.stream(str(target), AuditOptions(**options)) for draft in batch]


def services_of(target: Path | str, **options: Any) -> dict[str, AuditDraft]:
    """Return the drafts of services by name."""
    return {draft.target: draft for draft in drafts_of(target, **options) if draft.action == "service.observed"}


def manifests_of(target: Path | str, **options: Any) -> dict[str, AuditDraft]:
    """Return the drafts of manifests by path."""
    return {draft.target: draft for draft in drafts_of(target, **options) if draft.action == "service.manifest"}


def the_service(target: Path | str, name: str, **options: Any) -> AuditDraft:
    """Return the draft of one service."""
    return services_of(target, services=(name,), **options)[name]


def kinds(draft: AuditDraft) -> set[str]:
    """Return the kinds of a draft's findings, without the family."""
    return {finding.finding_type.removeprefix("service.") for finding in draft.findings}


def write(folder: Path, path: str, text: str) -> Path:
    """Write a file below a folder; return the folder."""
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return folder
