"""What is said about a file that is odd, or could not be fully known."""

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
    "attributes-unread": _Words(
        AuditSeverity.WARNING, "Not all its extended attributes are known", "Run the audit as a user who may read them."
    ),
    "attributes-omitted": _Words(
        AuditSeverity.WARNING, "It has more extended attributes than are told", "Look at them: `getfattr -d -m -`."
    ),
    "acl-broken": _Words(
        AuditSeverity.WARNING, "Its access control list cannot be read", "Set it anew: `setfacl`, or `setfacl -b`."
    ),
    "capabilities-broken": _Words(
        AuditSeverity.WARNING, "Its capabilities cannot be read", "Set them anew: `setcap`, or `setcap -r`."
    ),
    "capabilities": _Words(
        AuditSeverity.WARNING, "It grants capabilities to whoever runs it", "Check that it must: `getcap`, `setcap -r`."
    ),
    "setuid": _Words(
        AuditSeverity.WARNING, "It runs as its owner, whoever runs it", "Check that it must; else `chmod u-s`."
    ),
    "setgid": _Words(
        AuditSeverity.WARNING, "It runs with its group, whoever runs it", "Check that it must; else `chmod g-s`."
    ),
    "privileged-writable": _Words(
        AuditSeverity.ERROR, "It runs as another, and not only its owner may rewrite it", "Take it away: `chmod go-w`."
    ),
    "world-writable": _Words(
        AuditSeverity.WARNING, "Everybody may write to it", "Take it away: `chmod o-w`; a shared folder: `chmod +t`."
    ),
    "archive-unsafe-path": _Words(
        AuditSeverity.WARNING,
        "Unpacking it may write outside of its folder",
        "Do not unpack it before it is looked at.",
    ),
    "archive-unsafe-link": _Words(
        AuditSeverity.WARNING, "Its link leads out of the archive", "Do not unpack it before it is looked at."
    ),
    "archive-device": _Words(
        AuditSeverity.WARNING, "Unpacking it as root makes a device", "Do not unpack it before it is looked at."
    ),
    "archive-privileged": _Words(
        AuditSeverity.WARNING, "Unpacked as root it runs as another", "Unpack it without its rights."
    ),
    "archive-duplicate": _Words(
        AuditSeverity.WARNING, "Which of two members is used differs between programs", "Ask who made the archive."
    ),
    "archive-encrypted": _Words(AuditSeverity.INFO, "Its content has no hash", None),
    "archive-damaged": _Words(
        AuditSeverity.WARNING, "Not all of the archive could be read", "Get it anew from where it came from."
    ),
    "archive-bomb": _Words(
        AuditSeverity.ERROR, "It unpacks to far more than it is", "Do not unpack it before it is looked at."
    ),
    "archive-limited": _Words(
        AuditSeverity.WARNING, "Not all of the archive was looked at", "Look at the rest by hand."
    ),
    "archive-unread": _Words(
        AuditSeverity.WARNING, "The archive was not looked into", "Mend what is said, and audit again."
    ),
}

# What these say, everything that was asked for is known in spite of.
_COMPLETE = {
    "time-out-of-range",
    "attributes-omitted",
    "acl-broken",
    "capabilities-broken",
    "capabilities",
    "setuid",
    "setgid",
    "privileged-writable",
    "world-writable",
    "archive-unsafe-path",
    "archive-unsafe-link",
    "archive-device",
    "archive-privileged",
    "archive-duplicate",
}


def is_gap(kind: str) -> bool:
    """Return whether a fault means that something which was asked for is not known."""
    return kind not in _COMPLETE


def finding(target: str, kind: str, reason: str) -> AuditFinding:
    """Return the finding for one thing that is odd or could not be known about `target`.

    Args:
        target: The file's path, as its record names it.
        kind: One of the faults of a scan: `unreadable`.
        reason: What the operating system said, `permission denied`, or what was seen, `mode 4755`.
    """
    severity, description, recommendation = _WORDS[kind]
    return AuditFinding(
        finding_type=f"file.{kind}",
        severity=severity,
        description=f"{description}: {reason}.",
        location=target,
        recommendation=recommendation,
    )
