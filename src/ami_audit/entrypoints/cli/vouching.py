"""Whose keys count when something is checked that came from elsewhere, and how the verdict is told."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ami_audit.domain.errors import ConfigurationError, FormatError, KeyStoreError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.note import NoteKey
from ami_audit.domain.proven import ProofVerdict
from ami_audit.entrypoints.bootstrap.keys import key_store
from ami_audit.entrypoints.bootstrap.rules import quorum_policy
from ami_audit.entrypoints.cli.failures import Finished
from ami_audit.entrypoints.cli.plain import deliver_plain
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.vouching import Trusted


def trusted(vkeys: Iterable[str], policy: Path | None) -> Trusted:
    """Return whose word counts: the keys that a person named, and their policy.

    Raises:
        FormatError: A text is no key.
        ConfigurationError: The policy cannot be read.
    """
    return Trusted([NoteKey.parse(text) for text in vkeys], quorum_policy(settings_at(), policy) if policy else None)


def or_own_keys(given: Trusted, *, origin: str) -> Trusted:
    """Return what is given; without a key those of this machine, as a trail of that name is signed with them."""
    if not given.keys:
        with suppress(KeyStoreError, ConfigurationError, FormatError):  # without keys hashes can still be checked
            stored = key_store(settings_at()).listed()
            return given._replace(keys=[NoteKey.of(origin, key.public_key) for key in stored if key.public_key])
    return given


def told(verdict: ProofVerdict, subject: str) -> str:
    """Return the verdict in words."""
    signed = [f"Signed by {name}." for name in verdict.signed_by]
    level = " ".join([verdict.level.label, verdict.witnessed] if verdict.witnessed else [verdict.level.label])
    return "\n".join([f"{subject}.", f"Proven to: {level}", *signed, *verdict.reasons])


def deliver_verdict(verdict: ProofVerdict, text: str, *, format_name: str, output: Path | None) -> None:
    """Write how far a proof holds.

    Raises:
        Finished: With 1 when nobody vouches for it, or too few of a policy's witnesses do.
    """
    deliver_plain("proof-verdict", verdict, text=text, format_name=format_name, output=output)
    wanted = VerificationLevel.CHECKPOINT if verdict.witnessed is None else VerificationLevel.WITNESSED
    if verdict.level < wanted:
        raise Finished(1)
