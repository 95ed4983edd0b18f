"""Bundles: their files, and who is trusted with them."""

import re
from collections.abc import Iterable
from pathlib import Path

from ami_audit.domain.bundle import Bundle
from ami_audit.domain.errors import FormatError, UsageError
from ami_audit.domain.note import NoteKey
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.services.usecases.bundle_verification import Pin, Trust

_KEY_ID = re.compile("[0-9a-f]{64}")


def read_bundle(path: Path) -> Bundle:
    """Return the bundle in a file.

    Raises:
        UsageError: It holds none.
    """
    from ami_audit.adapters.bundles import unpacked

    try:
        return Bundle.read(unpacked(path))
    except FormatError as error:
        raise UsageError(f"`{path}` is no bundle: {error.reason}.") from error


def archived(bundle: Bundle) -> bytes:
    """Return the file that carries a bundle."""
    from ami_audit.adapters.bundles import packed

    return packed(bundle.text())


def pins(named: Iterable[str]) -> tuple[Pin, ...]:
    """Return the keys that a caller names: by their id, or as a line of C2SP signed-note.

    Raises:
        UsageError: One is neither.
    """
    return tuple(map(_pin, named))


def trust(named: Iterable[str], policy: Path | None, *, also: Iterable[bytes] = ()) -> Trust:
    """Return what a caller trusts: the keys and the policy that they name, and the keys of `also`.

    Raises:
        UsageError: A key or the policy cannot be used.
    """
    return Trust((*pins(named), *map(Pin, also)), _policy(policy) if policy else None)


def _policy(path: Path) -> QuorumPolicy:
    try:
        return QuorumPolicy.parse(path.read_bytes())
    except OSError as error:
        raise UsageError(f"The policy `{path}` cannot be read: {error.strerror}.") from error


def _pin(text: str) -> Pin:
    if _KEY_ID.fullmatch(text):
        return Pin(bytes.fromhex(text))
    from hashlib import sha256

    try:
        key = NoteKey.parse(text)
    except FormatError as error:
        raise UsageError(
            "A key to trust is named by its id, 64 hex digits, or as `name+hash+base64`; `ami-audit key list` shows it."
        ) from error
    return Pin(sha256(key.public_key).digest(), key.name)
