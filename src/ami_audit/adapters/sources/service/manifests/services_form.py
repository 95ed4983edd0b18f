"""`services.yaml`: services with Compose references, local commands, health checks and profiles."""

from collections.abc import Iterator, Mapping
from typing import Any

from ami_audit.adapters.sources.service.declared import Declared, Fault, Manifest, Port, Probe, Profile, Runs
from ami_audit.adapters.sources.service.manifests.environment import environment_risks
from ami_audit.adapters.sources.service.manifests.probing import probes_of_health
from ami_audit.adapters.sources.service.manifests.values import Taker, rest_of
from ami_audit.adapters.sources.service.masking import masked_facts

_KNOWN = frozenset({"version", "compose", "services", "profiles"})
_LOGS = ("log", "logs", "log_file", "log_files", "logfile")


def read_services(value: Mapping[str, Any], path: str) -> Manifest:
    """Return what a `services.yaml` declares."""
    take = Taker(path)
    compose = take.mapping(value.get("compose"), "compose")
    files = [
        take.text(facts.get("path"), f"compose.files[{index}].path")
        for index, facts in enumerate(take.items(compose.get("files"), "compose.files"))
        if isinstance(facts, dict)
    ]
    profiles = tuple(read_profiles(take, value.get("profiles")))
    started = {member for profile in profiles if profile.autostart for member in profile.members}
    services = tuple(
        _service(take, name, facts, autostart=name in started)
        for name, facts in take.named(value.get("services"), "services")
    )
    return Manifest(
        path=path,
        form="services",
        services=services,
        profiles=profiles,
        faults=tuple(take.faults),
        compose_files=tuple(
            dict.fromkeys([*filter(None, files), *(s.compose_file for s in services if s.compose_file)])
        ),
        unknown=masked_facts(rest_of(value, _KNOWN)),
    )


def read_profiles(take: Taker, value: object) -> Iterator[Profile]:
    """Yield profiles: names with `services` or `processes`, or with a plain list of members."""
    for name, facts in take.mapping(value, "profiles").items():
        where = f"profiles.{name}"
        if isinstance(facts, list):
            yield Profile(name=name, manifest=take.path, members=take.texts(facts, where))
            continue
        said = take.mapping(facts, where)
        key = "services" if "services" in said else "processes"
        yield Profile(
            name=name,
            manifest=take.path,
            members=take.texts(said.get(key), f"{where}.{key}"),
            description=take.text(said.get("description"), f"{where}.description"),
            autostart=take.flag(said.get("autostart"), f"{where}.autostart"),
        )


def _service(take: Taker, name: str, facts: dict[str, Any], *, autostart: bool) -> Declared:
    where = f"services.{name}"
    compose = take.mapping(facts.get("compose"), f"{where}.compose")
    execution = take.mapping(facts.get("execution"), f"{where}.execution")
    local = take.mapping(execution.get("local"), f"{where}.execution.local")
    docker = take.mapping(execution.get("docker"), f"{where}.execution.docker")
    cwd = take.text(local.get("cwd"), f"{where}.execution.local.cwd")
    tags = take.texts(facts.get("tags"), f"{where}.tags")
    probes = probes_of_health(
        take, facts.get("health"), where=f"{where}.health", cwd=cwd, about=" ".join((name, *tags))
    )
    is_local = local.get("enabled", "command" in local) is True and docker.get("enabled") is not True
    return Declared(
        name=name,
        manifests=(take.path,),
        runs=Runs.PROCESS if is_local else Runs.CONTAINER if compose or docker else Runs.UNKNOWN,
        compose_file=take.text(compose.get("file"), f"{where}.compose.file"),
        compose_service=take.text(compose.get("service"), f"{where}.compose.service") or (name if compose else ""),
        command=take.command(local.get("command"), f"{where}.execution.local.command"),
        cwd=cwd,
        ports=ports_of_probes(probes),
        probes=probes,
        log_files=log_files_of(take, facts, where),
        depends_on=take.texts(facts.get("depends_on"), f"{where}.depends_on"),
        facts=masked_facts(facts),
        risks=tuple(_risks(take, facts, where)),
        autostart=autostart or str(facts.get("restart")) in {"always", "unless-stopped"},
    )


def _risks(take: Taker, facts: Mapping[str, Any], where: str) -> Iterator[Fault]:
    for key in ("env", "environment"):
        yield from environment_risks(facts.get(key), f"{take.path}, {where}")


def ports_of_probes(probes: tuple[Probe, ...]) -> tuple[Port, ...]:
    """Return the ports of this machine that health checks tell of; which address is listened on they do not say."""
    return tuple(dict.fromkeys(Port(probe.port) for probe in probes if probe.port and is_here(probe.host)))


def is_here(host: str) -> bool:
    """Return whether a host is plainly this machine; 0.0.0.0 and nothing mean loopback."""
    name = host.strip("[]").lower()
    return name in {"", "localhost", "0.0.0.0", "::", "::1", "*"} or name.startswith("127.")  # noqa: S104 (compared)


def log_files_of(take: Taker, facts: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """Return the log files that a service names."""
    found: list[str] = []
    for key in _LOGS:
        value = facts.get(key)
        if isinstance(value, str | list):
            found += take.texts(value, f"{where}.{key}")
        elif isinstance(value, dict):
            found += take.texts(value.get("path", value.get("file")), f"{where}.{key}.path")
    return tuple(dict.fromkeys(found))
