"""What is known of a private key on this machine without opening it."""

import re
from datetime import datetime
from pathlib import PurePath
from typing import NamedTuple, Protocol

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
        path: The private key's file; None where it is not a file.
        fault: Why it cannot be used, one sentence; empty when nothing is wrong.
    """

    name: str
    signer: str
    key_id: bytes
    public_key: bytes
    created: datetime | None
    is_encrypted: bool
    where: str
    path: PurePath | None = None
    fault: str = ""


def name_for(signer: str, key_id: bytes) -> str:
    """Return the name of a key: what is safe of the signer's name, and the first eight digits of the key id."""
    slug = _UNSAFE.sub("_", signer).strip("._-+")[:_LONGEST_SLUG] or "key"
    return f"{slug}-{key_id.hex()[:_SHORT_ID]}"
