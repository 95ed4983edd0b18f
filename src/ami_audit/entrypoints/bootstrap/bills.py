"""Bills of materials: what a module is made of, for other tools."""

from ami_audit.domain.installed import now
from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.release import version
from ami_audit.entrypoints.bootstrap.sources import ModuleSource


def bill_of_materials(target: str, options: AuditOptions) -> str:
    """Return the CycloneDX bill of a module.

    Raises:
        SourceError: There is no such module.
    """
    from ami_audit.adapters.exporters.cyclonedx import bill

    drafts = [draft for batch in ModuleSource().dependencies(target, options) for draft in batch]
    return bill(drafts, made_by=version(), made_at=now())
