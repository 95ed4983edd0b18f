"""What stands above the key in a key file: whose it is, and which.

RFC 7468 allows text before a PEM block, and `openssl` overlooks it: one file holds the key and what is known of it.
"""

import base64
from datetime import datetime
from typing import NamedTuple

from ami_audit.domain.errors import KeyStoreError, MalformedError
from ami_audit.domain.moment import read, written

_PRIVATE = "Private key of ami-audit. Whoever can read this file can sign as the signer named below."
_PUBLIC = "Public key of ami-audit. It may be given to anybody."
_BEGIN = "-----BEGIN "


class Card(NamedTuple):
    """The lines above a key.

    Attributes:
        signer: Whose key it is; one line of text.
        key_id: 32 bytes.
        public_key: 32 bytes.
        created: Aware UTC.
    """

    signer: str
    key_id: bytes
    public_key: bytes
    created: datetime


def private_text(card: Card, pem: str) -> str:
    """Return the text of a private key's file."""
    return _text(_PRIVATE, card, pem)


def public_text(card: Card, pem: str) -> str:
    """Return the text of a public key's file."""
    return _text(_PUBLIC, card, pem)


def _text(title: str, card: Card, pem: str) -> str:
    lines = (
        title,
        f"Signer: {card.signer}",
        f"Key-Id: {card.key_id.hex()}",
        f"Public-Key: {base64.b64encode(card.public_key).decode()}",
        f"Created: {written(card.created)}",
    )
    return "\n".join(lines) + "\n\n" + pem


def card_of(text: str) -> Card:
    """Return what stands above the key.

    Raises:
        KeyStoreError: Nothing, or nothing whole: the file is not one that this program wrote.
    """
    above, begin, _ = text.partition(_BEGIN)
    facts = dict(line.partition(": ")[::2] for line in above.splitlines())
    try:
        card = Card(
            facts["Signer"],
            bytes.fromhex(facts["Key-Id"]),
            base64.b64decode(facts["Public-Key"], validate=True),
            read(facts["Created"]),
        )
    except (KeyError, ValueError, MalformedError) as error:
        raise KeyStoreError(_fault(text, has_key=bool(begin))) from error
    if not begin or len(card.key_id) != 32 or len(card.public_key) != 32:
        raise KeyStoreError(_fault(text, has_key=bool(begin)))
    return card


def _fault(text: str, *, has_key: bool) -> str:
    if not text.strip():
        return "it is empty"
    if has_key:
        return "it does not say whose key it is; take it in with `ami-audit key import`"
    return "it holds no key"


def is_encrypted(text: str) -> bool:
    """Return whether the key below needs a passphrase."""
    return f"{_BEGIN}ENCRYPTED PRIVATE KEY-----" in text
