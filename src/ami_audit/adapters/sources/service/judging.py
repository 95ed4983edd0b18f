"""What is not as it should be with a service, by all that was seen of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ami_audit.adapters.sources.service.container_facts import container_risks
from ami_audit.adapters.sources.service.declared import Declared, Fault, Port
from ami_audit.adapters.sources.service.disks import full_disks
from ami_audit.adapters.sources.service.health import Answer
from ami_audit.adapters.sources.service.health.answer import Verdict
from ami_audit.adapters.sources.service.listening import PROXIES, Listener
from ami_audit.adapters.sources.service.matching import UP, Seen, State
from ami_audit.adapters.sources.service.usage import restarts_of

_NEAR_LIMIT = 0.9
_MANY_RESTARTS = 3


def judged(
    seen: Seen, answers: Sequence[Answer], listeners: Sequence[Listener], *, usage: Mapping[str, Any]
) -> list[Fault]:
    """Return what is not as it should be, the state first; each once."""
    found = [
        *_state(seen),
        *_health(seen, answers, listeners),
        *_ports(seen, listeners),
        *_risks(seen),
        *_memory(seen, usage),
    ]
    return list(dict.fromkeys(found))


def _state(seen: Seen) -> Iterator[Fault]:
    where = seen.name
    state = (seen.container.facts.get("state") or {}) if seen.container else {}
    match seen.state:
        case State.MISSING:
            yield Fault("not-running", "It is declared, and nothing that it could be runs here", where)
        case State.UNKNOWN:
            reason = seen.unknown_why or "it does not say how it is"
            yield Fault("state-unknown", f"Whether it runs is not known: {reason}", where)
        case State.STOPPED:
            yield Fault("not-running", "It is stopped", where)
        case State.FAILED:
            yield Fault("stopped" if seen.container else "failed", _end(seen, state), where)
        case State.RESTARTING:
            yield Fault("restarting", f"It is restarting, for the {_times(restarts_of(seen))} time", where)
        case State.PAUSED:
            yield Fault("paused", "It is paused", where)
        case State.UNHEALTHY:
            yield Fault("unhealthy", _unhealthy(seen), where)
        case _:
            pass
    if seen.state in UP and (restarts_of(seen) or 0) >= _MANY_RESTARTS:
        yield Fault("restarted", f"It runs, and was started again {restarts_of(seen)} times", where)


def _times(count: int | None) -> str:
    number = count or 0
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _end(seen: Seen, state: Mapping[str, Any]) -> str:
    if seen.container is None:
        unit = seen.unit
        result = f", {unit.result}" if unit and unit.result not in {"", "success", "exit-code"} else ""
        status = unit.exit_status if unit else None
        return f"It has failed{result}" + (f" with exit code {status}" if status is not None else "")
    if state.get("oom_killed"):
        return f"It was ended for want of memory (exit code {state.get('exit_code')})"
    said = f": {state['error']}" if state.get("error") else ""
    return f"It has ended with exit code {state.get('exit_code')}{said}"


def _unhealthy(seen: Seen) -> str:
    health = (seen.container.facts.get("health") or {}) if seen.container else {}
    last = str(health.get("output") or "").strip().splitlines()
    said = f": {last[-1][:200]}" if last else ""
    return f"Its health check has failed {health.get('failing_streak', 0)} times in a row{said}"


def _health(seen: Seen, answers: Sequence[Answer], listeners: Sequence[Listener]) -> Iterator[Fault]:
    for answer in answers:
        probe = answer.probe
        asked = "its command" if probe.kind == "command" else f"{probe.kind} on port {probe.port}"
        where = f"{seen.name}, {probe.origin}"
        yield from (fault._replace(where=f"{seen.name}, {fault.where}") for fault in answer.faults)
        match answer.verdict:
            case Verdict.FAILED:
                yield Fault("health-failed", f"Asked by {asked}: {answer.detail}", where)
            case Verdict.TIMED_OUT:
                yield Fault("health-timed-out", f"Asked by {asked}: {answer.detail}", where)
            case Verdict.NOT_ASKED:
                yield Fault("health-not-asked", f"Not asked by {asked}: {answer.detail}", where)
            case Verdict.OK if answer.facts.get("login") is False and probe.kind in {"redis", "postgres"}:
                yield from _open(seen, answer, listeners)
            case _:
                pass


def _open(seen: Seen, answer: Answer, listeners: Sequence[Listener]) -> Iterator[Fault]:
    """Yield that a database lets everybody in, when others than this machine can reach it."""
    port = answer.probe.port
    if any(item.port == port and item.is_everywhere for item in listeners):
        reason = f"It lets everybody in without a password, on port {port} of all addresses"
        yield Fault("open-without-password", reason, seen.name)


def _ports(seen: Seen, listeners: Sequence[Listener]) -> Iterator[Fault]:
    declared = seen.declared
    if declared is None or not listeners:
        return
    published = _published(seen)
    for port in declared.ports:
        there = [item for item in listeners if (item.port, item.protocol) == (port.number, port.protocol)]
        if seen.state in UP and not there and port.number not in published:
            yield Fault("port-not-listening", f"It runs, and nothing listens on its {_named(port)}", seen.name)
        elif seen.state in {State.MISSING, State.STOPPED, State.FAILED} and there and _is_taken(seen, there):
            who = there[0].program or "another program"
            yield Fault("port-taken", f"It does not run, and `{who}` listens on its {_named(port)}", seen.name)
    if declared.ports and seen.state in UP:
        known = {port.number for port in declared.ports} | {port.inner for port in declared.ports}
        yield from _undeclared(seen, known)


def _undeclared(seen: Seen, known: set[int | None]) -> Iterator[Fault]:
    # Inside a container's own network its ports are nobody else's.
    is_apart = seen.container is not None and seen.container.facts.get("network_mode") != "host"
    for item in () if is_apart else seen.listening:
        if item.port not in known and item.protocol == "tcp":
            reason = f"It listens on {item.protocol} port {item.port} of {item.address}, which is not declared"
            yield Fault("port-undeclared", reason, seen.name)


def _published(seen: Seen) -> set[int]:
    ports = seen.container.facts.get("ports", ()) if seen.container else ()
    return {port["port"] for port in ports}


def _is_taken(seen: Seen, there: Sequence[Listener]) -> bool:
    numbers = {process.pid for process in seen.processes}
    return any(item.pid is not None and item.pid not in numbers and item.program not in PROXIES for item in there)


def _named(port: Port) -> str:
    return f"{port.protocol} port {port.number}"


def _risks(seen: Seen) -> Iterator[Fault]:
    declared = list(seen.declared.risks) if seen.declared else []
    running = [Fault(it.kind, it.reason, f"{seen.name}, {it.where}") for it in _of_container(seen)]
    # What is seen at the running container needs no second finding for its declaration.
    kinds = {fault.kind for fault in running}
    yield from running
    yield from (fault for fault in declared if fault.kind not in kinds)


def _of_container(seen: Seen) -> Iterator[Fault]:
    return container_risks(seen.container.facts) if seen.container else iter(())


def _memory(seen: Seen, usage: Mapping[str, Any]) -> Iterator[Fault]:
    used, limit = usage.get("memory_bytes"), usage.get("memory_limit_bytes")
    if used and limit and used > _NEAR_LIMIT * limit:
        yield Fault("memory-near-limit", f"It uses {100 * used // limit} % of the memory it may use", seen.name)
    killed = seen.processes[0].memory.killed if seen.processes and seen.processes[0].memory else None
    yield from full_disks(usage.get("disks", ()), seen.name)
    own = seen.container is not None or seen.unit is not None
    if own and killed:
        yield Fault("memory-exhausted", f"The kernel has ended {killed} of its processes for want of memory", seen.name)


def conflicts(services: Mapping[str, Declared]) -> dict[str, list[Fault]]:
    """Return, by service, which of its ports another service declares too on the same address."""
    users: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for service in services.values():
        for port in service.ports:
            users.setdefault((port.number, port.protocol), []).append((service.name, port.host))
    found: dict[str, list[Fault]] = {}
    for (number, protocol), names in users.items():
        for name, host in names:
            others = sorted({other for other, at in names if other != name and _overlap(host, at)})
            if others:
                quoted = ", ".join(f"`{other}`" for other in others[:5])
                reason = f"Its {protocol} port {number} is declared by {quoted} too"
                found.setdefault(name, []).append(Fault("port-conflict", reason, name))
    return found


def _overlap(first: str, second: str) -> bool:
    everywhere = {"", "0.0.0.0", "::"}  # noqa: S104 (compared)
    return first == second or first in everywhere or second in everywhere
