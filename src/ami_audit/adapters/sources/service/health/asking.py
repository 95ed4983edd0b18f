"""Asks all services at once, each within its time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from ami_audit.adapters.sources.service.declared import Probe
from ami_audit.adapters.sources.service.health.answer import Answer, Said, Unwell, Verdict
from ami_audit.adapters.sources.service.health.commands import ask_command
from ami_audit.adapters.sources.service.health.connecting import Address, addresses_of, is_loopback
from ami_audit.adapters.sources.service.health.databases import ask_postgres, ask_redis
from ami_audit.adapters.sources.service.health.web import ask_dgraph, ask_http, ask_https
from ami_audit.adapters.sources.service.work import Work

_AT_ONCE = 64
_TURN_S = 0.05
_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How services are asked.

    Attributes:
        timeout_s: For a probe whose manifest says nothing.
        run_commands: Commands that manifests name may be run.
        remote: Hosts other than this machine may be asked.
        root: Where commands run.
        environment: The user's: credentials come from it, never from a manifest.
    """

    root: Path
    timeout_s: float = 5.0
    run_commands: bool = False
    remote: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


def ask_all(work: Work, probes: Sequence[Probe], settings: Settings) -> dict[Probe, Answer]:
    """Return the answer to each probe; none takes longer than its time, and all are asked at once.

    Runs a loop of its own: call it in a thread. It ends early when the work is closed.
    """
    wanted = list(dict.fromkeys(probes))
    return asyncio.run(_all(work, wanted, settings))


async def _all(work: Work, probes: list[Probe], settings: Settings) -> dict[Probe, Answer]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(probe: Probe) -> Answer:
        async with turns:
            return await _ask(work, probe, settings)

    tasks = [asyncio.create_task(one(probe)) for probe in probes]
    pending = set(tasks)
    while pending and not work.stopped.is_set():
        _, pending = await asyncio.wait(pending, timeout=_TURN_S)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    return {probe: task.result() for probe, task in zip(probes, tasks, strict=True) if not task.cancelled()}


async def _ask(work: Work, probe: Probe, settings: Settings) -> Answer:
    timeout_s = min(probe.timeout_s or settings.timeout_s, _LONGEST_S)
    began = perf_counter()
    try:
        async with asyncio.timeout(timeout_s):
            return await _asked(work, probe, settings, timeout_s=timeout_s)
    except TimeoutError:
        detail = f"no answer within {timeout_s:g} s"
        return Answer(probe=probe, verdict=Verdict.TIMED_OUT, detail=detail, latency_ms=1000 * (perf_counter() - began))


async def _asked(work: Work, probe: Probe, settings: Settings, *, timeout_s: float) -> Answer:
    if probe.kind == "command":
        if not settings.run_commands:
            detail = "a program that the manifest names is run only with --run-commands"
            return Answer(probe=probe, verdict=Verdict.NOT_ASKED, detail=detail)
        return await _judged(probe, lambda: ask_command(work, probe, settings.root, timeout_s=timeout_s))
    try:
        addresses = await addresses_of(probe.host, probe.port)
    except (OSError, ValueError) as error:
        return Answer(probe=probe, verdict=Verdict.FAILED, detail=f"the host's name is not known: {_said(error)}")
    if not settings.remote and not all(is_loopback(address) for address in addresses):
        detail = f"{probe.host} is not this machine; it is asked only with --remote"
        return Answer(probe=probe, verdict=Verdict.NOT_ASKED, detail=detail)
    return await _one_of(probe, addresses, settings)


async def _one_of(probe: Probe, addresses: list[Address], settings: Settings) -> Answer:
    """Ask at one address after the other: a service may listen on IPv4 and not on IPv6."""
    answer = Answer(probe=probe, verdict=Verdict.FAILED, detail="the host has no address")
    for address in addresses:
        answer = await _judged(probe, lambda address=address: _by_kind(probe, address, settings))  # type: ignore[misc]
        if answer.verdict is Verdict.OK or answer.facts or not answer.detail.startswith("not connected"):
            return answer
    return answer


def _by_kind(probe: Probe, address: Address, settings: Settings) -> Awaitable[Said]:
    match probe.kind:
        case "http":
            return ask_http(address, probe)
        case "https":
            return ask_https(address, probe)
        case "postgres":
            return ask_postgres(address, settings.environment)
        case "redis":
            return ask_redis(address, settings.environment)
        case "dgraph":
            return ask_dgraph(address, probe)
        case _:
            return _ask_tcp(address)


async def _ask_tcp(address: Address) -> Said:
    _, writer = await address.connected()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return Said("it accepts connections")


async def _judged(probe: Probe, ask: Callable[[], Awaitable[Said]]) -> Answer:
    began = perf_counter()
    try:
        said = await ask()
    except Unwell as error:
        return Answer(
            probe=probe,
            verdict=Verdict.FAILED,
            detail=error.detail,
            latency_ms=1000 * (perf_counter() - began),
            facts=error.facts,
            faults=error.faults,
        )
    except (OSError, EOFError, ValueError, OverflowError, RecursionError) as error:
        return Answer(probe=probe, verdict=Verdict.FAILED, detail=_said(error))
    latency_ms = 1000 * (perf_counter() - began)
    return Answer(
        probe=probe, verdict=Verdict.OK, detail=said.detail, latency_ms=latency_ms, facts=said.facts, faults=said.faults
    )


def _said(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "not connected: nothing listens there"
    if isinstance(error, ConnectionResetError | BrokenPipeError | EOFError):
        return "it closed the connection without an answer"
    if isinstance(error, OSError):
        return f"not connected: {(error.strerror or str(error)).lower()}"
    return str(error) or type(error).__name__
