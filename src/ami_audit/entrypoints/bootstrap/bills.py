"""Bills of materials: what a module is made of, for other tools."""

import os
from pathlib import Path

from ami_audit.domain.installed import now
from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.release import version
from ami_audit.entrypoints.bootstrap.sources import ModuleSource


def bill_of_materials(target: str, options: AuditOptions) -> str:
    """Return the CycloneDX bill of a module.

    Raises:
        UnknownNameError: There is no such module.
    """
    from ami_audit.adapters.exporters.cyclonedx import bill

    drafts = [draft for batch in ModuleSource().dependencies(target, options) for draft in batch]
    return bill(drafts, made_by=version(), made_at=now())


def trail_place(target: str) -> Path:
    """Return from where a module's trail is looked for: here, when the module lies in the repository around here.

    So a submodule's records stand in the trail of the whole, under its name.
    """
    here = Path.cwd()
    around = next((place for place in (here, *here.parents) if (place / ".git").exists()), here)
    named = Path(os.path.normpath(here / target))
    return Path(target) if named.is_dir() and not named.is_relative_to(around) else Path()
