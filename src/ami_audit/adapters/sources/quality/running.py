"""One tool's run from its start to its records."""

from collections.abc import Iterator, Mapping, Sequence
from time import monotonic
from typing import Any

from ami_audit.adapters.sources.quality import findings
from ami_audit.adapters.sources.quality.child import Child
from ami_audit.adapters.sources.quality.masking import masked
from ami_audit.adapters.sources.quality.place import Place
from ami_audit.adapters.sources.quality.program import Program, environment, find, version_of
from ami_audit.adapters.sources.quality.tool import GarbledError, Job, Tool, Workshop, sorted_counts, without
from ami_audit.adapters.sources.quality.violation import Checked, Drafter
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import ActorType, AuditTargetType, Outcome

ACTION = "quality.tool"
# How long reading what others have written keeps the caller from stopping the run.
_PATIENCE_S = 0.05
_BATCH = 64
_LONGEST_COMPLAINT = 1_000
_SETTINGS_REFUSED = 2

Batch = Sequence[AuditDraft]


class Running:
    """A tool that was started, or the reason why it was not; closing it ends the tool."""

    def __init__(self, tool: Tool, workshop: Workshop, *, source: str, has_files: bool) -> None:
        """Start the tool.

        Args:
            tool: Which.
            workshop: Where it works.
            source: The drafts' source.
            has_files: Whether the target holds anything for it; it is not started over nothing.
        """
        self._tool = tool
        self._workshop = workshop
        self._source = source
        self._has_files = has_files
        self._program = find(tool.program, workshop.place, of_project=workshop.options.project_tools)
        self._job: Job | None = None
        self._child: Child | None = None
        self._failure: AuditFinding | None = None
        if self._program is None:
            self._failure = findings.missing(tool.program)
        elif has_files:
            self._begin(self._program)

    def _begin(self, program: Program) -> None:
        try:
            self._start(program, self._tool.job(program, self._workshop))
        except ValueError as error:
            self._failure = findings.finding("tool-failed", f"`{self._tool.program}` cannot be started: {error}.")

    def _start(self, program: Program, job: Job) -> None:
        own = self._workshop.place if program.origin == "of the project" else None
        self._job = job
        try:
            self._child = Child(
                job.command,
                cwd=job.cwd,
                environment=environment(of_project=own),
                folder=self._workshop.folder,
                name=self._tool.name,
            )
        except OSError as error:
            self._failure = findings.finding("tool-failed", f"`{self._tool.program}` cannot be started: {error}.")

    def glance(self) -> None:
        """See whether the tool has ended, so that its time is known; end it when its time is over."""
        child = self._child
        if child is not None and child.wait(0) is None and child.seconds > self._workshop.options.tool_timeout_s:
            child.stop()

    def close(self) -> None:
        """End the tool, whatever it is doing."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def drafts(self) -> Iterator[Batch]:
        """Yield what the tool says of files, and last what became of its run; empty batches while it works."""
        code: int | None = None
        timeout_s = self._workshop.options.tool_timeout_s
        if self._child is not None:
            code = yield from self._child.waited(timeout_s)
            if code == _SETTINGS_REFUSED and self._start_again():
                code = yield from self._child.waited(timeout_s)
            if code is None or (code < 0 and self._child.seconds > timeout_s):
                self._failure = findings.too_slow(self._tool.name, timeout_s)
        # What hangs when it works is not asked what it is.
        program = self._program if self._failure is None else None
        version = version_of(program, self._tool.distribution) if program else ""
        drafter = Drafter(self._source, self._tool.name, version=version, root=self._workshop.place.root)
        if self._child is not None and self._job is not None and code is not None and self._failure is None:
            yield from self._read(self._child, self._job, code=code, drafter=drafter)
        yield [self._record(drafter, code)]

    def _start_again(self) -> bool:
        """Start the tool without the project's settings, if it can be; return whether it runs."""
        job, child, program = self._job, self._child, self._program
        if job is None or child is None or program is None or job.without_settings is None:
            return False
        complaint = child.complaint()[-_LONGEST_COMPLAINT:]
        child.close()
        again = job.without_settings
        again.findings.append(findings.settings_refused(self._tool.name, complaint))
        self._child = None
        self._start(program, again)
        return self._child is not None

    def _read(self, child: Child, job: Job, *, code: int, drafter: Drafter) -> Iterator[Batch]:
        complaint = child.complaint()
        if job.nothing_said and job.nothing_said in complaint:
            return
        if code not in job.ends_well | job.ends_early:
            self._failure = findings.failed(self._tool.name, code, complaint)
            return
        with child.output() as output:
            yield from self._told(job.read(output), drafter)
        if code in job.ends_early and self._failure is None:
            self._failure = _ended_early(self._tool.name, code, complaint, said_why=drafter.count > 0)

    def _told(self, told: Iterator[Checked], drafter: Drafter) -> Iterator[Batch]:
        held: list[AuditDraft] = []
        try:
            for checked in told:
                held += drafter.drafts(checked)
                if len(held) >= _BATCH:
                    yield held
                    held = []
        except GarbledError as error:
            self._failure = findings.garbled(self._tool.name, str(error))
        yield held

    def _record(self, drafter: Drafter, code: int | None) -> AuditDraft:
        job = self._job
        context: dict[str, Any] = {
            **(job.facts if job else {}),
            "tool": self._tool.name,
            "version": drafter.version,
            "files": drafter.files,
            "violations": drafter.count,
            "rules": sorted_counts(drafter.rules),
        }
        if not self._has_files:
            context["nothing"] = "no Python files"
        if self._program is not None:
            context |= {"program": self._program.path, "origin": self._program.origin}
        if self._child is not None and job is not None:
            context |= {
                "command": without(job.command, self._workshop.folder),
                "exit": code,
                "seconds": round(self._child.seconds, 3),
            }
            complaint = self._child.complaint().replace(str(self._workshop.folder), "<temporary>")
            if complaint:
                context["said"] = masked(complaint[-_LONGEST_COMPLAINT:])
        told = [*(job.findings if job else ()), *([self._failure] if self._failure else ())]
        return run_draft(
            self._workshop.place, context, source=self._source, findings=told, failed=self._failure is not None
        )


def run_draft(
    place: Place,
    context: Mapping[str, Any],
    *,
    source: str,
    findings: Sequence[AuditFinding] = (),
    failed: bool = False,
) -> AuditDraft:
    """Return the record of one tool's run; it is an event, recorded each time.

    Args:
        place: What was checked.
        context: What is known of the run; `tool` names the tool.
        source: The draft's source.
        findings: What could not be known.
        failed: The tool has not said what it should.
    """
    return AuditDraft(
        action=ACTION,
        target=place.named,
        target_type=AuditTargetType.QUALITY,
        source=source,
        actor=str(context["tool"]),
        actor_type=ActorType.SYSTEM,
        outcome=Outcome.FAILURE if failed else Outcome.SUCCESS,
        context=context,
        findings=tuple(findings),
    )


def _ended_early(tool: str, code: int, complaint: str, *, said_why: bool) -> AuditFinding:
    if not said_why:
        return findings.failed(tool, code, complaint)
    return findings.finding(
        "tool-stopped",
        f"`{tool}` stopped at what it says here and checked nothing else.",
        do="Mend that first, then audit again.",
    )


def checked_drafts(told: Iterator[Checked], drafter: Drafter) -> Iterator[Batch]:
    """Yield the drafts of what is told, some files at a time, the caller's turn coming often enough."""
    held: list[AuditDraft] = []
    last = monotonic()
    for checked in told:
        held += drafter.drafts(checked)
        if len(held) >= _BATCH or monotonic() - last > _PATIENCE_S:
            yield held
            held, last = [], monotonic()
    if held:
        yield held
