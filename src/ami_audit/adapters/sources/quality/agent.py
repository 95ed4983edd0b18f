"""What ami-agent found: its reports and its cache are read; it runs only when that is asked for."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.quality import agent_cache, agent_reports, reading
from ami_audit.adapters.sources.quality.child import Child
from ami_audit.adapters.sources.quality.findings import failed, finding, missing, too_slow
from ami_audit.adapters.sources.quality.program import find
from ami_audit.adapters.sources.quality.running import Batch, checked_drafts, run_draft
from ami_audit.adapters.sources.quality.tool import Workshop, sorted_counts
from ami_audit.adapters.sources.quality.violation import Checked, Drafter
from ami_audit.domain.finding import AuditFinding

NAME = "ami-agent"
_REPORTS = Path("docs", "audit")
_CACHE = Path(".cache", "audit")
_HEX = frozenset("0123456789abcdef")
_LONGEST_PATH = 4_096
_MOST_TOLD = 100
_NOT_DONE = {"error", "failed", "timeout"}


class _OutsideError(ValueError):
    """A result, or the file that it is about, is none of the audited place."""


class Agent:
    """What is there of ami-agent, in one run."""

    def __init__(self, workshop: Workshop, *, source: str) -> None:
        """Args: `source` is the drafts' source."""
        self._workshop = workshop
        self._place = workshop.place
        self._source = source
        self._drafter = Drafter(source, NAME, version="", root=self._place.root)
        self._facts: dict[str, Any] = {"reports": 0, "cached": 0}
        self._findings: list[AuditFinding] = []
        self._failed = False

    def drafts(self) -> Iterator[Batch]:
        """Yield what the agent has left, and last what that was; nothing when there is nothing and none was asked."""
        if self._workshop.options.run_ami_agent:
            yield from self._run()
        yield from checked_drafts(self._checked(), self._drafter)
        if self._workshop.options.run_ami_agent or self._drafter.files or self._findings:
            context = {
                **self._facts,
                "tool": NAME,
                "version": "",
                "files": self._drafter.files,
                "violations": self._drafter.count,
                "rules": sorted_counts(self._drafter.rules),
            }
            yield [run_draft(self._place, context, source=self._source, findings=self._findings, failed=self._failed)]

    def _run(self) -> Iterator[Batch]:
        program = find(NAME, self._place, of_project=self._workshop.options.project_tools)
        if program is None:
            self._failed = True
            self._findings.append(missing(NAME, install="Put `ami-agent` on the PATH, or leave `--ami-agent` out."))
            return
        place, timeout_s = self._place, self._workshop.options.tool_timeout_s
        folder = place.target if place.target.is_dir() else place.target.parent
        command = [program.path, "--audit", str(folder)]
        # It drives a model, so it needs the user's own environment.
        child = Child(command, cwd=place.root, environment=dict(os.environ), folder=self._workshop.folder, name=NAME)
        try:
            code = yield from child.waited(timeout_s)
            self._facts |= {
                "command": [program.path, "--audit", place.named],
                "exit": code,
                "seconds": round(child.seconds, 3),
            }
            if code is None or code not in {0, 1}:
                self._failed = True
                fault = too_slow(NAME, timeout_s) if code is None else failed(NAME, code, child.complaint())
                self._findings.append(fault)
        finally:
            child.close()

    def _checked(self) -> Iterator[Checked]:
        for folder in self._place.folders():
            for place, read in ((folder / _REPORTS, self._reported), (folder / _CACHE, self._cached)):
                try:
                    if place.is_dir():
                        self._check_inside(place)
                        yield from read(place, folder)
                except (OSError, _OutsideError) as error:
                    self._unreadable(place, error)

    def _reported(self, folder: Path, base: Path) -> Iterator[Checked]:
        for path in agent_reports.reports_below(folder):
            try:
                report = agent_reports.read(path, self._place.root)
                target = self._target(report.path, base)
            except (OSError, ValueError) as error:
                self._unreadable(path, error)
                continue
            if not self._is_wanted(target):
                continue
            self._facts["reports"] += 1
            facts: dict[str, Any] = {
                "origin": self._place.relative(str(path)),
                "status": agent_cache.name(report.status),
                "audited_at": agent_cache.name(report.audited_at),
                "zone": "none is named; taken as UTC",
            }
            if report.execution_s is not None:
                facts["execution_s"] = report.execution_s
            facts |= agent_cache.remarked(report.remarks)
            if report.counted is not None:
                facts["counted"] = report.counted
            yield Checked(
                target,
                [it._replace(message=agent_cache.text(it.message)) for it in report.broken],
                facts,
                findings=_unfinished(facts["status"], target),
                timestamp=agent_reports.moment(report.audited_at),
            )

    def _cached(self, folder: Path, base: Path) -> Iterator[Checked]:
        for path in sorted(folder.glob("*.json")):
            if len(path.stem) != 16 or not _HEX.issuperset(path.stem):
                continue
            try:
                entry = agent_cache.read(path, self._place.root)
                target = self._target(entry.path, base)
            except (OSError, ValueError, TypeError) as error:
                self._unreadable(path, error)
                continue
            if self._is_wanted(target):
                self._facts["cached"] += 1
                facts = {**entry.facts, "origin": self._place.relative(str(path))}
                yield Checked(target, entry.broken, facts, findings=_unfinished(facts["status"], target))

    def _target(self, path: str, base: Path) -> str:
        """Return the file that a result is about, as records name it.

        Raises:
            _OutsideError: It leads out of the place.
        """
        if len(path) > _LONGEST_PATH or "\0" in path:
            raise ValueError("it names no file")
        self._check_inside(base / path)
        return self._place.relative(path, folder=base)

    def _check_inside(self, path: Path) -> None:
        root = self._place.root
        if not Path(os.path.normpath(path)).is_relative_to(root) or reading.leaves(path, root):
            raise _OutsideError("it leads out of the audited place")

    def _is_wanted(self, path: str) -> bool:
        named = self._place.named
        return named in {".", path} or path.startswith(f"{named}/")

    def _unreadable(self, path: Path, error: Exception) -> None:
        where = self._place.relative(str(path))
        if len(self._findings) >= _MOST_TOLD:
            return
        kind = "ami-agent-outside" if isinstance(error, _OutsideError) else "output-unreadable"
        told = f"This result of ami-agent cannot be read: {' '.join(str(error).split())[:200]}."
        self._findings.append(finding(kind, told, where=where))


def _unfinished(status: str, target: str) -> tuple[AuditFinding, ...]:
    if status.lower() not in _NOT_DONE or status == "FAIL":
        return ()
    return (finding("file-unchecked", f"Ami-agent did not come to an end with it: {status}.", where=target),)
