"""Compose files: services that run as containers."""

from collections.abc import Iterator, Mapping
from typing import Any

from ami_audit.adapters.sources.service.declared import Declared, Fault, Manifest, Port, Profile, Runs
from ami_audit.adapters.sources.service.manifests.environment import environment_risks
from ami_audit.adapters.sources.service.manifests.probing import health_of_compose, probes_of_ports
from ami_audit.adapters.sources.service.manifests.values import Taker
from ami_audit.adapters.sources.service.manifests.variables import MissingVariableError, filled_in
from ami_audit.adapters.sources.service.masking import masked_facts

_KNOWN = frozenset({"version", "name", "services", "networks", "volumes", "configs", "secrets", "include"})
_DANGEROUS = frozenset(
    {"ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "NET_ADMIN", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF"}
)
_SOCKETS = ("docker.sock", "podman.sock", "containerd.sock", "crio.sock")


def is_compose(value: Mapping[str, Any]) -> bool:
    """Return whether a YAML value is a Compose file: its services have images, or are built."""
    services = value.get("services")
    return isinstance(services, dict) and any(
        isinstance(item, dict) and ("image" in item or "build" in item) for item in services.values()
    )


def read_compose(value: Mapping[str, Any], path: str, *, variables: Mapping[str, str]) -> Manifest:
    """Return what a Compose file declares.

    Args:
        value: The file's value.
        path: The file, below the root.
        variables: What its `${…}` mean; what comes of them is used to find ports and containers, and is not recorded.
    """
    take = Taker(path)
    services = [
        _Service(take, name, facts, variables=variables).read()
        for name, facts in take.named(value.get("services"), "services")
    ]
    return Manifest(
        path=path,
        form="compose",
        services=tuple(services),
        profiles=tuple(_profiles(Taker(path), value, path)),
        faults=tuple(take.faults),
        unknown=masked_facts({name: item for name, item in value.items() if name not in _KNOWN}),
    )


def _profiles(take: Taker, value: Mapping[str, Any], path: str) -> Iterator[Profile]:
    # With a taker of its own: what is wrong with the services was told when they were read.
    members: dict[str, list[str]] = {}
    for name, facts in take.named(value.get("services"), "services"):
        for profile in take.texts(facts.get("profiles"), f"services.{name}.profiles"):
            members.setdefault(profile, []).append(name)
    for profile, names in members.items():
        yield Profile(name=profile, manifest=path, members=tuple(names))


class _Service:
    """One service of a Compose file."""

    def __init__(self, take: Taker, name: str, facts: dict[str, Any], *, variables: Mapping[str, str]) -> None:
        self._take = take
        self._name = name
        self._facts = facts
        self._variables = variables
        self._where = f"services.{name}"

    def read(self) -> Declared:
        take, facts, where = self._take, self._facts, self._where
        ports = self._ports()
        image = self._filled(take.text(facts.get("image"), f"{where}.image"), f"{where}.image")
        return Declared(
            name=self._name,
            manifests=(take.path,),
            runs=Runs.CONTAINER,
            container=self._filled(
                take.text(facts.get("container_name"), f"{where}.container_name"), f"{where}.container_name"
            ),
            compose_file=take.path,
            compose_service=self._name,
            image=image,
            ports=ports,
            probes=probes_of_ports(ports, image=image, name=self._name),
            depends_on=take.texts(facts.get("depends_on"), f"{where}.depends_on"),
            facts=self._recorded(),
            risks=tuple(self._risks()),
        )

    def _recorded(self) -> dict[str, Any]:
        recorded: dict[str, Any] = masked_facts(self._facts)
        if "healthcheck" in self._facts:
            check = health_of_compose(self._take, self._facts["healthcheck"], f"{self._where}.healthcheck")
            recorded["healthcheck"] = masked_facts({**recorded_mapping(recorded.get("healthcheck")), **check})
        return recorded

    def _filled(self, text: str, where: str) -> str:
        try:
            return filled_in(text, self._variables)
        except MissingVariableError as error:
            # Its message is the author's, and may hold what nobody should read.
            self._take.told("variable-missing", f"`{where}` needs the variable `{error.name}`")
            return ""

    def _ports(self) -> tuple[Port, ...]:
        where = f"{self._where}.ports"
        found: list[Port] = []
        for index, item in enumerate(self._take.items(self._facts.get("ports"), where)):
            found += self._port(item, f"{where}[{index}]")
        return tuple(dict.fromkeys(found))

    def _port(self, item: object, where: str) -> list[Port]:
        if isinstance(item, dict):
            inner = self._take.port(item.get("target"), f"{where}.target")
            published = self._filled(self._take.text(item.get("published"), f"{where}.published"), where)
            number = self._take.port(published or None, f"{where}.published")
            host = self._take.text(item.get("host_ip"), f"{where}.host_ip")
            protocol = self._take.text(item.get("protocol"), f"{where}.protocol") or "tcp"
            return [Port(number, host, inner or None, protocol)] if number else []
        text = self._filled(self._take.text(item, where), where)
        return self._spelled(text, where) if text else []

    def _spelled(self, text: str, where: str) -> list[Port]:
        """Return the ports of `[address:]outer:inner[/protocol]`, each of which may be a range."""
        text, _, protocol = text.partition("/")
        outside, sign, inner = text.rpartition(":")
        if not sign:
            return []  # only the inner port: Docker chooses the outer one
        host, _, outer = outside.rpartition(":")
        outers, inners = self._range(outer, where), self._range(inner, where)
        if len(inners) == 1:
            inners *= max(1, len(outers))
        if len(outers) != len(inners):
            return []
        host = host.strip("[]")
        return [Port(number, host, inside, protocol or "tcp") for number, inside in zip(outers, inners, strict=True)]

    def _range(self, text: str, where: str) -> list[int]:
        first, sign, last = text.partition("-")
        start = self._take.port(first or None, where)
        end = self._take.port(last, where) if sign else start
        return list(range(start, end + 1)) if start and start <= end <= start + 1_000 else []

    def _risks(self) -> Iterator[Fault]:
        where, facts = f"{self._take.path}, {self._where}", self._facts
        if facts.get("privileged") is True:
            yield Fault("privileged", "It is declared privileged", where)
        for key, kind in (("network_mode", "host-network"), ("pid", "host-processes"), ("ipc", "host-memory")):
            if facts.get(key) == "host":
                yield Fault(kind, f"`{key}: host` is declared", where)
        volumes = facts.get("volumes")
        for volume in volumes if isinstance(volumes, list) else ():
            source = volume.get("source", "") if isinstance(volume, dict) else str(volume)
            if any(name in str(source) for name in _SOCKETS):
                yield Fault("docker-socket", "The container engine's socket is mounted into it", where)
        added = facts.get("cap_add")
        names = added if isinstance(added, list) else []
        worst = sorted(_DANGEROUS & {str(name).upper().removeprefix("CAP_") for name in names})
        if worst:
            yield Fault("capabilities", f"It is given {', '.join(worst)}", where)
        yield from environment_risks(facts.get("environment"), where)


def recorded_mapping(value: object) -> dict[str, Any]:
    """Return a mapping as it is, and an empty one for what is none."""
    return dict(value) if isinstance(value, dict) else {}
