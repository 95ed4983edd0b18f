"""What a manifest says should run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """Something a manifest says that cannot be used, or should not stand there.

    Attributes:
        kind: Without the family: `manifest-type`.
        reason: What is wrong, without a value that may be secret.
        where: Path, and line where it is known: `docker-compose.yml:7`.
    """

    kind: str
    reason: str
    where: str


class Runs(StrEnum):
    """As what a service runs."""

    CONTAINER = "container"
    UNIT = "systemd unit"
    PROCESS = "process"
    UNKNOWN = "unknown"


class Port(NamedTuple):
    """One port that a service should listen on.

    Attributes:
        number: On the host.
        host: The address it is bound to; empty means all of them.
        inner: Inside the container; None without one.
        protocol: `tcp` or `udp`.
    """

    number: int
    host: str = ""
    inner: int | None = None
    protocol: str = "tcp"


class Probe(NamedTuple):
    """One way to ask whether a service is well.

    Attributes:
        kind: `tcp`, `http`, `https`, `postgres`, `redis`, `dgraph` or `command`.
        host: As it was written; 0.0.0.0 means loopback.
        port: 0 for a command.
        path: What is asked of HTTP.
        command: What is run, for a command.
        cwd: Where a command is run, below the audited root.
        timeout_s: As the manifest says; None without.
        origin: Where the probe comes from: `health.tcp`, `ports`.
    """

    kind: str
    host: str = ""
    port: int = 0
    path: str = "/"
    command: tuple[str, ...] = ()
    cwd: str = ""
    timeout_s: float | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One service as manifests declare it.

    Attributes:
        name: As the manifest calls it.
        manifests: Which ones declare it, in the order in which they were read.
        runs: As what it should run.
        container: The container's fixed name; empty without one.
        compose_file: The Compose file, below the root.
        compose_service: Its name there.
        unit: The systemd unit.
        command: The program and its arguments, when it is a process.
        cwd: Where the program runs, below the root.
        image: As written.
        log_files: Files below the root that it writes its log to.
        facts: All that was written about it, secrets masked.
        risks: Kinds of findings that the declaration alone earns, with what was seen.
    """

    name: str
    manifests: tuple[str, ...]
    runs: Runs = Runs.UNKNOWN
    container: str = ""
    compose_file: str = ""
    compose_service: str = ""
    unit: str = ""
    command: tuple[str, ...] = ()
    cwd: str = ""
    image: str = ""
    ports: tuple[Port, ...] = ()
    probes: tuple[Probe, ...] = ()
    log_files: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    risks: tuple[Fault, ...] = ()
    autostart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Services that belong together."""

    name: str
    manifest: str
    members: tuple[str, ...]
    description: str = ""
    autostart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One file that was read.

    Attributes:
        path: Below the root.
        form: Which of the known forms it has; empty when none.
        sha256: Of its bytes; empty when it could not be read.
        compose_files: Compose files that it names, below the root.
        unknown: Top-level keys that nobody here knows, secrets masked.
    """

    path: str
    form: str = ""
    sha256: str = ""
    services: tuple[Declared, ...] = ()
    profiles: tuple[Profile, ...] = ()
    faults: tuple[Fault, ...] = ()
    compose_files: tuple[str, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)
