"""Containers, as the engines of this machine tell them (Docker, or Podman by the same interface)."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from ami_audit.adapters.sources.service.container_facts import container_facts
from ami_audit.adapters.sources.service.work import Work

# The environment's names for an engine's address, and where one usually listens.
_VARIABLES = ("DOCKER_HOST", "CONTAINER_HOST")
_SOCKETS = ("/var/run/docker.sock", "/run/podman/podman.sock")
_OWN_SOCKETS = ("docker.sock", "podman/podman.sock")


class Container(NamedTuple):
    """One container: `facts` is what a record says of it, secrets masked.

    Attributes:
        engine: The address of the engine that has it.
        name: Without the slash.
        labels: As they are; not for a record.
        pid: Its first process on this machine; None when it does not run.
        usage: A reading of processor time and memory; empty when it does not run.
    """

    engine: str
    id: str
    name: str
    image: str
    labels: Mapping[str, str]
    pid: int | None
    facts: dict[str, Any]
    usage: "Usage | None" = None


class Usage(NamedTuple):
    """One reading; processor time of all its processes."""

    cpu_s: float
    at: float
    memory_bytes: int | None
    memory_limit_bytes: int | None
    processes: int | None


class Engines(NamedTuple):
    """What the engines told.

    Attributes:
        containers: Of all engines, by name.
        asked: Address of each engine that answered, and its version.
        failed: Address of each engine that did not, and why.
        is_library_missing: The library that speaks to them is not installed.
    """

    containers: tuple[Container, ...]
    asked: dict[str, dict[str, str]]
    failed: dict[str, str]
    is_library_missing: bool = False


def addresses(environment: Mapping[str, str]) -> list[str]:
    """Return where engines listen: what the user's environment names, else the usual sockets that are there."""
    named = [environment[name] for name in _VARIABLES if environment.get(name)]
    if named:
        return list(dict.fromkeys(named))
    runtime = environment.get("XDG_RUNTIME_DIR")
    sockets = [*_SOCKETS, *(f"{runtime}/{name}" for name in _OWN_SOCKETS if runtime)]
    real = {os.path.realpath(place): place for place in reversed(sockets) if Path(place).exists()}
    return [f"unix://{place}" for place in sorted(real.values())]


class Asker:
    """Asks the engines of one run."""

    def __init__(self, work: Work, environment: Mapping[str, str], *, timeout_s: float) -> None:
        """Args: `timeout_s` bounds each wait for an engine."""
        self._work = work
        self._addresses = addresses(environment)
        self._timeout_s = timeout_s
        self._clients: dict[str, Any] = {}

    def ask(self) -> Engines:
        """Return all containers with their facts and a first reading of what they use."""
        if not self._addresses:
            return Engines((), {}, {})
        try:
            import docker
        except ImportError:
            return Engines((), {}, {}, is_library_missing=True)
        containers: list[Container] = []
        asked: dict[str, dict[str, str]] = {}
        failed: dict[str, str] = {}
        for address in self._addresses:
            try:
                client = self._client(docker, address)
                asked[address] = _version(client)
                containers += self._containers(client, address)
            except Exception as error:  # noqa: BLE001 (the library raises its own errors, those of requests, and ValueError)
                failed[address] = _reason(error)
        containers.sort(key=lambda item: (item.name, item.engine))
        return Engines(tuple(containers), asked, failed)

    def _client(self, docker: Any, address: str) -> Any:
        client = docker.APIClient(base_url=address, version="auto", timeout=self._timeout_s)
        self._work.closing(client.close)
        self._clients[address] = client
        return client

    def _containers(self, client: Any, address: str) -> Iterator[Container]:
        images: dict[str, dict[str, Any]] = {}
        for listed in client.containers(all=True):
            if self._work.stopped.is_set():
                return
            try:
                found = client.inspect_container(listed["Id"])
            except Exception as error:  # noqa: BLE001 (removed meanwhile, or damaged: it is told, the others go on)
                yield _lost(address, listed, _reason(error))
                continue
            image = images.setdefault(found.get("Image", ""), self._image(client, found.get("Image", "")))
            yield _container(address, found, image=image, usage=self._usage(client, found))

    def _image(self, client: Any, name: str) -> dict[str, Any]:
        with suppress(Exception):
            found: dict[str, Any] = client.inspect_image(name)
            return found
        return {}

    def _usage(self, client: Any, found: Mapping[str, Any]) -> Usage | None:
        if not found.get("State", {}).get("Running"):
            return None
        return self._read(client, str(found["Id"]))

    def _read(self, client: Any, name: str) -> Usage | None:
        with suppress(Exception):
            return _usage_of(client.stats(name, stream=False, one_shot=True))
        return None

    def usage_again(self, container: Container) -> Usage | None:
        """Return a later reading of a container, to know what it used between the two."""
        client = self._clients.get(container.engine)
        return self._read(client, container.id) if client else None

    def logs(self, container: Container, *, since: float | None, until: float | None, tail: int) -> Iterator[bytes]:
        """Yield pieces of a container's log, each line with its time before it.

        Raises:
            Exception: What the library raises when the engine does not give it.
        """
        client = self._clients[container.engine]
        wanted: dict[str, Any] = {"tail": tail} if since is None else {"since": since}
        if until is not None:
            wanted["until"] = until
        pieces: Callable[..., Any] = client.logs
        stream = pieces(container.id, stdout=True, stderr=True, stream=True, follow=False, timestamps=True, **wanted)
        yield from stream


def _container(address: str, found: Mapping[str, Any], *, image: Mapping[str, Any], usage: Usage | None) -> Container:
    config = found.get("Config") or {}
    state = found.get("State") or {}
    return Container(
        engine=address,
        id=str(found.get("Id", "")),
        name=str(found.get("Name", "")).lstrip("/"),
        image=str(config.get("Image", "")),
        labels={str(name): str(value) for name, value in (config.get("Labels") or {}).items()},
        pid=state.get("Pid") or None,
        facts=container_facts(found, image),
        usage=usage,
    )


def _lost(address: str, listed: Mapping[str, Any], reason: str) -> Container:
    name = str((listed.get("Names") or [listed["Id"]])[0]).lstrip("/")
    return Container(address, listed["Id"], name, str(listed.get("Image", "")), {}, None, {"unread": reason})


def _usage_of(stats: Mapping[str, Any]) -> Usage:
    memory = stats.get("memory_stats") or {}
    details = memory.get("stats") or {}
    cache = details.get("total_inactive_file", details.get("inactive_file", 0))
    used = memory.get("usage")
    return Usage(
        cpu_s=stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9,
        at=monotonic(),
        memory_bytes=None if used is None else max(0, used - cache),
        memory_limit_bytes=memory.get("limit"),
        processes=(stats.get("pids_stats") or {}).get("current"),
    )


def cpu_percent_between(before: Usage, after: Usage) -> float:
    """Return how much of one processor was used between two readings; 100 is one processor whole."""
    span_s = after.at - before.at
    return round(100 * max(0.0, after.cpu_s - before.cpu_s) / span_s, 1) if span_s > 0 else 0.0


def _version(client: Any) -> dict[str, str]:
    said = client.version()
    names = [str(part.get("Name", "")) for part in said.get("Components") or ()]
    product = "podman" if any("podman" in name.lower() for name in names) else "docker"
    return {"product": product, "version": str(said.get("Version", "")), "api": str(said.get("ApiVersion", ""))}


def _reason(error: Exception) -> str:
    """Return why an engine does not answer, in one short line."""
    text = str(error)
    if "Permission denied" in text:
        return "permission denied; run the audit as a user who may talk to it"
    if "timed out" in text.lower():
        return "it did not answer in time"
    if "No such file" in text or "Connection refused" in text or "ConnectionRefused" in text:
        return "nothing listens there"
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line[:300] or type(error).__name__
