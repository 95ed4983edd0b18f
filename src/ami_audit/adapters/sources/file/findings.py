"""What is said about a file that could not be fully known."""

from typing import NamedTuple

from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity


class _Words(NamedTuple):
    severity: AuditSeverity
    description: str
    recommendation: str | None


_WORDS = {
    "vanished": _Words(AuditSeverity.INFO, "It was listed, and gone when it was looked at", None),
    "unreadable": _Words(
        AuditSeverity.WARNING, "It could not be opened", "Run the audit as a user who may read it, or leave it out."
    ),
    "replaced": _Words(
        AuditSeverity.WARNING, "Another thing stood under its name when it was opened", "Audit again while it is quiet."
    ),
    "changed-while-read": _Words(
        AuditSeverity.WARNING, "Its content has no hash", "Audit again while nothing writes to it."
    ),
    "read-failed": _Words(AuditSeverity.ERROR, "Reading it failed", "Check the disk or the file system that holds it."),
    "path-too-long": _Words(AuditSeverity.WARNING, "It was not entered", "Audit it from a directory further down."),
    "time-out-of-range": _Words(
        AuditSeverity.INFO, "Its time of change is not recorded", "Set its time of change to what it was."
    ),
}


def finding(target: str, kind: str, reason: str) -> AuditFinding:
    """Return the finding for one thing that could not be known about `target`.

    Args:
        target: The file's path, as its record names it.
        kind: One of the faults of a scan: `unreadable`.
        reason: What the operating system said: `permission denied`.
    """
    severity, description, recommendation = _WORDS[kind]
    return AuditFinding(
        finding_type=f"file.{kind}",
        severity=severity,
        description=f"{description}: {reason}.",
        location=target,
        recommendation=recommendation,
    )
