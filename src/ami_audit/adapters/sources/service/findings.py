"""What is said of a service that is not as it should be."""

from typing import Any, NamedTuple

from ami_audit.adapters.sources.service.declared import Fault
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.text import one_line, readable_path

_LONGEST = 1_000


class _Words(NamedTuple):
    severity: AuditSeverity
    recommendation: str | None


_INFO, _WARNING, _ERROR, _CRITICAL = (
    AuditSeverity.INFO,
    AuditSeverity.WARNING,
    AuditSeverity.ERROR,
    AuditSeverity.CRITICAL,
)
_MEND = "Mend the manifest; what it says there was not used."
_WORDS = {
    "not-running": _Words(_WARNING, "Start it, or take it out of the manifest."),
    "stopped": _Words(_ERROR, "Read its log (`--logs`), mend the cause, start it."),
    "failed": _Words(_ERROR, "Read its log (`--logs`), mend the cause, start it."),
    "restarting": _Words(_ERROR, "It ends again and again: read its log (`--logs`)."),
    "restarted": _Words(_WARNING, "It has ended unasked before: read its log (`--logs`)."),
    "paused": _Words(_WARNING, "Let it go on, or stop it."),
    "unhealthy": _Words(_ERROR, "Read what its health check says and its log (`--logs`)."),
    "state-unknown": _Words(_INFO, "Make what is named reachable, then audit again."),
    "engine-unreachable": _Words(_WARNING, "Start the engine, or audit as a user who may talk to it."),
    "library-missing": _Words(_WARNING, "Install `ami-audit[docker]`, then audit again."),
    "health-failed": _Words(_ERROR, "Look at the service and at its log (`--logs`)."),
    "health-timed-out": _Words(_ERROR, "It hangs or is overloaded: look at its log (`--logs`) and at the machine."),
    "health-not-asked": _Words(_INFO, None),
    "certificate-expired": _Words(_CRITICAL, "Renew it now."),
    "certificate-expiring": _Words(_WARNING, "Renew it before that day."),
    "certificate-not-yet-valid": _Words(_ERROR, "Check the clocks, or wait until it is valid."),
    "certificate-wrong-host": _Words(_ERROR, "Have a certificate made for the name that clients use."),
    "certificate-untrusted": _Words(
        _WARNING, "Have it signed by an authority that clients trust, or add that authority to this machine."
    ),
    "open-without-password": _Words(_ERROR, "Set a password, or let it listen on loopback only."),
    "privileged": _Words(_ERROR, "Run it without `privileged`; give it the single capabilities it needs."),
    "docker-socket": _Words(
        _ERROR, "Who has that socket is root on the machine: take the mount away, or put a filter before it."
    ),
    "host-network": _Words(_WARNING, "Publish the ports it needs instead."),
    "host-processes": _Words(_WARNING, "Give it a process namespace of its own."),
    "host-memory": _Words(_WARNING, "Give it an IPC namespace of its own."),
    "host-files": _Words(_ERROR, "Mount only the folders it needs, read-only where that is enough."),
    "capabilities": _Words(_WARNING, "Take away what it does not need."),
    "image-unpinned": _Words(_INFO, "Name the image with its digest, so that what runs can be told later."),
    "secret-in-manifest": _Words(_WARNING, "Keep it outside the repository, refer to it, and change it."),
    "empty-password": _Words(_ERROR, "Set a password."),
    "port-not-listening": _Words(_WARNING, "Start what should listen there, or mend the manifest."),
    "port-undeclared": _Words(_INFO, "Declare the port, or close it."),
    "port-conflict": _Words(_ERROR, "Give one of them another port."),
    "port-taken": _Words(_ERROR, "End the other program, or give the service another port."),
    "memory-near-limit": _Words(_WARNING, "Raise the limit, or find out what it is used for."),
    "memory-exhausted": _Words(_ERROR, "Raise the limit, or find out what the memory is used for."),
    "disk-full": _Words(_WARNING, "Free space before writing fails."),
    "profile-incomplete": _Words(_ERROR, "See the findings of its members."),
    "logs-unknown": _Words(_INFO, "Name its log files in the manifest (`logs`)."),
    "logs-cut": _Words(_INFO, "Ask for a shorter time with `--since` and `--until`."),
    "errors-logged": _Words(_WARNING, "Read what is told of its log."),
    "logs-unread": _Words(_WARNING, "Make the log readable, then audit again."),
    "variable-missing": _Words(_WARNING, "Set the variable, or give it a default."),
    "unknown-member": _Words(_WARNING, "Declare it, or take it out of the profile."),
    "unknown-dependency": _Words(_WARNING, "Declare it, or take the dependency away."),
    "manifest-unreadable": _Words(_WARNING, "Make it readable; it has to lie below the audited place."),
    "manifest-syntax": _Words(_ERROR, "Mend it."),
    "manifest-too-deep": _Words(_ERROR, "Mend it; no honest manifest is built like that."),
    "manifest-too-large": _Words(_ERROR, "Mend it; no honest manifest is built like that."),
    "manifest-duplicate-key": _Words(_WARNING, "Leave one of them: readers do not agree on which one counts."),
    "manifest-documents": _Words(_WARNING, "Put one document into a file."),
    "manifest-tag": _Words(_INFO, None),
    "manifest-type": _Words(_WARNING, _MEND),
    "manifest-form": _Words(_WARNING, "Name the manifests that are meant with `--manifest`."),
    "more": _Words(_WARNING, "Mend those that are told, then audit again."),
    "manifest-encoding": _Words(_WARNING, "Save it as UTF-8."),
}


def finding_of(fault: Fault, **metadata: Any) -> AuditFinding:
    """Return the finding for one fault; `metadata` is what a machine wants to know of it."""
    severity, recommendation = _WORDS[fault.kind]
    reason = one_line(readable_path(fault.reason))[:_LONGEST]
    return AuditFinding(
        finding_type=f"service.{fault.kind}",
        severity=severity,
        description=reason if reason.endswith(".") else f"{reason}.",
        location=one_line(readable_path(fault.where))[:_LONGEST],
        recommendation=recommendation,
        metadata=metadata,
    )
