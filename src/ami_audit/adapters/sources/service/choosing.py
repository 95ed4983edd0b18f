"""Which services a run is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ami_audit.adapters.sources.service.declared import Profile
from ami_audit.adapters.sources.service.listening import PROXIES
from ami_audit.adapters.sources.service.manifests.catalogue import Catalogue, members_of
from ami_audit.adapters.sources.service.matching import Matcher, Seen, State, unit_state
from ami_audit.adapters.sources.service.processes import Process
from ami_audit.adapters.sources.service.world import World
from ami_audit.domain.errors import UnknownNameError

_NAMED = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """What is told.

    Attributes:
        seen: Services, each once.
        profiles: With the names of their members, and of those that no manifest declares.
    """

    seen: Sequence[Seen]
    profiles: Sequence[tuple[Profile, Sequence[str], Sequence[str]]]


def choose(catalogue: Catalogue, world: World, root: Path, *, names: Sequence[str], whole_machine: bool) -> Choice:
    """Return the services and profiles that are meant.

    Args:
        catalogue: What the manifests declare.
        world: What runs.
        root: Where the manifests lie.
        names: Services and profiles; none means all that are declared.
        whole_machine: With no names: what runs without a manifest, too.

    Raises:
        UnknownNameError: A name is neither declared nor runs.
    """
    matcher = Matcher(world, root)
    if names:
        return _named(catalogue, matcher, names)
    seen = [matcher.declared(catalogue.services[name]) for name in sorted(catalogue.services)]
    if whole_machine:
        seen += _others(world, matcher, seen)
    return Choice(seen, [_with_members(catalogue, name) for name in sorted(catalogue.profiles)])


def _named(catalogue: Catalogue, matcher: Matcher, names: Sequence[str]) -> Choice:
    wanted: dict[str, None] = {}
    profiles = []
    undeclared: list[Seen] = []
    for name in dict.fromkeys(names):
        if name in catalogue.profiles:
            profile = _with_members(catalogue, name)
            profiles.append(profile)
            wanted |= dict.fromkeys(profile[1])
        if name in catalogue.services:
            wanted[name] = None
        elif name not in catalogue.profiles:
            found = matcher.named(name)
            if not found:
                reason = "no manifest declares a service of that name, and nothing that is called so runs"
                raise UnknownNameError(name, f"{reason}; {_there_are(catalogue)}")
            undeclared += found
    seen = [matcher.declared(catalogue.services[name]) for name in sorted(wanted)]
    return Choice([*seen, *undeclared], profiles)


def _with_members(catalogue: Catalogue, name: str) -> tuple[Profile, Sequence[str], Sequence[str]]:
    members = members_of(catalogue, name)
    declared = [member for member in members if member in catalogue.services]
    return catalogue.profiles[name], declared, [member for member in members if member not in catalogue.services]


def _there_are(catalogue: Catalogue) -> str:
    names = sorted({*catalogue.services, *catalogue.profiles})
    if not names:
        return "there is no manifest here"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"declared are: {', '.join(names[:_NAMED])}{more}"


def _others(world: World, matcher: Matcher, seen: Sequence[Seen]) -> Iterator[Seen]:
    """Yield what runs without a manifest: containers, units, and programs that listen."""
    known = {item.container.id for item in seen if item.container}
    told = {process.pid for item in seen for process in item.processes}
    for container in world.engines.containers:
        if container.id not in known:
            found = matcher.container(container)
            told |= {process.pid for process in found.processes}
            yield found
    units = {item.unit.name for item in seen if item.unit}
    for name in sorted(world.units.by_name):
        unit = world.units.by_name[name]
        if name not in units and unit.is_there and unit_state(unit) is not State.STOPPED:
            found = matcher.unit(unit)
            told |= {process.pid for process in found.processes}
            yield found
    yield from _listening(world, matcher, told)


def _listening(world: World, matcher: Matcher, told: set[int]) -> Iterator[Seen]:
    programs: dict[str, list[Process]] = {}
    for pid in sorted({item.pid for item in world.listeners if item.pid is not None and item.pid not in told}):
        process = world.processes.get(pid)
        if process is not None and not (world.engines.asked and process.name in PROXIES):
            programs.setdefault(process.name, []).append(process)
    for name in sorted(programs):
        yield matcher.program(name, programs[name])
