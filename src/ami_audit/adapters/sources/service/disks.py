"""How full the disks are that something lies on."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

from ami_audit.adapters.sources.service.declared import Fault
from ami_audit.domain.text import readable_path

_FULL_PERCENT = 90


def disks_of(places: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield each disk that one of the places lies on once; a place that is not there is left out.

    Args:
        places: Files or folders; a disk is told by the first of them that lies on it.
    """
    seen: set[int] = set()
    for place in places:
        try:
            device = os.stat(place).st_dev  # noqa: PTH116 (a mount point is text here)
            found = os.statvfs(place)
        except (OSError, ValueError):
            continue
        if device not in seen and found.f_blocks:
            seen.add(device)
            used, free = found.f_blocks - found.f_bfree, found.f_bavail
            yield {
                "place": readable_path(os.path.realpath(place)),
                "size_bytes": found.f_blocks * found.f_frsize,
                "free_bytes": free * found.f_frsize,
                # As df counts: what only root may fill does not count as free.
                "used_percent": -(-100 * used // (used + free)) if used + free else 100,
            }


def full_disks(disks: Iterable[dict[str, Any]], where: str) -> list[Fault]:
    """Return the disks on which little is left."""
    return [
        Fault("disk-full", f"{disk['used_percent']} % of the disk of `{disk['place']}` is used", where)
        for disk in disks
        if disk["used_percent"] >= _FULL_PERCENT
    ]
