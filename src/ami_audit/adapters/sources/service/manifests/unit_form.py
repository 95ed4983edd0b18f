"""`services.yml` of 2026: systemd units around Compose files and local programs, and pods of Podman."""

from collections.abc import Iterator, Mapping
from typing import Any

from ami_audit.adapters.sources.service.declared import Declared, Manifest, Profile, Runs
from ami_audit.adapters.sources.service.manifests.environment import environment_risks
from ami_audit.adapters.sources.service.manifests.probing import probes_of_health
from ami_audit.adapters.sources.service.manifests.services_form import log_files_of, ports_of_probes
from ami_audit.adapters.sources.service.manifests.values import Taker, rest_of
from ami_audit.adapters.sources.service.masking import masked_facts

_KNOWN = frozenset({"version", "compose_services", "local_services", "services", "podman_pods"})
_MARKS = frozenset({"compose_services", "local_services", "podman_pods"})


def is_units(value: Mapping[str, Any]) -> bool:
    """Return whether a YAML value has this form."""
    return bool(_MARKS & value.keys()) or isinstance(value.get("services"), list)


def read_units(value: Mapping[str, Any], path: str) -> Manifest:
    """Return what such a file declares."""
    take = Taker(path)
    services = [*_units(take, value), *_pods(take, value)]
    return Manifest(
        path=path,
        form="units",
        services=tuple(services),
        profiles=tuple(_profiles(Taker(path), value)),
        faults=tuple(take.faults),
        compose_files=tuple(dict.fromkeys(service.compose_file for service in services if service.compose_file)),
        unknown=masked_facts(rest_of(value, _KNOWN)),
    )


def _units(take: Taker, value: Mapping[str, Any]) -> Iterator[Declared]:
    for key in ("compose_services", "local_services", "services"):
        for name, facts in take.named(value.get(key), key):
            yield _unit(take, name, facts, where=f"{key}.{name}")


def _unit(take: Taker, name: str, facts: dict[str, Any], *, where: str) -> Declared:
    cwd = take.text(facts.get("cwd", facts.get("working_directory")), f"{where}.cwd")
    unit = take.text(facts.get("unit"), f"{where}.unit") or name
    probes = probes_of_health(take, facts.get("health"), where=f"{where}.health", cwd=cwd, about=name)
    return Declared(
        name=name.removesuffix(".service"),
        manifests=(take.path,),
        runs=Runs.UNIT,
        unit=unit if "." in unit else f"{unit}.service",
        compose_file=take.text(facts.get("compose_file"), f"{where}.compose_file"),
        command=take.command(facts.get("command", facts.get("exec_start")), f"{where}.command"),
        cwd=cwd,
        ports=ports_of_probes(probes),
        probes=probes,
        log_files=log_files_of(take, facts, where),
        depends_on=take.texts(facts.get("depends_on"), f"{where}.depends_on"),
        facts=masked_facts(facts),
        risks=tuple(environment_risks(facts.get("env", facts.get("environment")), f"{take.path}, {where}")),
    )


def _pods(take: Taker, value: Mapping[str, Any]) -> Iterator[Declared]:
    for pod, facts in take.named(value.get("podman_pods"), "podman_pods"):
        for name in _containers(take, pod, facts):
            yield Declared(
                name=name,
                manifests=(take.path,),
                runs=Runs.CONTAINER,
                container=name,
                facts=masked_facts({"pod": pod, **{key: item for key, item in facts.items() if key != "containers"}}),
            )


def _containers(take: Taker, pod: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    said = facts.get("containers")
    where = f"podman_pods.{pod}.containers"
    if isinstance(said, list) and all(isinstance(item, dict) for item in said):
        return tuple(name for name, _ in take.named(said, where))
    return take.texts(said, where)


def _profiles(take: Taker, value: Mapping[str, Any]) -> Iterator[Profile]:
    """Yield each pod as a profile of its containers."""
    for pod, facts in take.named(value.get("podman_pods"), "podman_pods"):
        yield Profile(name=pod, manifest=take.path, members=_containers(take, pod, facts))
