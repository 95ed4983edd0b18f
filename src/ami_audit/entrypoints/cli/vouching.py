"""Whose keys count when something is checked that came from elsewhere, and how the verdict is told."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from ami_audit.domain.errors import ConfigurationError, FormatError, KeyStoreError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.note import NoteKey
from ami_audit.domain.proven import ProofVerdict
from ami_audit.entrypoints.bootstrap.keys import key_store
from ami_audit.entrypoints.cli.failures import Finished
from ami_audit.entrypoints.cli.plain import deliver_plain
from ami_audit.entrypoints.settings import settings_at


def named_keys(texts: Iterable[str]) -> list[NoteKey]:
    """Return the keys that a person named.

    Raises:
        FormatError: A text is no key.
    """
    return [NoteKey.parse(text) for text in texts]


def trusted_keys(named: Sequence[NoteKey], *, origin: str) -> list[NoteKey]:
    """Return the keys that are named, else those of this machine as a trail of that name would be signed with them."""
    keys = list(named)
    if not keys:
        with suppress(KeyStoreError, ConfigurationError, FormatError):  # without keys hashes can still be checked
            stored = key_store(settings_at()).listed()
            keys = [NoteKey.of(origin, key.public_key) for key in stored if key.public_key]
    return keys


def told(verdict: ProofVerdict, subject: str) -> str:
    """Return the verdict in words."""
    signed = [f"Signed by {name}." for name in verdict.signed_by]
    return "\n".join([f"{subject}.", f"Proven to: {verdict.level.label}", *signed, *verdict.reasons])


def deliver_verdict(verdict: ProofVerdict, text: str, *, format_name: str, output: Path | None) -> None:
    """Write how far a proof holds.

    Raises:
        Finished: With 1 when nobody vouches for it.
    """
    deliver_plain("proof-verdict", verdict, text=text, format_name=format_name, output=output)
    if verdict.level < VerificationLevel.CHECKPOINT:
        raise Finished(1)
