"""Private keys: where they lie, and which one signs a trail."""

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

from ami_audit.domain.errors import ConfigurationError, KeyStoreError, PassphraseError, UsageError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.stored_key import StoredKey
from ami_audit.entrypoints.bootstrap.machine import caller, core
from ami_audit.entrypoints.settings import Settings
from ami_audit.ports.signer import KeyStore, Signer
from ami_audit.services.usecases.keys import first_run_text, signing_key

Announce = Callable[[str], None]
"""Told, in a short paragraph, what a person should know now."""


def key_store(chosen: Settings) -> KeyStore:
    """Return where this user's private keys lie: files, or the system's keyring when the settings say so."""
    if chosen.values.keys_dir == "keyring":
        from ami_audit.adapters.signers.system import SystemKeyStore

        return SystemKeyStore(chosen.state_dir, core())
    from ami_audit.adapters.signers.file import FileKeyStore

    return FileKeyStore(chosen.keys_dir, core())


def signer(chosen: Settings, origin: str, *, ring: KeyRing, announce: Announce) -> Signer:
    """Return who signs the trail `origin`; the first trail's key is made, and `announce` told so.

    Raises:
        KeyStoreError: No key here may sign the trail; says what to do.
    """
    keys = key_store(chosen)
    found = signing_key(
        keys,
        core(),
        signer=caller().name,
        origin=origin,
        ring=ring,
        wanted=chosen.values.key,
        passphrase=passphrase(),
    )
    if found.is_new:
        announce(first_run_text(found.key))
    warning = keys.warning(str(chosen.root))
    if warning:
        announce(warning)
    return keys.load(found.key.name, ask=ask_passphrase)


def passphrase() -> bytes | None:
    """Return the passphrase that the environment gives for new keys and for opening keys; None when it gives none."""
    given = os.environ.get("AMI_AUDIT_PASSPHRASE")
    return given.encode() if given else None


def ask_passphrase(key: StoredKey) -> bytes:
    """Return the passphrase of a key: from the environment, else asked for on the terminal.

    Raises:
        PassphraseError: The environment has none, and nobody can be asked.
    """
    given = passphrase()
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise PassphraseError(
            f"The key {key.name} is encrypted, and nobody can be asked for its passphrase here; "
            "set AMI_AUDIT_PASSPHRASE."
        )
    from getpass import getpass

    return getpass(f"Passphrase of the key {key.name}: ").encode()


def pinned_keys(chosen: Settings, named: Iterable[str]) -> frozenset[bytes]:
    """Return the ids of the keys that count as trusted: those of this machine, and those that the caller names.

    Raises:
        UsageError: A name is no key id.
    """
    try:
        pinned = {bytes.fromhex(name) for name in named}
    except ValueError as error:
        raise UsageError("A key to trust is named by its id, 64 hex digits; `ami-audit key list` shows it.") from error
    with suppress(KeyStoreError, ConfigurationError):  # without keys of its own a machine can still verify
        pinned |= {key.key_id for key in key_store(chosen).listed() if key.key_id}
    return frozenset(pinned)
