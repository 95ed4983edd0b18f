"""Who signs, and where private keys are kept."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from ami_audit.domain.stored_key import StoredKey
from ami_audit.ports.chain_core import Signing
from ami_audit.ports.key_text import KeyText

AskPassphrase = Callable[[StoredKey], bytes | None]
"""Asked for the passphrase of an encrypted key, and only then; None means that nobody can be asked."""


class Signer(Protocol):
    """Signs with one Ed25519 key. Synchronous; safe from any thread."""

    @property
    def key_id(self) -> bytes:
        """SHA-256 of the public key, 32 bytes."""

    @property
    def public_key(self) -> bytes:
        """The public key, 32 bytes."""

    @property
    def signer(self) -> str:
        """Whose key it is, as the trail's key records name them."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message` (RFC 8032)."""

    def sign_records(self, *, origin: str, timestamp_us: int, record_hashes: bytes) -> bytes:
        """Return one 64-byte signature for each 32-byte record hash, in their order.

        Args:
            origin: The trail's name.
            timestamp_us: When they are signed: microseconds since 1970, UTC.
            record_hashes: 32 bytes each. About 20 microseconds a record and core; the GIL is released.
        """


class KeyCore(Signing, KeyText, Protocol):
    """What a key store needs of the native core."""


class KeyReader(Protocol):
    """Finds keys and signs with them."""

    def listed(self) -> Sequence[StoredKey]:
        """Return every key, by name; what cannot be used is listed with its fault. Empty when there is no store yet.

        Raises:
            KeyStoreError: The store itself cannot be read.
        """

    def find(self, name: str) -> StoredKey:
        """Return the key of that name, or of that key id (8 or more of its hex digits); `default` is the default key.

        Raises:
            NotFoundError: No key is called so.
            KeyStoreError: Several keys begin so, or the store cannot be read.
        """

    def load(self, name: str, *, ask: AskPassphrase) -> Signer:
        """Return a signer for the key of that name, its seed in this process's memory.

        Raises:
            NotFoundError: No key is called so.
            PassphraseError: The passphrase is missing or wrong.
            KeyStoreError: The key is badly protected, damaged or not an Ed25519 key; says what to do.
        """

    def seed(self, name: str, *, ask: AskPassphrase) -> bytes:
        """Return the private key itself, 32 bytes, for an export. Raises as `load` does."""


class KeyWriter(Protocol):
    """Takes keys in and gives them up."""

    def add(self, seed: bytes, *, signer: str, created: datetime, passphrase: bytes | None) -> StoredKey:
        """Keep a private key, durably, and return it; a key that is there already is never overwritten.

        Args:
            seed: 32 bytes.
            signer: Whose key it is.
            created: Aware UTC.
            passphrase: Encrypts the key; None leaves it as it is.

        Raises:
            KeyStoreError: The same key is there already, or nothing can be kept here; says what to do.
        """

    def remove(self, name: str) -> None:
        """Delete the private key of that name; nobody can sign with it again.

        Raises:
            NotFoundError: No key is called so.
            KeyStoreError: It could not be deleted.
        """

    def turn(self) -> AbstractContextManager[None]:
        """Hold the store for this process: look and then write, with nobody in between. Reentrant."""


class KeyChoice(Protocol):
    """Remembers which key signs which trail."""

    def chosen(self, origin: str = "") -> str | None:
        """Return the name of the key that signs the trail `origin`, else of the default key, else None.

        An only key needs no choice: it is the default.
        """

    def choose(self, name: str, *, origin: str = "") -> None:
        """Let that key sign the trail `origin` from now on; without an origin it becomes the default key.

        Raises:
            NotFoundError: No key is called so.
        """


class KeyStore(KeyReader, KeyWriter, KeyChoice, Protocol):
    """A whole key store: what each driver implements."""

    @property
    def where(self) -> str:
        """Where keys are kept, for a person."""

    def warning(self, root: str) -> str:
        """Return why keys are not safe here beside an audited folder `root`; empty when they are.

        A key inside the audited repository is one `git add` away from being published.
        """
