"""`setup-service.yaml`: processes of several kinds, and profiles of them."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from ami_audit.adapters.sources.service.declared import Declared, Manifest, Port, Probe, Runs
from ami_audit.adapters.sources.service.manifests.environment import environment_risks
from ami_audit.adapters.sources.service.manifests.probing import probes_of_health, probes_of_ports
from ami_audit.adapters.sources.service.manifests.services_form import log_files_of, ports_of_probes, read_profiles
from ami_audit.adapters.sources.service.manifests.values import Taker, rest_of
from ami_audit.adapters.sources.service.masking import masked_facts

_KNOWN = frozenset({"version", "processes", "profiles"})


def read_setup(value: Mapping[str, Any], path: str) -> Manifest:
    """Return what a `setup-service.yaml` declares."""
    take = Taker(path)
    services = tuple(_process(take, name, facts) for name, facts in take.named(value.get("processes"), "processes"))
    return Manifest(
        path=path,
        form="setup-service",
        services=services,
        profiles=tuple(read_profiles(take, value.get("profiles"))),
        faults=tuple(take.faults),
        compose_files=tuple(dict.fromkeys(service.compose_file for service in services if service.compose_file)),
        unknown=masked_facts(rest_of(value, _KNOWN)),
    )


def _process(take: Taker, name: str, facts: dict[str, Any]) -> Declared:
    where = f"processes.{name}"
    kind = take.text(facts.get("type"), f"{where}.type").lower()
    cwd = take.text(facts.get("cwd"), f"{where}.cwd")
    compose = take.text(facts.get("compose_file", facts.get("file")), f"{where}.compose_file")
    is_container = "compose" in kind or kind in {"docker", "podman", "container"}
    ports = _ports(take, facts, where)
    probes = probes_of_health(
        take, facts.get("health", facts.get("healthcheck")), where=f"{where}.health", cwd=cwd, about=name
    )
    return Declared(
        name=name,
        manifests=(take.path,),
        runs=Runs.CONTAINER if is_container else Runs.PROCESS if kind or "command" in facts else Runs.UNKNOWN,
        container=take.text(facts.get("container", facts.get("container_name")), f"{where}.container"),
        compose_file=str(PurePosixPath(cwd) / compose) if is_container and compose else "",
        compose_service=take.text(facts.get("service"), f"{where}.service"),
        command=_command(take, facts, where) if not is_container else (),
        cwd=cwd,
        ports=tuple(dict.fromkeys((*ports, *ports_of_probes(probes)))),
        probes=tuple(_without_doubles((*probes, *probes_of_ports(ports, image="", name=name)))),
        log_files=log_files_of(take, facts, where),
        depends_on=take.texts(facts.get("depends_on"), f"{where}.depends_on"),
        facts=masked_facts(facts),
        risks=tuple(environment_risks(facts.get("env", facts.get("environment")), f"{take.path}, {where}")),
    )


def _command(take: Taker, facts: Mapping[str, Any], where: str) -> tuple[str, ...]:
    words = take.command(facts.get("command"), f"{where}.command")
    if words:
        return words
    for key in ("script", "module", "file"):
        if key in facts:
            return take.command(facts[key], f"{where}.{key}")
    return ()


def _ports(take: Taker, facts: Mapping[str, Any], where: str) -> tuple[Port, ...]:
    said = facts.get("ports", facts.get("port"))
    items = said if isinstance(said, list) else [] if said is None else [said]
    numbers = [take.port(item, f"{where}.port") for item in items]
    return tuple(Port(number) for number in dict.fromkeys(numbers) if number)


def _without_doubles(probes: tuple[Probe, ...]) -> Iterator[Probe]:
    """Yield each address once: what a manifest asks for by name is not asked again because of its port."""
    seen: set[int] = set()
    for probe in probes:
        if probe.origin == "ports" and probe.port in seen:
            continue
        seen.add(probe.port)
        yield probe
