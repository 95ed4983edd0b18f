"""How the machine is on which services run."""

import os
import socket
from datetime import UTC, datetime
from typing import Any

from ami_audit.adapters.sources.service.cgroups import Groups
from ami_audit.adapters.sources.service.declared import Fault
from ami_audit.adapters.sources.service.disks import disks_of, full_disks
from ami_audit.adapters.sources.service.world import World
from ami_audit.domain.moment import written

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
    return {**facts, **measured, "disks": disks}, [*faults, *full_disks(disks, name)]


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
    places = [root, *(part.mountpoint for part in psutil.disk_partitions(all=False))]
    return facts, list(disks_of(places))
