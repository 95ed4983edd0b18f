"""Checks bundles for `ami-audit verify --bundle`."""

from pathlib import Path
from typing import NamedTuple

from ami_audit.domain.errors import FormatError, UsageError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.entrypoints.cli.answers import deliver, formatter
from ami_audit.entrypoints.cli.failures import Finished
from ami_audit.entrypoints.cli.levels import asked_level
from ami_audit.entrypoints.settings import settings_at


class Trusted(NamedTuple):
    """What the command line says about trust: keys, a policy's file, and the level that is asked for."""

    pins: tuple[str, ...]
    policy: Path | None
    require: str | None


def verify_bundle_at(path: Path, trusted: Trusted, *, format_name: str, output: Path | None) -> None:
    """Write the verdict on a bundle; no trail is needed.

    Raises:
        UsageError: The file is no bundle, or what is trusted cannot be used.
        Finished: It is not proven to what was required.
    """
    from ami_audit.entrypoints.bootstrap.bundles import read_bundle, trust
    from ami_audit.entrypoints.bootstrap.keys import pinned_keys
    from ami_audit.entrypoints.bootstrap.machine import core
    from ami_audit.services.usecases.bundle_verification import verify_bundle

    if format_name == "sarif":
        raise UsageError("SARIF holds the faults of a trail; choose --format=json for a bundle.")
    chosen = settings_at(overrides={"require": trusted.require})
    required = _required(trusted, chosen.values.require)
    among = trust(trusted.pins, trusted.policy, also=pinned_keys(chosen, ()))
    try:
        report = verify_bundle(read_bundle(path), core(), trust=among, required=required)
    except FormatError as error:
        raise UsageError(f"`{path}` is no bundle: {error.reason}.") from error
    deliver(formatter(format_name, output).bundle(report), output)
    if not report.is_sound:
        raise Finished(1)


def _required(trusted: Trusted, usual: str) -> VerificationLevel:
    """Return the level to reach: the one that is named, else what the named trust is there for."""
    if trusted.require is None and trusted.policy is not None:
        return VerificationLevel.WITNESSED
    if trusted.require is None and trusted.pins:
        return VerificationLevel.CHECKPOINT
    return asked_level(usual)
