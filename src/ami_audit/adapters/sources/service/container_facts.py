"""What a record says of a container: taken from what the engine tells, secrets masked."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ami_audit.adapters.sources.service.declared import Fault
from ami_audit.adapters.sources.service.masking import masked_command, masked_environment, masked_facts, masked_text

_NEVER = "0001-01-01"
_SOCKETS = ("docker.sock", "podman.sock", "containerd.sock", "crio.sock")
_DANGEROUS = frozenset(
    {"ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "NET_ADMIN", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF"}
)


def container_facts(found: Mapping[str, Any], image: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a container.

    Args:
        found: What the engine says of the container.
        image: What it says of its image; empty when it does not know it any more.
    """
    config, host = found.get("Config") or {}, found.get("HostConfig") or {}
    facts = {
        "id": found.get("Id"),
        "name": str(found.get("Name", "")).lstrip("/"),
        "image": config.get("Image"),
        "image_id": found.get("Image"),
        "image_digests": sorted(image.get("RepoDigests") or ()),
        "image_created_at": image.get("Created"),
        "created_at": found.get("Created"),
        "state": _state(found.get("State") or {}),
        "health": _health((found.get("State") or {}).get("Health")),
        "restarts": found.get("RestartCount"),
        "restart_policy": (host.get("RestartPolicy") or {}).get("Name") or "no",
        "command": masked_command([str(word) for word in [found.get("Path", ""), *(found.get("Args") or ())]]),
        "user": config.get("User") or "root",
        "environment": masked_environment(list(config.get("Env") or ())),
        "labels": masked_facts(dict(config.get("Labels") or {})),
        "privileged": bool(host.get("Privileged")),
        "capabilities": {"added": _names(host.get("CapAdd")), "dropped": _names(host.get("CapDrop"))},
        "read_only": bool(host.get("ReadonlyRootfs")),
        "security": masked_facts(list(host.get("SecurityOpt") or ())),
        "network_mode": host.get("NetworkMode"),
        "pid_mode": host.get("PidMode") or None,
        "ipc_mode": host.get("IpcMode") or None,
        "mounts": sorted(_mounts(found), key=lambda mount: str(mount["target"])),
        "ports": sorted(_ports(found), key=lambda port: (port["port"], str(port["address"]))),
        "memory_limit_bytes": host.get("Memory") or None,
        "cpu_limit": round(host["NanoCpus"] / 1e9, 3) if host.get("NanoCpus") else None,
        "log_driver": (host.get("LogConfig") or {}).get("Type"),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _names(value: object) -> list[str]:
    return sorted(str(name).upper().removeprefix("CAP_") for name in value) if isinstance(value, list) else []


def _state(state: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "status": state.get("Status"),
        "exit_code": state.get("ExitCode"),
        "oom_killed": bool(state.get("OOMKilled")),
        "error": masked_text(str(state.get("Error") or "")) or None,
        "started_at": _moment(state.get("StartedAt")),
        "finished_at": _moment(state.get("FinishedAt")),
        "pid": state.get("Pid") or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _moment(value: object) -> str | None:
    return value if isinstance(value, str) and value and not value.startswith(_NEVER) else None


def moment_told(value: object) -> datetime | None:
    """Return the moment an engine wrote, which may have nine digits of a second; None for none."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        return None


def _health(health: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not health or health.get("Status") in {None, "", "none"}:
        return None
    log = health.get("Log") or ()
    found: dict[str, Any] = {"status": health["Status"], "failing_streak": health.get("FailingStreak", 0)}
    if log:
        found["exit_code"] = log[-1].get("ExitCode")
        found["output"] = masked_text(str(log[-1].get("Output") or "").strip())[:1_000]
    return found


def _mounts(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for mount in found.get("Mounts") or ():
        yield {
            "type": mount.get("Type"),
            "source": mount.get("Source") or mount.get("Name"),
            "target": mount.get("Destination"),
            "writable": bool(mount.get("RW")),
        }


def _ports(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    published = (found.get("NetworkSettings") or {}).get("Ports") or {}
    for inner, places in published.items():
        number, _, protocol = str(inner).partition("/")
        for place in places or ():
            if str(place.get("HostPort", "")).isdigit():
                port = int(place["HostPort"])
                yield {"port": port, "address": place.get("HostIp", ""), "inner": int(number), "protocol": protocol}


def container_risks(facts: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what the way a container runs earns as findings."""
    where = f"container {facts.get('name', '')}"
    if facts.get("privileged"):
        yield Fault("privileged", "It runs privileged: what breaks out of it owns the machine", where)
    if facts.get("network_mode") == "host":
        yield Fault("host-network", "It shares the machine's network", where)
    if facts.get("pid_mode") == "host":
        yield Fault("host-processes", "It sees all processes of the machine", where)
    if facts.get("ipc_mode") == "host":
        yield Fault("host-memory", "It shares the machine's shared memory", where)
    for mount in facts.get("mounts") or ():
        if any(name in str(mount["source"]) for name in _SOCKETS):
            yield Fault("docker-socket", f"The container engine's socket is mounted at {mount['target']}", where)
        elif mount["source"] == "/" or (mount["source"] in {"/etc", "/proc", "/sys", "/root"} and mount["writable"]):
            yield Fault("host-files", f"`{mount['source']}` of the machine is mounted at {mount['target']}", where)
    worst = sorted(_DANGEROUS.intersection((facts.get("capabilities") or {}).get("added", ())))
    if worst:
        yield Fault("capabilities", f"It is given {', '.join(worst)}", where)
    if not facts.get("image_digests") and str(facts.get("image", "")).rpartition(":")[2] in {"latest", ""}:
        yield Fault("image-unpinned", f"The image `{facts.get('image')}` has no digest that names it", where)
