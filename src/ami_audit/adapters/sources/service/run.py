"""One look at the services of a place."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from ami_audit.adapters.sources.service.choosing import Choice, choose
from ami_audit.adapters.sources.service.containers import Asker, Usage
from ami_audit.adapters.sources.service.declared import Fault
from ami_audit.adapters.sources.service.drafts import (
    host_draft,
    manifest_draft,
    process_draft,
    profile_draft,
    service_draft,
)
from ami_audit.adapters.sources.service.health import Answer, Settings, ask_all
from ami_audit.adapters.sources.service.host import host_facts, host_name
from ami_audit.adapters.sources.service.judging import conflicts, judged
from ami_audit.adapters.sources.service.logs import Logs, LogTeller
from ami_audit.adapters.sources.service.manifests import Catalogue, read_catalogue
from ami_audit.adapters.sources.service.matching import Seen
from ami_audit.adapters.sources.service.processes import cpu_percent
from ami_audit.adapters.sources.service.usage import usage_of
from ami_audit.adapters.sources.service.work import Job, Work
from ami_audit.adapters.sources.service.world import World, far_usage, look
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.log_reader import LogReader
from ami_audit.ports.progress import Progress

# Over how long a processor's share is measured at least.
_INTERVAL_S = 0.5
_BATCH = 256
# What bounds a step although each wait in it is bounded: many services, slow engines.
_LONGEST_S = 300.0


class Run:
    """Looks once; `batches` is what the source streams."""

    def __init__(
        self,
        work: Work,
        root: Path,
        options: AuditOptions,
        *,
        names: Sequence[str],
        reader: LogReader | None,
        progress: Progress,
    ) -> None:
        """Args: `names` are the services and profiles that are meant; none means all."""
        self._work = work
        self._root = root
        self._options = options
        self._names = names
        self._reader = reader
        self._progress = progress
        self._asker = Asker(work, os.environ, timeout_s=options.timeout_s)

    def batches(self) -> Iterator[Sequence[AuditDraft]]:
        """Yield all batches of drafts; empty ones while something is waited for."""
        catalogue = read_catalogue(self._root, self._options.manifests, environment=os.environ)
        self._progress.step("manifests", done=len(catalogue.manifests))
        units = sorted(
            {service.unit for service in catalogue.services.values() if service.unit} | set(self._asked_units())
        )
        looking = self._work.start(lambda: look(self._work, self._asker, units, timeout_s=self._options.timeout_s))
        yield from self._turns(looking)
        world = _result(looking)
        choice = choose(catalogue, world, self._root, names=self._names, whole_machine=self._options.include_host)
        if not self._names:
            yield [manifest_draft(manifest) for manifest in catalogue.manifests]
        yield from self._services(catalogue, world, choice)

    def _asked_units(self) -> list[str]:
        if self._options.include_host:
            return ["*.service"]
        return [name if "." in name else f"{name}.service" for name in self._names]

    def _turns(self, job: Job[Any]) -> Iterator[Sequence[AuditDraft]]:
        for _ in self._work.turns(job, most_s=_LONGEST_S):
            yield ()

    def _services(self, catalogue: Catalogue, world: World, choice: Choice) -> Iterator[Sequence[AuditDraft]]:
        asking = self._work.start(lambda: self._ask(choice))
        reading = self._work.start(lambda: self._read_logs(choice))
        using = self._work.start(lambda: self._use(world, choice))
        for job in (asking, reading, using):
            yield from self._turns(job)
        answers, logs, (shares, far) = _result(asking), _result(reading), _result(using)
        clashes = conflicts(catalogue.services)
        drafts: dict[str, AuditDraft] = {}
        for done, seen in enumerate(choice.seen, 1):
            drafts[seen.name] = self._service(
                seen,
                world,
                [answers[probe] for probe in _probes(seen) if probe in answers],
                clashes=clashes.get(seen.name, []),
                log=logs.get(seen.name),
                usage=usage_of(seen, shares, far),
                shares=shares,
            )
            self._progress.step("services", done=done, total=len(choice.seen))
            yield [drafts[seen.name]]
        yield [
            profile_draft(profile, [drafts[name] for name in members if name in drafts], unknown)
            for profile, members, unknown in choice.profiles
        ]
        if self._options.include_host:
            facts, faults = host_facts(world, root=str(self._root))
            yield [host_draft(host_name(), facts, faults)]
        if self._options.include_processes:
            yield from _processes(world, shares)

    def _service(
        self,
        seen: Seen,
        world: World,
        answers: Sequence[Answer],
        *,
        clashes: Sequence[Fault],
        log: Logs | None,
        usage: dict[str, Any],
        shares: dict[int, float],
    ) -> AuditDraft:
        faults = [*judged(seen, answers, world.listeners, usage=usage), *clashes, *(log.faults if log else ())]
        return service_draft(seen, answers, faults, usage=usage, shares=shares, logs=log.facts if log else None)

    def _ask(self, choice: Choice) -> dict[Any, Answer]:
        if not self._options.include_health:
            return {}
        settings = Settings(
            root=self._root,
            timeout_s=self._options.timeout_s,
            run_commands=self._options.run_commands,
            remote=self._options.remote,
            environment=os.environ,
        )
        return ask_all(self._work, [probe for seen in choice.seen for probe in _probes(seen)], settings)

    def _read_logs(self, choice: Choice) -> dict[str, Logs]:
        if not self._options.include_logs:
            return {}
        if self._reader is None:
            return {
                seen.name: Logs(None, (Fault("logs-unread", "No reader of logs is at hand", seen.name),))
                for seen in choice.seen
            }
        teller = LogTeller(self._work, self._asker, self._reader, root=self._root, options=self._options)
        jobs = {seen.name: self._work.start(lambda seen=seen: teller.of(seen)) for seen in choice.seen}  # type: ignore[misc]
        found: dict[str, Logs] = {}
        for name, job in jobs.items():
            while not job.wait(0.05) and not self._work.stopped.is_set():
                pass
            reason = f"Its log is not read: {job.error}"
            found[name] = job.result or Logs(None, (Fault("logs-unread", reason, name),))
        return found

    def _use(self, world: World, choice: Choice) -> tuple[dict[int, float], dict[str, Usage]]:
        """Return what was used between the first look and now, over an interval that is long enough to tell."""
        numbers = {process.pid for seen in choice.seen for process in seen.processes}
        if self._options.include_processes:
            numbers |= set(world.processes)
        far = [seen.container for seen in choice.seen if seen.container and seen.container.pid and not seen.processes]
        if not numbers and not far:
            return {}, {}
        self._work.stopped.wait(max(0.0, _INTERVAL_S - (monotonic() - world.seen_at)))
        shares = cpu_percent(world.processes, sorted(numbers)) if numbers else {}
        return shares, far_usage(self._work, self._asker, far)


def _result(job: Job[Any]) -> Any:
    if job.error is not None:
        raise job.error
    if not job.done:
        raise TimeoutError(f"no end after {_LONGEST_S:g} s")
    return job.result


def _probes(seen: Seen) -> Sequence[Any]:
    return [] if seen.declared is None else seen.declared.probes


def _processes(world: World, shares: dict[int, float]) -> Iterator[Sequence[AuditDraft]]:
    ordered = [world.processes[number] for number in sorted(world.processes)]
    for start in range(0, len(ordered), _BATCH):
        yield [process_draft(process, shares.get(process.pid)) for process in ordered[start : start + _BATCH]]
