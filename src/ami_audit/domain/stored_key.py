"""What is known of a private key on this machine without opening it."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from ami_audit.domain.errors import KeyStoreError, NotFoundError

_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]+")
_LONGEST_SLUG = 64
_SHORT_ID = 8


class PublicHalf(Protocol):
    """Whatever says which key it is and whose: a signer, a stored key, an entry of a trail's key ring."""

    @property
    def key_id(self) -> bytes:
        """SHA-256 of the public key, 32 bytes."""

    @property
    def public_key(self) -> bytes:
        """The public key, 32 bytes."""

    @property
    def signer(self) -> str:
        """Whose key it is, as trails name them."""


class StoredKey(NamedTuple):
    """A private key on this machine, as its store describes it.

    Attributes:
        name: How commands and settings name it: signer and short key id, such as `ann@desk-1f2e3d4c`.
        signer: Whose key it is.
        key_id: SHA-256 of the public key, 32 bytes; empty when `fault` says why it is not known.
        public_key: 32 bytes; empty like `key_id`.
        created: When it was made or imported; None when that is not written down.
        is_encrypted: Whether a passphrase is needed to sign with it.
        where: Where it lies, for a person: a path, or the name of a keyring.
        fault: Why it cannot be used, one sentence; empty when nothing is wrong.
    """

    name: str
    signer: str
    key_id: bytes
    public_key: bytes
    created: datetime | None
    is_encrypted: bool
    where: str
    fault: str = ""

    @classmethod
    def unusable(cls, name: str, *, where: str, fault: str) -> "StoredKey":
        """Return a key of which only its place is known, and why it cannot be used."""
        return cls(name, "", b"", b"", None, is_encrypted=False, where=where, fault=fault)


def name_for(signer: str, key_id: bytes) -> str:
    """Return the name of a key: what is safe of the signer's name, and the first eight digits of the key id."""
    slug = _UNSAFE.sub("_", signer).strip("._-+")[:_LONGEST_SLUG] or "key"
    return f"{slug}-{key_id.hex()[:_SHORT_ID]}"


def named_among(keys: Sequence[StoredKey], name: str) -> StoredKey:
    """Return the key that `name` names: its name, or 8 or more hex digits that begin its key id.

    Raises:
        NotFoundError: No key is called so.
        KeyStoreError: Several keys begin so.
    """
    exact = [key for key in keys if key.name == name]
    digits = name.lower()
    found = exact or [key for key in keys if len(digits) >= _SHORT_ID and key.key_id.hex().startswith(digits)]
    if not found:
        raise NotFoundError("key", name, hint="`ami-audit key list` shows the keys on this machine.")
    if len(found) > 1:
        raise KeyStoreError(f"Several keys begin with `{name}`: {', '.join(key.name for key in found)}")
    return found[0]
