"""What a service uses: processor, memory, open files."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ami_audit.adapters.sources.service.containers import Usage, cpu_percent_between
from ami_audit.adapters.sources.service.matching import Seen
from ami_audit.adapters.sources.service.processes import Process

_LISTED = 20


def usage_of(seen: Seen, shares: Mapping[int, float], later: Mapping[str, Usage]) -> dict[str, Any]:
    """Return what a service used over the interval between two readings; empty when it does not run.

    Args:
        seen: The service.
        shares: Percent of one processor, by process.
        later: A second reading of containers, by id.
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
            **_group(processes),
        }
    found |= _of_unit(seen) | _of_container(seen, later)
    return {name: value for name, value in found.items() if value is not None}


def _sum(values: Any) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _group(processes: Sequence[Process]) -> dict[str, Any]:
    """Return the limits of the control group; its use counts only when the service has the group for itself."""
    memory = processes[0].memory
    if memory is None:
        return {}
    return {"memory_limit_bytes": memory.limit_bytes, "cgroup": {"path": memory.path, "version": memory.version}}


def _of_unit(seen: Seen) -> dict[str, Any]:
    unit = seen.unit
    if unit is None:
        return {}
    return {"memory_bytes": unit.memory_bytes, "cpu_s": unit.cpu_s} if unit.memory_bytes is not None else {}


def _of_container(seen: Seen, later: Mapping[str, Usage]) -> dict[str, Any]:
    container = seen.container
    if container is None or container.usage is None:
        return {}
    before, after = container.usage, later.get(container.id)
    found: dict[str, Any] = {
        "memory_bytes": (after or before).memory_bytes,
        "memory_limit_bytes": _limit(seen, (after or before).memory_limit_bytes),
        "processes": (after or before).processes,
    }
    return {**found, "cpu_percent": cpu_percent_between(before, after)} if after else found


def _limit(seen: Seen, told: int | None) -> int | None:
    """Return the limit of a container; without one the engine tells the machine's whole memory, which is none."""
    container = seen.container
    return told if container is not None and container.facts.get("memory_limit_bytes") else None


def started_at(seen: Seen) -> datetime | None:
    """Return since when a service runs; None when it does not, or nobody tells."""
    if seen.container is not None:
        state = seen.container.facts.get("state") or {}
        return _moment(state.get("started_at")) if state.get("status") == "running" else None
    if seen.unit is not None:
        return seen.unit.started_at if seen.unit.active == "active" else None
    if not seen.processes:
        return None
    return datetime.fromtimestamp(min(process.started_at for process in seen.processes), UTC)


def _moment(text: object) -> datetime | None:
    """Return the moment an engine wrote, which may have nine digits of a second."""
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


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
