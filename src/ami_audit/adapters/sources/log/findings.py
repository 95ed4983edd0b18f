"""What is said about logs that could not be fully read, and about what stands out in them."""

from ami_audit.adapters.sources.log.values import said
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.log_bursts import Burst
from ami_audit.domain.log_chain import ChainFault
from ami_audit.domain.text import one_line
from ami_audit.ports.log_reader import LogSummary

_LONGEST = 400
_FAULTS = {
    "unreadable": (AuditSeverity.WARNING, "It could not be opened", "Run the audit as a user who may read it."),
    "not-a-file": (AuditSeverity.INFO, "It is no file that can be read", None),
    "truncated": (AuditSeverity.WARNING, "Its end is missing; what came before it was read", None),
    "damaged": (AuditSeverity.ERROR, "It is damaged; what came before that was read", "Compare it with a backup."),
    "changed-while-read": (AuditSeverity.INFO, "It was written to while it was read", None),
    "binary": (AuditSeverity.INFO, "It holds no lines of text", "Leave it out, or read a journal with `--journal`."),
}
_OTHER = (AuditSeverity.WARNING, "It could not be read in full", None)


def fault(target: str, kind: str, reason: str) -> AuditFinding:
    """Return the finding for one thing that kept a file from being read.

    Args:
        target: The file, as its record names it.
        kind: One of the faults of a reader: `unreadable`.
        reason: What the operating system said.
    """
    severity, description, recommendation = _FAULTS.get(kind, _OTHER)
    return AuditFinding(
        finding_type=f"log.{kind}",
        severity=severity,
        description=f"{description}: {one_line(reason)}.",
        location=target,
        recommendation=recommendation,
    )


def unparsed(target: str, summary: LogSummary) -> AuditFinding:
    """Return the finding for lines that look like a format and break it."""
    line, why = summary.samples[0][:2] if summary.samples else (0, "")
    first = f"; the first is line {line}: {one_line(why)}" if line else ""
    is_much = summary.unparsed * 2 > max(1, summary.lines)
    return AuditFinding(
        finding_type="log.unparsed",
        severity=AuditSeverity.WARNING if is_much else AuditSeverity.INFO,
        description=f"{summary.unparsed} of {summary.lines} lines could not be understood in full{first}.",
        location=f"{target}:{line}" if line else target,
    )


def burst(target: str, found: Burst, *, bucket_s: int, start: str, end: str, mostly: str) -> AuditFinding:
    """Return the finding for errors that came much more often than else."""
    what = "warnings" if found.is_warnings else "errors"
    often = f"; mostly: {one_line(said(mostly, _LONGEST))}" if mostly else ""
    usual = f"{found.usual:.1f}" if found.usual >= 0.05 else "none"
    return AuditFinding(
        finding_type="log.burst",
        severity=AuditSeverity.WARNING,
        description=(
            f"{found.errors} {what} between {start} and {end}, at most {found.peak} in {bucket_s} s, "
            f"where {usual} is usual{often}."
        ),
        location=target,
    )


def backwards(target: str, count: int) -> AuditFinding:
    """Return the finding for times that run backwards: a clock that was set, or lines put in later."""
    times = "once" if count == 1 else f"{count} times"
    return AuditFinding(
        finding_type="log.time-backwards",
        severity=AuditSeverity.INFO,
        description=f"Time runs backwards {times} by more than a second.",
        location=target,
    )


def chain_fault(target: str, found: ChainFault) -> AuditFinding:
    """Return the finding for a check of a foreign chain that failed."""
    hashes = ""
    if found.expected and found.found:
        hashes = f" (expected {found.expected[:16]}…, found {one_line(found.found[:16])}…)"
    return AuditFinding(
        finding_type=f"log.chain-{found.check}",
        severity=AuditSeverity.WARNING if found.check == "cut-off" else AuditSeverity.ERROR,
        description=f"Line {found.line} {one_line(found.what)}{hashes}.",
        location=f"{target}:{found.line}",
        recommendation="Compare the file with a copy that was kept elsewhere.",
        metadata={"check": found.check, "expected": found.expected, "found": one_line(found.found)},
    )


def nothing(target: str) -> AuditFinding:
    """Return the finding for a place without logs."""
    return AuditFinding(
        finding_type="log.nothing-found",
        severity=AuditSeverity.INFO,
        description=f"No log lies in `{one_line(target)}`.",
        location=target,
    )


def refused(target: str, reason: str) -> AuditFinding:
    """Return the finding for a folder that could not be looked into."""
    return AuditFinding(
        finding_type="log.unreadable",
        severity=AuditSeverity.WARNING,
        description=f"It was not entered: {one_line(reason)}.",
        location=target,
        recommendation="Run the audit as a user who may read it.",
    )


def journal(target: str, trouble: str) -> AuditFinding:
    """Return the finding for a journal that could not be exported in full."""
    return AuditFinding(
        finding_type="log.journal-unreadable",
        severity=AuditSeverity.WARNING,
        description=f"The journal `{one_line(target)}` could not be read in full: {one_line(trouble)}.",
        location=target,
        recommendation="Run the audit as a user of the group `systemd-journal`.",
    )


def overflow(target: str, count: int) -> AuditFinding:
    """Return the finding for events that are counted by level only: they say too many different things."""
    return AuditFinding(
        finding_type="log.too-many-templates",
        severity=AuditSeverity.WARNING,
        description=f"{count} events say too many different things to be told by kind.",
        location=target,
        recommendation="Audit fewer files at a time, or ask with `--level` for fewer events.",
    )
