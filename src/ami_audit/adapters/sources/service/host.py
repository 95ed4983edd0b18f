"""How the machine is on which services run."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ami_audit.adapters.sources.service.cgroups import Groups
from ami_audit.adapters.sources.service.declared import Fault
from ami_audit.adapters.sources.service.world import World
from ami_audit.domain.moment import written
from ami_audit.domain.text import readable_path

_FULL = 0.9
_MOST_LISTENERS = 500


def host_name() -> str:
    """Return the machine's name."""
    return f"host:{socket.gethostname() or 'unknown'}"


def host_facts(world: World, *, root: str) -> tuple[dict[str, Any], list[Fault]]:
    """Return the facts about the machine, and what is not as it should be.

    Args:
        world: What was seen.
        root: The audited place: the disk it lies on is told too.
    """
    name = host_name()
    facts: dict[str, Any] = {
        "engines": {place: dict(said) for place, said in world.engines.asked.items()},
        "systemd": world.units.absent or "asked",
        "processes": len(world.processes),
        "listening": [
            {"port": item.port, "protocol": item.protocol, "address": item.address, "by": item.program}
            for item in world.listeners[:_MOST_LISTENERS]
        ],
    }
    faults = [
        Fault("engine-unreachable", f"The engine at {place}: {why}", name)
        for place, why in world.engines.failed.items()
    ]
    if world.engines.is_library_missing:
        faults.append(Fault("library-missing", "Containers are not looked at: the library `docker` is missing", name))
    if "psutil" in world.problems:
        faults.append(Fault("library-missing", "Processes are not looked at: the library `psutil` is missing", name))
        return facts, faults
    measured, disks = _measured(root)
    faults += [
        Fault("disk-full", f"{disk['used_percent']} % of {disk['place']} is used", name)
        for disk in disks
        if disk["used_percent"] >= 100 * _FULL
    ]
    return {**facts, **measured, "disks": disks}, faults


def _measured(root: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    import psutil

    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    group = Groups().memory_of(os.getpid())
    facts = {
        "processors": len(os.sched_getaffinity(0)),
        "load": [round(value, 2) for value in os.getloadavg()],
        "memory_bytes": memory.total,
        "memory_available_bytes": memory.available,
        "swap_bytes": swap.total,
        "swap_used_bytes": swap.used,
        "booted_at": written(datetime.fromtimestamp(psutil.boot_time(), UTC)),
    }
    if group is not None and group.limit_bytes is not None:
        facts["memory_limit_bytes"] = group.limit_bytes
    return facts, list(_disks(psutil, root))


def _disks(psutil: Any, root: str) -> Iterator[dict[str, Any]]:
    seen: set[int] = set()
    for place in [root, *(part.mountpoint for part in psutil.disk_partitions(all=False))]:
        try:
            device = os.stat(place).st_dev  # noqa: PTH116 (a mount point is text here)
            usage = psutil.disk_usage(place)
        except OSError:
            continue
        if device not in seen and usage.total:
            seen.add(device)
            yield {
                "place": readable_path(os.path.realpath(place)),
                "size_bytes": usage.total,
                "free_bytes": usage.free,
                "used_percent": round(usage.percent),
            }
