"""The rules that a place asks of its trail: which witnesses, and whose approvals."""

from pathlib import Path

from ami_audit.domain.approvals import ApprovalRule
from ami_audit.domain.errors import ConfigurationError, FormatError
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.rules import Rules, approvals_of
from ami_audit.entrypoints.settings import Settings

_LARGEST_BYTES = 1 << 20


def quorum_policy(chosen: Settings, file: Path | None = None) -> QuorumPolicy | None:
    """Return the policy of witnesses in `file`, else in the file that the settings name, else None.

    Raises:
        ConfigurationError: The file cannot be read, or is no policy; names the line.
    """
    said = chosen.values.quorum_policy
    place = file or (chosen.root / Path(said).expanduser() if said else None)
    if place is None:
        return None
    try:
        return QuorumPolicy.parse(_bytes(place))
    except FormatError as error:
        raise ConfigurationError(str(place), str(error)) from error


def approval_rules(chosen: Settings, file: Path | None = None) -> tuple[ApprovalRule, ...]:
    """Return the approvals that `file` asks for, or `.audit/policy.toml` when it is there.

    Raises:
        ConfigurationError: The file cannot be read, or says it wrongly.
    """
    usual = chosen.root / ".audit" / "policy.toml"
    place = file or usual
    if file is None and not usual.exists():
        return ()
    try:
        return approvals_of(_bytes(place).decode(), where=str(place))
    except UnicodeDecodeError as error:
        raise ConfigurationError(str(place), "it is not UTF-8") from error


def rules_for_new_trail(chosen: Settings) -> Rules:
    """Return the rules that a trail which is begun here is born with."""
    return Rules(0, quorum_policy(chosen), approval_rules(chosen))


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            raw = opened.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(str(file), f"it cannot be read: {error.strerror}") from error
    if len(raw) > _LARGEST_BYTES:
        raise ConfigurationError(str(file), f"it is longer than {_LARGEST_BYTES} bytes")
    return raw
