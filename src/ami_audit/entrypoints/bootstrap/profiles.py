"""Which services a name stands for, as the manifests of a place say."""

import os
from collections.abc import Sequence
from pathlib import Path


def with_members(root: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, each profile among them followed by its services; a manifest below `root` declares it."""
    if not names:
        return ()
    from ami_audit.adapters.sources.service.manifests import read_catalogue
    from ami_audit.adapters.sources.service.manifests.catalogue import members_of

    catalogue = read_catalogue(root, (), environment=os.environ)
    found: dict[str, None] = {}
    for name in names:
        members = members_of(catalogue, name) if name in catalogue.profiles else ()
        found |= dict.fromkeys((name, *members))
    return tuple(found)
