"""What is said when a tool could not say anything."""

from ami_audit.adapters.sources.quality.masking import masked
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity

_INSTALL = "Install it with `pip install 'ami-audit[quality]'`."
_LONGEST = 1_000


def missing(tool: str, *, install: str = _INSTALL) -> AuditFinding:
    """Return the finding for a tool that is not installed."""
    return finding("tool-missing", f"`{tool}` is not installed, so it checked nothing.", do=install)


def too_slow(tool: str, timeout_s: float) -> AuditFinding:
    """Return the finding for a tool that was stopped."""
    return finding(
        "tool-timeout",
        f"`{tool}` was stopped after {timeout_s:g} seconds; what it found until then is not recorded.",
        do="Audit a smaller part, or give it more time with `--tool-timeout-s`.",
    )


def failed(tool: str, code: int, complaint: str) -> AuditFinding:
    """Return the finding for a tool that ended as it does not when it has checked."""
    ended = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    said = f": {complaint[-_LONGEST:]}" if complaint else " and said nothing"
    return finding(
        "tool-failed", f"`{tool}` {ended}{said}", do=f"Run `{tool}` by hand in the project; mend what it says."
    )


def settings_refused(tool: str, complaint: str) -> AuditFinding:
    """Return the finding for a tool that took the project's settings for nonsense, and was run without them."""
    return finding(
        "setting-left-out",
        f"`{tool}` ran without the project's settings, as it refuses them: {complaint}",
        do="Mend the settings, then audit again.",
    )


def garbled(tool: str, reason: str) -> AuditFinding:
    """Return the finding for output that is not what the tool writes."""
    return finding(
        "output-unreadable",
        f"What `{tool}` wrote cannot be read: {reason}.",
        do="Check its version: this one is not known here.",
    )


def finding(
    kind: str, description: str, *, do: str = "", where: str = "", severity: AuditSeverity = AuditSeverity.WARNING
) -> AuditFinding:
    """Return a finding about quality checks."""
    return AuditFinding(
        finding_type=f"quality.{kind}",
        severity=severity,
        description=masked(description),
        location=where or None,
        recommendation=do or None,
    )
