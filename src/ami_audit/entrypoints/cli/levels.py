"""Which level a person asks for."""

from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import VerificationLevel

_UNREACHED = VerificationLevel.ANCHORED


def asked_level(label: str) -> VerificationLevel:
    """Return the level of that label.

    Raises:
        UsageError: There is none, or nothing can reach it yet.
    """
    try:
        level = VerificationLevel.named(label)
    except ValueError as error:
        labels = ", ".join(level.label for level in VerificationLevel if VerificationLevel.NONE < level < _UNREACHED)
        raise UsageError(f"`{label}` is no level; choose {labels}.") from error
    if level >= _UNREACHED:
        raise UsageError(f"`{level.label}` cannot be required: no trail can reach it yet; `witnessed` is the highest.")
    return level
