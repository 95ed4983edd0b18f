"""What a user's words mean."""

from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import AuditSeverity


def severity_named(name: str | None) -> AuditSeverity | None:
    """Return the severity a user wrote; None for none.

    Raises:
        UsageError: No severity is called so.
    """
    if not name:
        return None
    try:
        return AuditSeverity(name)
    except ValueError as error:
        known = ", ".join(severity.value for severity in AuditSeverity)
        raise UsageError(f"`{name}` is no severity; choose {known}.") from error
