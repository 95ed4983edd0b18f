"""Which container, unit and processes are a declared service."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.service.container_facts import moment_told
from ami_audit.adapters.sources.service.containers import Container
from ami_audit.adapters.sources.service.declared import Declared, Runs
from ami_audit.adapters.sources.service.listening import Listener
from ami_audit.adapters.sources.service.processes import Process, families, working_folder
from ami_audit.adapters.sources.service.units import Unit
from ami_audit.adapters.sources.service.world import World

_INTERPRETER = re.compile(r"(?:python|pypy|node|ruby|perl|bash|sh|dash|uv|npx|npm)[\d.]*")


class State(StrEnum):
    """How a service is."""

    RUNNING = "running"
    STARTING = "starting"
    UNHEALTHY = "unhealthy"
    RESTARTING = "restarting"
    PAUSED = "paused"
    STOPPED = "stopped"
    FAILED = "failed"
    MISSING = "not found"
    UNKNOWN = "unknown"


_OF_CONTAINERS = {
    "running": State.RUNNING,
    "restarting": State.RESTARTING,
    "paused": State.PAUSED,
    **dict.fromkeys(("exited", "dead", "created", "stopped", "configured"), State.STOPPED),
}
_OF_HEALTH = {"unhealthy": State.UNHEALTHY, "starting": State.STARTING}
_OF_UNITS = {
    "active": State.RUNNING,
    "reloading": State.RUNNING,
    "failed": State.FAILED,
    "inactive": State.STOPPED,
    "deactivating": State.STOPPED,
}
_MOMENT, _OFTEN = timedelta(seconds=10), 2
UP = frozenset({State.RUNNING, State.STARTING, State.UNHEALTHY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One service with what was found of it.

    Attributes:
        name: As its record calls it.
        unknown_why: Why its state is not known.
        listening: Addresses that its processes listen on.
    """

    name: str
    state: State
    declared: Declared | None = None
    container: Container | None = None
    unit: Unit | None = None
    processes: tuple[Process, ...] = ()
    listening: tuple[Listener, ...] = ()
    unknown_why: str = ""


class Matcher:
    """Finds services in one world."""

    def __init__(self, world: World, root: Path) -> None:
        """Args: `root` is where the manifests lie."""
        self._world = world
        self._root = root.resolve()

    def declared(self, service: Declared) -> Seen:
        """Return what was found of a declared service."""
        container = self._container(service)
        unit = self._world.units.by_name.get(service.unit) if service.unit else None
        processes = self._processes(service, container, unit)
        return Seen(
            name=service.name,
            state=self._state(service, container, unit, processes=processes),
            declared=service,
            container=container,
            unit=unit if unit and unit.is_there else None,
            processes=processes,
            listening=self._listening(processes),
            unknown_why=self._unknown_why(service),
        )

    def container(self, found: Container, *, name: str = "") -> Seen:
        """Return a container that nobody declared."""
        processes = self._inside(found)
        state = container_state(found)
        listening = self._listening(processes)
        title = name or f"container:{found.name}"
        return Seen(name=title, state=state, container=found, processes=processes, listening=listening)

    def unit(self, found: Unit, *, name: str = "") -> Seen:
        """Return a unit that nobody declared."""
        processes = self._family([found.pid] if found.pid else [])
        listening = self._listening(processes)
        title = name or f"unit:{found.name}"
        return Seen(name=title, state=unit_state(found), unit=found, processes=processes, listening=listening)

    def program(self, name: str, processes: Sequence[Process], *, title: str = "") -> Seen:
        """Return processes of one name that nobody declared."""
        family = self._family([process.pid for process in processes])
        return Seen(
            name=title or f"process:{name}",
            state=State.RUNNING,
            processes=family,
            listening=self._listening(family),
        )

    def named(self, name: str) -> list[Seen]:
        """Return what runs by a name that no manifest declares: a container, a unit, processes."""
        found = [self.container(item, name=name) for item in self._world.engines.containers if item.name == name]
        unit = self._world.units.by_name.get(name if "." in name else f"{name}.service")
        if unit and unit.is_there:
            found.append(self.unit(unit, name=name))
        alike = [process for process in self._world.processes.values() if process.name == name and _is_other(process)]
        if alike and not found:
            found.append(self.program(name, alike, title=name))
        return found

    def _container(self, service: Declared) -> Container | None:
        containers = self._world.engines.containers
        if service.container:
            exact = next((item for item in containers if item.name == service.container), None)
            if exact or service.runs is not Runs.CONTAINER:
                return exact
        if service.runs not in {Runs.CONTAINER, Runs.UNKNOWN}:
            return None
        wanted = service.compose_service or service.name
        labelled = [item for item in containers if self._is_labelled(item, wanted)]
        if labelled:
            return labelled[0]
        project = re.escape(re.sub(r"[^a-z0-9_-]", "", self._root.name.lower()))
        pattern = re.compile(rf"(?:{project}[-_])?{re.escape(wanted)}(?:[-_]\d+)?")
        return next((item for item in containers if _unlabelled(item) and pattern.fullmatch(item.name)), None)

    def _is_labelled(self, item: Container, wanted: str) -> bool:
        labels = item.labels
        service = labels.get("com.docker.compose.service") or labels.get("io.podman.compose.service")
        folder = labels.get("com.docker.compose.project.working_dir")
        return service == wanted and (folder is None or Path(folder).is_relative_to(self._root))

    def _processes(self, service: Declared, container: Container | None, unit: Unit | None) -> tuple[Process, ...]:
        if container is not None:
            return self._inside(container)
        if unit is not None and unit.pid:
            return self._family([unit.pid])
        if service.runs is Runs.CONTAINER or not service.command:
            return ()
        return self._family([process.pid for process in self._by_command(service)])

    def _inside(self, container: Container) -> tuple[Process, ...]:
        if container.pid is None:
            return ()
        grouped = [
            process.pid
            for process in self._world.processes.values()
            if process.memory is not None and container.id in process.memory.path
        ]
        return self._family([container.pid, *grouped])

    def _family(self, roots: Sequence[int]) -> tuple[Process, ...]:
        processes = self._world.processes
        return tuple(processes[number] for number in sorted(families(processes, roots)))

    def _by_command(self, service: Declared) -> list[Process]:
        words = service.command
        folder = os.path.realpath(self._root / service.cwd)
        found = [process for process in self._world.processes.values() if _is_other(process) and runs(process, words)]
        # The same command line in another folder is another service.
        placed = [(process, working_folder(process.pid)) for process in found]
        return [process for process, place in placed if place is None or Path(place).is_relative_to(folder)]

    def _listening(self, processes: Sequence[Process]) -> tuple[Listener, ...]:
        numbers = {process.pid for process in processes}
        return tuple(item for item in self._world.listeners if item.pid in numbers)

    def _state(
        self, service: Declared, container: Container | None, unit: Unit | None, *, processes: Sequence[Process]
    ) -> State:
        if container is not None:
            return container_state(container)
        if unit is not None and unit.is_there:
            return unit_state(unit)
        if processes:
            return State.RUNNING
        return State.UNKNOWN if self._unknown_why(service) else State.MISSING

    def _unknown_why(self, service: Declared) -> str:
        """Return why a service that was not found may run nevertheless; empty when it does not."""
        engines = self._world.engines
        match service.runs:
            case Runs.CONTAINER:
                if engines.is_library_missing:
                    return "containers cannot be looked at without `ami-audit[docker]`"
                if engines.failed:
                    return "; ".join(f"the engine at {place}: {why}" for place, why in sorted(engines.failed.items()))
                return "" if engines.asked else "no container engine is reachable on this machine"
            case Runs.UNIT:
                return self._world.units.absent
            case _:
                return (
                    self._world.problems.get("psutil", "") if service.command else "no manifest says what to look for"
                )


def _unlabelled(item: Container) -> bool:
    return "com.docker.compose.service" not in item.labels and "io.podman.compose.service" not in item.labels


def _is_other(process: Process) -> bool:
    """Return whether a process is not this program itself: its own arguments name the service."""
    return process.pid != os.getpid() and process.pid != os.getppid()


def runs(process: Process, words: Sequence[str]) -> bool:
    """Return whether a process runs a command: its words, in order, the program by its last part.

    `python -m api` is what `/usr/bin/python3.11 -m api --port 80` runs; `npm start` starts another program.
    """
    command = process.command
    if not command or not words:
        return False
    wanted = [_program(words[0]), *words[1:]]
    for start in range(min(len(command), 4)):
        shown = [_program(command[start]), *command[start + 1 :]]
        if shown[: len(wanted)] == wanted:
            return True
    return False


def _program(word: str) -> str:
    name = word.rpartition("/")[2]
    return re.sub(r"[\d.]+$", "", name) if _INTERPRETER.fullmatch(name) else name


def container_state(container: Container) -> State:
    """Return how a container is, its own health check included."""
    state: Mapping[str, object] = container.facts.get("state") or {}
    health = (container.facts.get("health") or {}).get("status")
    found = _OF_CONTAINERS.get(str(state.get("status")), State.UNKNOWN)
    if found is State.RUNNING:
        return State.RESTARTING if _ends_again(container.facts, state) else _OF_HEALTH.get(str(health), found)
    return State.FAILED if found is State.STOPPED and state.get("exit_code") else found


def _ends_again(facts: Mapping[str, Any], state: Mapping[str, object]) -> bool:
    """Return whether a container that runs was started a moment ago, and often before: it is about to end again."""
    since = moment_told(state.get("started_at"))
    is_fresh = since is not None and datetime.now(UTC) - since < _MOMENT
    return is_fresh and int(facts.get("restarts") or 0) >= _OFTEN


def unit_state(unit: Unit) -> State:
    """Return how a unit is."""
    if unit.active == "activating":
        return State.RESTARTING if unit.sub == "auto-restart" else State.STARTING
    return _OF_UNITS.get(unit.active, State.UNKNOWN)
