"""Containers, as the engines of this machine tell them (Docker, or Podman by the same interface)."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
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
    """

    engine: str
    id: str
    name: str
    image: str
    labels: Mapping[str, str]
    pid: int | None
    facts: dict[str, Any]


class Usage(NamedTuple):
    """What all processes of a container use, as its engine tells it; 100 percent is one processor whole."""

    cpu_percent: float | None
    memory_bytes: int | None
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
        """Return all containers with their facts."""
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
        _knock(address, timeout_s=self._timeout_s)
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
            yield _container(address, found, image)

    def _image(self, client: Any, name: str) -> dict[str, Any]:
        with suppress(Exception):
            found: dict[str, Any] = client.inspect_image(name)
            return found
        return {}

    def usage(self, container: Container) -> Usage | None:
        """Return what a container uses; takes the engine a second or two. None when it does not tell."""
        client = self._clients.get(container.engine)
        with suppress(Exception):
            return _usage_of(client.stats(container.id, stream=False)) if client else None
        return None

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


def _knock(address: str, *, timeout_s: float) -> None:
    """Connect once to a local socket: the library leaves its own open when nobody answers.

    Raises:
        OSError: Nobody answers there.
    """
    if address.startswith("unix://"):
        with closing(socket.socket(socket.AF_UNIX)) as tried:
            tried.settimeout(timeout_s)
            tried.connect(address.removeprefix("unix://"))


def _container(address: str, found: Mapping[str, Any], image: Mapping[str, Any]) -> Container:
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
        cpu_percent=_percent(stats),
        memory_bytes=None if used is None else max(0, used - cache),
        processes=(stats.get("pids_stats") or {}).get("current"),
    )


def _percent(stats: Mapping[str, Any]) -> float | None:
    """Return the processor time between the two readings that come together, over the time between them."""
    try:
        now, before = (_nanoseconds(stats[name]) for name in ("read", "preread"))
        used = stats["cpu_stats"]["cpu_usage"]["total_usage"] - stats["precpu_stats"]["cpu_usage"]["total_usage"]
    except (KeyError, ValueError):
        return None
    return round(100 * max(0, used) / (now - before), 1) if now > before else None


def _nanoseconds(text: str) -> float:
    return 1e9 * datetime.fromisoformat(text).timestamp()


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
