"""The key store over a folder of files."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

from ami_audit.adapters.signers.file.card import Card, card_of, is_encrypted, private_text, public_text
from ami_audit.adapters.signers.file.choices import read_choices, write_choices
from ami_audit.adapters.signers.file.private import check_folder, make_folder, read_private
from ami_audit.adapters.signers.file.writing import create, remove
from ami_audit.adapters.signers.seed import SeedSigner
from ami_audit.adapters.signers.turn import FolderTurn
from ami_audit.domain.errors import KeyStoreError, NotFoundError, PassphraseError
from ami_audit.domain.stored_key import StoredKey, name_for, named_among
from ami_audit.ports.signer import AskPassphrase, KeyCore, Signer

_PRIVATE = ".pem"
_PUBLIC = ".pub"
_CHOICES = "choices.json"


class FileKeyStore:
    """`KeyStore` over a folder: `<name>.pem` and `<name>.pub` a key, and `choices.json`.

    The folder is made, mode 0700, when the first key is. Files are mode 0600, appear whole or not at all, and are never
    overwritten.
    """

    def __init__(self, folder: Path, core: KeyCore) -> None:
        self._folder = folder
        self._core = core
        self._turn = FolderTurn(folder)

    @property
    def where(self) -> str:
        """The folder."""
        return str(self._folder)

    def warning(self, root: str) -> str:
        """Return a sentence when the folder lies inside `root`; empty otherwise."""
        if not self._folder.resolve().is_relative_to(Path(root).resolve()):
            return ""
        return (
            f"The private keys in `{self._folder}` lie inside the audited folder `{root}`, one `git add` away from "
            "being published; set AMI_AUDIT_KEYS_DIR to a folder outside it, and move them there."
        )

    def listed(self) -> Sequence[StoredKey]:
        """Return every key, by name; what cannot be used is listed with its fault."""
        if not check_folder(self._folder):
            return ()
        try:
            names = sorted(entry.name for entry in os.scandir(self._folder) if _is_key(entry.name))
        except OSError as error:
            raise KeyStoreError(f"The key folder `{self._folder}` cannot be read: {error.strerror}") from error
        return tuple(self._described(self._folder / name) for name in names)

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
        """Keep a private key under its signer's name and short id."""
        public_key = self._core.public_key(seed)
        card = Card(signer, self._core.key_id(public_key), public_key, created)
        pem = self._core.private_key_pem(seed, passphrase=passphrase)
        path = self._folder / (name_for(signer, card.key_id) + _PRIVATE)
        with self.turn():
            self._refuse_twin(card)
            try:
                create(path, private_text(card, pem))
            except FileExistsError as error:
                raise KeyStoreError(f"The key file `{path}` is there already; it is not overwritten.") from error
            public = path.with_suffix(_PUBLIC)
            remove(public)  # what a key that was deleted by hand left behind
            create(public, public_text(card, self._core.public_key_pem(public_key)))
        return self._described(path)

    def remove(self, name: str) -> None:
        """Delete the key's files and every choice of it."""
        with self.turn():
            found = self.find(name)
            choices = read_choices(self._folder / _CHOICES)
            if choices.without(found.name) != choices:
                write_choices(self._folder / _CHOICES, choices.without(found.name))
            remove(self._folder / (found.name + _PUBLIC))
            remove(self._folder / (found.name + _PRIVATE))

    def turn(self) -> AbstractContextManager[None]:
        """Hold the folder, which is made if it is not there."""
        make_folder(self._folder)
        return self._turn.held()

    def chosen(self, origin: str = "") -> str | None:
        """Return the name of the key that signs that trail, else the default or only key."""
        if not check_folder(self._folder):
            return None
        name = read_choices(self._folder / _CHOICES).name_for(origin)
        usable = [key.name for key in self.listed() if not key.fault] if not name else []
        return name or (usable[0] if len(usable) == 1 else None)

    def choose(self, name: str, *, origin: str = "") -> None:
        """Let that key sign that trail, or every trail without its own."""
        with self.turn():
            found = self.find(name)
            path = self._folder / _CHOICES
            write_choices(path, read_choices(path).with_choice(found.name, origin=origin))

    def _described(self, path: Path) -> StoredKey:
        try:
            text = read_private(path)
            card = self._checked(card_of(text))
        except (KeyStoreError, FileNotFoundError) as error:
            fault = str(error) if str(path) in str(error) else f"The key file `{path}` cannot be used: {error}."
            return StoredKey.unusable(path.stem, where=str(path), fault=fault)
        return StoredKey(path.stem, *card, is_encrypted=is_encrypted(text), where=str(path))

    def _checked(self, card: Card) -> Card:
        if self._core.key_id(card.public_key) != card.key_id:
            raise KeyStoreError("its key id is not that of its public key; restore it from a backup")
        return card

    def _opened(self, name: str, ask: AskPassphrase) -> tuple[StoredKey, bytes]:
        found = self.find(name)
        if found.fault:
            raise KeyStoreError(found.fault)
        text = self._text(found)
        passphrase = ask(found) if found.is_encrypted else None
        with _speaking_of(found):
            seed = self._core.seed_from_pem(text, passphrase=passphrase)
            if self._core.public_key(seed) != found.public_key:
                raise KeyStoreError("it holds another key than it says; restore it from a backup")
        return found, seed

    def _text(self, found: StoredKey) -> str:
        path = self._folder / (found.name + _PRIVATE)
        try:
            return read_private(path)
        except FileNotFoundError as error:
            raise NotFoundError("key", found.name) from error

    def _refuse_twin(self, card: Card) -> None:
        for key in self.listed():
            if key.key_id == card.key_id:
                raise KeyStoreError(f"The same key is here already, as `{key.name}`.")


def _is_key(name: str) -> bool:
    return name.endswith(_PRIVATE) and not name.startswith(".")


@contextmanager
def _speaking_of(found: StoredKey) -> Iterator[None]:
    """Say which key file a refusal is about."""
    try:
        yield
    except PassphraseError as error:
        raise PassphraseError(f"The key file `{found.where}` cannot be opened: {error}.") from error
    except KeyStoreError as error:
        raise KeyStoreError(f"The key file `{found.where}` cannot be used: {error}.") from error
