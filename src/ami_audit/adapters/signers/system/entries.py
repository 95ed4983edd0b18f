"""What is written into the system's keyring: one entry a key, and one that says which keys there are."""

import base64
import json
from datetime import datetime
from typing import Any, NamedTuple

from ami_audit.domain.errors import KeyStoreError, MalformedError
from ami_audit.domain.moment import read, written


class Entry(NamedTuple):
    """One key's entry.

    Attributes:
        signer: Whose key it is.
        key_id: 32 bytes.
        public_key: 32 bytes.
        created: Aware UTC.
        pem: The private key as PKCS#8 PEM, encrypted or not.
    """

    signer: str
    key_id: bytes
    public_key: bytes
    created: datetime
    pem: str


class Index(NamedTuple):
    """A keyring can only be asked for what one knows: this entry knows the others.

    Attributes:
        names: Every key's name.
        default: The key for every trail without its own; empty when none was chosen.
        trails: The keys of single trails, by origin.
    """

    names: tuple[str, ...]
    default: str
    trails: dict[str, str]

    def with_key(self, name: str) -> "Index":
        """Return the index with one more key."""
        return self._replace(names=tuple(sorted({*self.names, name})))

    def without(self, name: str) -> "Index":
        """Return the index without a key and every choice of it."""
        left = {origin: chosen for origin, chosen in self.trails.items() if chosen != name}
        default = "" if self.default == name else self.default
        return Index(tuple(other for other in self.names if other != name), default, left)

    def with_choice(self, name: str, *, origin: str) -> "Index":
        """Return the index with one more choice made."""
        return self._replace(trails={**self.trails, origin: name}) if origin else self._replace(default=name)


def entry_text(entry: Entry) -> str:
    """Return a key's entry as text."""
    facts = {
        "signer": entry.signer,
        "key_id": entry.key_id.hex(),
        "public_key": base64.b64encode(entry.public_key).decode(),
        "created": written(entry.created),
        "pem": entry.pem,
    }
    return json.dumps(facts)


def entry_of(text: str) -> Entry:
    """Return the entry that a text holds.

    Raises:
        KeyStoreError: It holds none.
    """
    try:
        said: dict[str, Any] = json.loads(text)
        return Entry(
            str(said["signer"]),
            bytes.fromhex(said["key_id"]),
            base64.b64decode(said["public_key"], validate=True),
            read(said["created"]),
            str(said["pem"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError, MalformedError) as error:
        raise KeyStoreError("it is damaged") from error


def index_text(index: Index) -> str:
    """Return the index as text."""
    return json.dumps(index._asdict())


def index_of(text: str) -> Index:
    """Return the index that a text holds.

    Raises:
        KeyStoreError: It holds none.
    """
    try:
        said: dict[str, Any] = json.loads(text)
        trails = {str(origin): str(name) for origin, name in said["trails"].items()}
        return Index(tuple(str(name) for name in said["names"]), str(said["default"]), trails)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise KeyStoreError("the list of keys in the system's keyring is damaged") from error
