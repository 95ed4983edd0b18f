"""What a service uses: processor, memory, open files."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ami_audit.adapters.sources.service.container_facts import moment_told
from ami_audit.adapters.sources.service.containers import Usage
from ami_audit.adapters.sources.service.disks import disks_of
from ami_audit.adapters.sources.service.matching import Seen
from ami_audit.adapters.sources.service.processes import Process

_LISTED = 20


def usage_of(seen: Seen, shares: Mapping[int, float], far: Mapping[str, Usage]) -> dict[str, Any]:
    """Return what a service used over the interval between two readings; empty when it does not run.

    Args:
        seen: The service.
        shares: Percent of one processor, by process.
        far: Of containers whose processes are not of this machine: what their engine tells, by id.
    """
    processes = seen.processes
    found: dict[str, Any] = {}
    if processes:
        counted = [shares[process.pid] for process in processes if process.pid in shares]
        found = {
            "processes": len(processes),
            "cpu_percent": round(sum(counted), 1) if counted else None,
            "memory_bytes": _sum(process.memory_bytes for process in processes),
            "threads": _sum(process.threads for process in processes),
            "open_files": _sum(process.open_files for process in processes),
            **_group(seen),
        }
    if seen.container is not None and seen.container.id in far:
        found |= far[seen.container.id]._asdict()
        found["memory_limit_bytes"] = seen.container.facts.get("memory_limit_bytes")
    found["disks"] = list(disks_of(_places(seen))) or None
    return {name: value for name, value in found.items() if value is not None}


def _places(seen: Seen) -> list[str]:
    """Return what a container has mounted of this machine; of programs nobody tells where they write."""
    if seen.container is None or not seen.processes:
        return []
    return [str(mount["source"]) for mount in seen.container.facts.get("mounts", ()) if mount.get("source")]


def _sum(values: Any) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _group(seen: Seen) -> dict[str, Any]:
    """Return the limit of the control group; its use counts when the service has the group for itself."""
    memory = seen.processes[0].memory
    if memory is None:
        return {}
    found: dict[str, Any] = {
        "memory_limit_bytes": memory.limit_bytes,
        "cgroup": {"path": memory.path, "version": memory.version},
    }
    is_own = (seen.container is not None and seen.container.id in memory.path) or (
        seen.unit is not None and memory.path.rstrip("/").endswith(seen.unit.name)
    )
    # Shared pages count once there, and what the kernel keeps for it counts too.
    return {**found, "memory_bytes": memory.used_bytes} if is_own and memory.used_bytes is not None else found


def started_at(seen: Seen) -> datetime | None:
    """Return since when a service runs; None when it does not, or nobody tells."""
    if seen.container is not None:
        state = seen.container.facts.get("state") or {}
        return moment_told(state.get("started_at")) if state.get("status") == "running" else None
    if seen.unit is not None:
        return seen.unit.started_at if seen.unit.active == "active" else None
    if not seen.processes:
        return None
    return datetime.fromtimestamp(min(process.started_at for process in seen.processes), UTC)


def restarts_of(seen: Seen) -> int | None:
    """Return how often a service was started again; None when nobody counts."""
    if seen.container is not None:
        count = seen.container.facts.get("restarts")
        return count if isinstance(count, int) else None
    return seen.unit.restarts if seen.unit is not None else None


def processes_of(seen: Seen, shares: Mapping[int, float]) -> list[dict[str, Any]]:
    """Return the first processes of a service, as a record says them."""
    return [process_facts(process, shares.get(process.pid)) for process in seen.processes[:_LISTED]]


def process_facts(process: Process, share: float | None) -> dict[str, Any]:
    """Return what a record says of a process; its command line is masked."""
    memory = process.memory
    found = {
        "pid": process.pid,
        "parent": process.parent,
        "name": process.name,
        "user": process.user,
        "command": process.shown,
        "status": process.status,
        "cpu_percent": share,
        "cpu_s": round(process.cpu_s, 2),
        "memory_bytes": process.memory_bytes,
        "memory_limit_bytes": memory.limit_bytes if memory else None,
        "cgroup": memory.path if memory else None,
        "threads": process.threads,
        "open_files": process.open_files,
    }
    return {name: value for name, value in found.items() if value is not None}
