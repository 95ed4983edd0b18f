"""What a user's words mean."""

from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import AuditSeverity, LogLevel


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


# What people and other tools write, and what it means here.
_LEVEL_SYNONYMS = {"warn": "warning", "err": "error", "fatal": "critical", "crit": "critical", "notice": "info"}


def level_named(name: str | None) -> LogLevel | None:
    """Return the level of a log that a user wrote, whatever the case; None for none.

    Raises:
        UsageError: No level is called so.
    """
    if not name:
        return None
    word = name.strip().lower()
    try:
        return LogLevel(_LEVEL_SYNONYMS.get(word, word))
    except ValueError as error:
        known = ", ".join(level.value for level in LogLevel)
        raise UsageError(f"`{name}` is no level; choose {known}.") from error
