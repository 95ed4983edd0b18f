"""Asks for passphrases: never on the command line, where every user of the machine could read them."""

import sys
from getpass import getpass

from ami_audit.domain.errors import UsageError
from ami_audit.entrypoints.bootstrap.keys import passphrase


def new_passphrase() -> bytes:
    """Return the passphrase that is to protect a key: from AMI_AUDIT_PASSPHRASE, else asked for twice.

    Raises:
        UsageError: Nobody can be asked, or the two differ.
    """
    given = passphrase()
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise UsageError("Nobody can be asked for a passphrase here; set AMI_AUDIT_PASSPHRASE.")
    first = getpass("New passphrase: ")
    if getpass("Once more: ") != first:
        raise UsageError("The two passphrases differ; nothing was done.")
    return first.encode()


def old_passphrase(text: str) -> bytes | None:
    """Return the passphrase that opens a private key's text; None when the text is not encrypted.

    Raises:
        UsageError: It is, and nobody can be asked.
    """
    if "-----BEGIN ENCRYPTED" not in text:
        return None
    given = passphrase()
    if given is None and not sys.stdin.isatty():
        raise UsageError("The key is encrypted, and nobody can be asked here; set AMI_AUDIT_PASSPHRASE.")
    return given if given is not None else getpass("Passphrase of the key to import: ").encode()
