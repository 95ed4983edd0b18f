"""The key store over the operating system's keyring."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ami_audit.adapters.signers.seed import SeedSigner
from ami_audit.adapters.signers.system.entries import Entry, Index, entry_of, entry_text, index_of, index_text
from ami_audit.adapters.signers.system.vault import Vault
from ami_audit.adapters.signers.turn import FolderTurn
from ami_audit.domain.errors import KeyStoreError, PassphraseError
from ami_audit.domain.stored_key import StoredKey, name_for, named_among
from ami_audit.ports.signer import AskPassphrase, KeyCore, Signer

if TYPE_CHECKING:  # the library comes with an extra and is imported at the first use
    from keyring.backend import KeyringBackend

_INDEX = "keys"


class SystemKeyStore:
    """`KeyStore` over a keyring (Secret Service, KWallet, macOS Keychain, Windows Credential Locker).

    A keyring has no lock that several calls could hold; a folder lends one.
    """

    def __init__(self, folder: Path, core: KeyCore, *, backend: "KeyringBackend | None" = None) -> None:
        """Args: `folder` lends its lock and holds nothing; `backend` is the keyring, None the machine's own."""
        self._core = core
        self._vault = Vault(backend)
        self._folder = folder
        self._turn = FolderTurn(folder)

    @property
    def where(self) -> str:
        """The keyring's name."""
        return self._vault.where

    def warning(self, root: str) -> str:  # noqa: ARG002 (a keyring lies in no folder)
        """Return a sentence when this keyring is known to protect nothing; empty otherwise."""
        if self._vault.is_recommended:
            return ""
        return f"The {self.where} may keep keys in clear; use another keyring, or give the keys a passphrase."

    def listed(self) -> Sequence[StoredKey]:
        """Return every key, by name; what cannot be used is listed with its fault."""
        return tuple(self._described(name) for name in sorted(self._index().names))

    def find(self, name: str) -> StoredKey:
        """Return the key of that name or key id; `default` is the default key."""
        return named_among(self.listed(), self.chosen() or name if name == "default" else name)

    def load(self, name: str, *, ask: AskPassphrase) -> Signer:
        """Return a signer for the key of that name."""
        found, seed = self._opened(name, ask)
        return SeedSigner(self._core, seed, signer=found.signer)

    def seed(self, name: str, *, ask: AskPassphrase) -> bytes:
        """Return the private key itself."""
        return self._opened(name, ask)[1]

    def add(self, seed: bytes, *, signer: str, created: datetime, passphrase: bytes | None) -> StoredKey:
        """Keep a private key: its own entry first, then its name in the list, so that no name leads nowhere."""
        public_key = self._core.public_key(seed)
        key_id = self._core.key_id(public_key)
        name = name_for(signer, key_id)
        pem = self._core.private_key_pem(seed, passphrase=passphrase)
        with self.turn():
            self._refuse_twin(key_id)
            self._vault.put(name, entry_text(Entry(signer, key_id, public_key, created, pem)))
            self._write(self._index().with_key(name))
        return self._described(name)

    def remove(self, name: str) -> None:
        """Delete the key from the list, then its entry."""
        with self.turn():
            found = self.find(name)
            self._write(self._index().without(found.name))
            self._vault.drop(found.name)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the store for this process."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise KeyStoreError(
                f"The folder `{self._folder}` cannot be made: {error.strerror}. "
                "Set AMI_AUDIT_KEYS_DIR to a folder that you can write."
            ) from error
        with self._turn.held():
            yield

    def chosen(self, origin: str = "") -> str | None:
        """Return the name of the key that signs that trail, else the default or only key."""
        index = self._index()
        only = index.names[0] if len(index.names) == 1 else None
        return index.trails.get(origin) or index.default or only

    def choose(self, name: str, *, origin: str = "") -> None:
        """Let that key sign that trail, or every trail without its own."""
        with self.turn():
            found = self.find(name)
            self._write(self._index().with_choice(found.name, origin=origin))

    def _index(self) -> Index:
        text = self._vault.get(_INDEX)
        return Index((), "", {}) if text is None else index_of(text)

    def _write(self, index: Index) -> None:
        self._vault.put(_INDEX, index_text(index))

    def _entry(self, name: str) -> Entry:
        text = self._vault.get(name)
        if text is None:
            raise KeyStoreError("it is not in the keyring any more")
        entry = entry_of(text)
        if self._core.key_id(entry.public_key) != entry.key_id:
            raise KeyStoreError("its key id is not that of its public key")
        return entry

    def _described(self, name: str) -> StoredKey:
        try:
            entry = self._entry(name)
        except (KeyStoreError, ValueError) as error:
            return StoredKey.unusable(name, where=self.where, fault=f"The key `{name}` cannot be used: {error}.")
        return StoredKey(name, *entry[:4], is_encrypted="BEGIN ENCRYPTED" in entry.pem, where=self.where)

    def _opened(self, name: str, ask: AskPassphrase) -> tuple[StoredKey, bytes]:
        found = self.find(name)
        if found.fault:
            raise KeyStoreError(found.fault)
        passphrase = ask(found) if found.is_encrypted else None
        with _speaking_of(found):
            seed = self._core.seed_from_pem(self._entry(found.name).pem, passphrase=passphrase)
            if self._core.public_key(seed) != found.public_key:
                raise KeyStoreError("it is another key than it says")
        return found, seed

    def _refuse_twin(self, key_id: bytes) -> None:
        for key in self.listed():
            if key.key_id == key_id:
                raise KeyStoreError(f"The same key is here already, as `{key.name}`.")


@contextmanager
def _speaking_of(found: StoredKey) -> Iterator[None]:
    """Say which key a refusal is about."""
    try:
        yield
    except PassphraseError as error:
        raise PassphraseError(f"The key `{found.name}` cannot be opened: {error}.") from error
    except KeyStoreError as error:
        raise KeyStoreError(f"The key `{found.name}` cannot be used: {error}.") from error
