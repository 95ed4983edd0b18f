"""What ami-agent found: its reports and its cache are read; it runs only when that is asked for."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.quality import agent_reports
from ami_audit.adapters.sources.quality.agent_messages import Remark, split
from ami_audit.adapters.sources.quality.child import Child
from ami_audit.adapters.sources.quality.findings import failed, finding, missing, too_slow
from ami_audit.adapters.sources.quality.place import Place
from ami_audit.adapters.sources.quality.program import find
from ami_audit.adapters.sources.quality.running import Batch, checked_drafts, run_draft
from ami_audit.adapters.sources.quality.tool import Workshop, sorted_counts
from ami_audit.adapters.sources.quality.violation import Broken, Checked, Drafter
from ami_audit.domain.finding import AuditFinding

NAME = "ami-agent"
_REPORTS = Path("docs", "audit")
_CACHE = Path(".cache", "audit")
_HEX = frozenset("0123456789abcdef")
_MOST_BYTES = 4 << 20
_NOT_DONE = {"error", "failed", "timeout"}


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
                        yield from read(place, folder)
                except OSError as error:
                    self._unreadable(place, error)

    def _reported(self, folder: Path, base: Path) -> Iterator[Checked]:
        for path in agent_reports.reports_below(folder):
            try:
                report = agent_reports.read(path)
            except (OSError, ValueError) as error:
                self._unreadable(path, error)
                continue
            target = self._place.relative(report.path, folder=base)
            if not self._is_wanted(target):
                continue
            self._facts["reports"] += 1
            facts: dict[str, Any] = {
                "origin": self._place.relative(str(path)),
                "status": report.status,
                "audited_at": report.audited_at,
                "zone": "none is named; taken as UTC",
            }
            if report.execution_s is not None:
                facts["execution_s"] = report.execution_s
            if report.remarks:
                facts["remarks"] = list(report.remarks)
            if report.counted is not None:
                facts["counted"] = report.counted
            yield Checked(
                target,
                report.broken,
                facts,
                findings=_unfinished(report.status, target),
                timestamp=agent_reports.moment(report.audited_at),
            )

    def _cached(self, folder: Path, base: Path) -> Iterator[Checked]:
        for path in sorted(folder.glob("*.json")):
            if len(path.stem) != 16 or not _HEX.issuperset(path.stem):
                continue
            try:
                checked = _of_cache(path, self._place, base)
            except (OSError, ValueError, KeyError, TypeError) as error:
                self._unreadable(path, error)
                continue
            if self._is_wanted(checked.path):
                self._facts["cached"] += 1
                yield checked

    def _is_wanted(self, path: str) -> bool:
        named = self._place.named
        return named in {".", path} or path.startswith(f"{named}/")

    def _unreadable(self, path: Path, error: Exception) -> None:
        where = self._place.relative(str(path))
        told = f"This result of ami-agent cannot be read: {' '.join(str(error).split())[:200]}."
        self._findings.append(finding("output-unreadable", told, where=where))


def _of_cache(path: Path, place: Place, base: Path) -> Checked:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("it is larger than 4 MiB")
    said = json.loads(path.read_bytes())
    target = place.relative(str(said["file_path"]), folder=base)
    broken: list[Broken] = []
    remarks: list[str] = []
    for violation in said.get("violations") or []:
        severity = agent_reports.severity_of(str(violation.get("severity", "")))
        rule = str(violation.get("pattern_id") or agent_reports.RULE)
        line = violation.get("line")
        for part in split(str(violation.get("message", "")), line if isinstance(line, int) and line > 0 else 0):
            if isinstance(part, Remark):
                remarks.append(part.text)
            else:
                broken.append(Broken(rule, severity, part.message, part.line or None))
    facts: dict[str, Any] = {"origin": place.relative(str(path)), "status": str(said.get("status", ""))}
    if isinstance(said.get("execution_time"), int | float):
        facts["execution_s"] = said["execution_time"]
    if remarks:
        facts["remarks"] = remarks
    return Checked(target, broken, facts, findings=_unfinished(facts["status"], target))


def _unfinished(status: str, target: str) -> tuple[AuditFinding, ...]:
    if status.lower() not in _NOT_DONE or status == "FAIL":
        return ()
    return (finding("file-unchecked", f"Ami-agent did not come to an end with it: {status}.", where=target),)
