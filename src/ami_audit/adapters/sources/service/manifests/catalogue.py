"""All that the manifests of a place declare, put together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from ami_audit.adapters.sources.service.declared import Declared, Fault, Manifest, Profile, Runs
from ami_audit.adapters.sources.service.manifests.reading import read_manifest
from ami_audit.adapters.sources.service.manifests.search import places


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a place says it has.

    Attributes:
        manifests: Every file that was read.
        services: By name, in the order of their declaration.
        profiles: By name.
    """

    manifests: tuple[Manifest, ...]
    services: Mapping[str, Declared]
    profiles: Mapping[str, Profile]


def read_catalogue(root: Path, wanted: Sequence[str], *, environment: Mapping[str, str]) -> Catalogue:
    """Read the manifests of a place, and put together what several of them say of one service.

    Args:
        root: The audited place.
        wanted: Manifests to read instead of the usual ones.
        environment: The user's, for the variables of Compose files.
    """
    manifests = {path: read_manifest(root, path, environment=environment) for path, _ in places(root, wanted)}
    for manifest in list(manifests.values()):
        for named in manifest.compose_files:
            path = _resolved(root, named, manifest.path)
            if path not in manifests:
                manifests[path] = read_manifest(root, path, environment=environment)
    services, whole_files = _together(root, manifests)
    profiles = _profiles(manifests.values(), whole_files)
    checked = tuple(_checked(manifest, services, profiles) for manifest in manifests.values())
    return Catalogue(checked, services, profiles)


def _resolved(root: Path, named: str, manifest: str) -> str:
    """Return a file that a manifest names, below the root: beside the manifest only when it is not below the root."""
    beside = str(PurePosixPath(manifest).parent / named)
    below = str(PurePosixPath(named))
    return beside if not (root / below).exists() and (root / beside).exists() else below


def _together(root: Path, manifests: Mapping[str, Manifest]) -> tuple[dict[str, Declared], list[Profile]]:
    """Return services by name, and what stands for all services of a Compose file.

    A service that refers to a Compose service takes in what is said of it there.
    """
    whole_files: list[tuple[str, str, str]] = []
    containers = {
        (service.compose_file, service.compose_service): service
        for manifest in manifests.values()
        if manifest.form == "compose"
        for service in manifest.services
    }
    taken: set[tuple[str, str]] = set()
    found: dict[str, Declared] = {}
    for manifest in manifests.values():
        if manifest.form == "compose":
            continue
        for service in manifest.services:
            key = (_resolved(root, service.compose_file, manifest.path), service.compose_service or service.name)
            other = containers.get(key) if service.compose_file else None
            of_file = any(file == key[0] for file, _ in containers)
            if of_file and other is None and service.runs is Runs.CONTAINER and not service.compose_service:
                whole_files.append((service.name, manifest.path, key[0]))
                continue
            if other is not None:
                taken.add(key)
            whole = _merged(service, other) if other else service
            found[service.name] = _merged(found[service.name], whole) if service.name in found else whole
    for key, service in containers.items():
        if key not in taken:
            found[service.name] = _merged(found[service.name], service) if service.name in found else service
    return found, [
        Profile(name=name, manifest=path, members=_of_file(found.values(), file))
        for name, path, file in whole_files
        if name not in found
    ]


def _of_file(services: Iterable[Declared], file: str) -> tuple[str, ...]:
    """Return the services of a Compose file, by the names that they have here."""
    return tuple(service.name for service in services if service.compose_file == file and service.compose_service)


def _merged(first: Declared, second: Declared) -> Declared:
    """Return the first with what only the second says."""
    ports = {port.number: port for port in (*first.ports, *second.ports)}
    asked = {probe.port for probe in first.probes if probe.port}
    return replace(
        first,
        manifests=tuple(dict.fromkeys((*first.manifests, *second.manifests))),
        runs=second.runs if first.runs is Runs.UNKNOWN else first.runs,
        container=first.container or second.container,
        compose_file=second.compose_file or first.compose_file,
        compose_service=second.compose_service or first.compose_service,
        unit=first.unit or second.unit,
        command=first.command or second.command,
        cwd=first.cwd or second.cwd,
        image=first.image or second.image,
        ports=tuple(ports.values()),
        probes=(*first.probes, *(probe for probe in second.probes if probe.port not in asked)),
        log_files=tuple(dict.fromkeys((*first.log_files, *second.log_files))),
        depends_on=tuple(dict.fromkeys((*first.depends_on, *second.depends_on))),
        facts=_facts(first, second),
        risks=tuple(dict.fromkeys((*first.risks, *second.risks))),
        autostart=first.autostart or second.autostart,
    )


def _facts(first: Declared, second: Declared) -> dict[str, Any]:
    """Return what both say: the first's own, and the second's under the name of its manifest."""
    said = f"in {second.manifests[0]}"
    return {**first.facts, said: dict(second.facts)} if second.facts != first.facts else dict(first.facts)


def _profiles(manifests: Iterable[Manifest], more: Sequence[Profile]) -> dict[str, Profile]:
    found: dict[str, Profile] = {}
    for profile in (profile for manifest in manifests for profile in manifest.profiles):
        before = found.get(profile.name)
        members = tuple(dict.fromkeys((*before.members, *profile.members))) if before else profile.members
        found[profile.name] = replace(before or profile, members=members)
    # What starts a file as a whole, such as a line of a Procfile, adds nothing where a manifest names the members.
    return {**{profile.name: profile for profile in more}, **found}


def members_of(catalogue: Catalogue, name: str) -> tuple[str, ...]:
    """Return the services of a profile, those of profiles within it too, each once."""
    found: dict[str, None] = {}
    waiting, seen = [name], {name}
    while waiting:
        for member in catalogue.profiles[waiting.pop(0)].members:
            if member in catalogue.profiles and member not in catalogue.services:
                if member not in seen:
                    seen.add(member)
                    waiting.append(member)
            else:
                found[member] = None
    return tuple(found)


def _checked(manifest: Manifest, services: Mapping[str, Declared], profiles: Mapping[str, Profile]) -> Manifest:
    """Return the manifest with faults for names in it that stand for nothing."""
    faults = [
        Fault(
            "unknown-member",
            f"The profile `{profile.name}` names `{member}`, which no manifest declares",
            manifest.path,
        )
        for profile in manifest.profiles
        for member in profile.members
        if member not in services and member not in profiles
    ]
    faults += [
        Fault("unknown-dependency", f"`{service.name}` depends on `{name}`, which no manifest declares", manifest.path)
        for service in manifest.services
        for name in service.depends_on
        if name not in services and not any(s.compose_service == name for s in services.values())
    ]
    return replace(manifest, faults=(*manifest.faults, *faults))
