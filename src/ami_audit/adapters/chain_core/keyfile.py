"""Keys as text, by the compiled core."""

from collections.abc import Iterator
from contextlib import contextmanager

from ami_audit.adapters.chain_core import _native
from ami_audit.domain.errors import KeyStoreError, PassphraseError

_ASK_AGAIN = ("locked", "passphrase")


class NativeKeyText:
    """`KeyText` in Rust. Holds nothing."""

    def private_key_pem(self, seed: bytes, *, passphrase: bytes | None) -> str:
        """Return a private key as PKCS#8 PEM, encrypted when there is a passphrase."""
        with _speaking_of_keys():
            return _native.private_key_pem(seed, passphrase=passphrase)

    def seed_from_pem(self, pem: str, *, passphrase: bytes | None) -> bytes:
        """Return the 32 bytes of a private key in PEM."""
        with _speaking_of_keys():
            return _native.seed_from_pem(pem, passphrase=passphrase)

    def public_key_pem(self, public_key: bytes) -> str:
        """Return a public key as SPKI PEM."""
        with _speaking_of_keys():
            return _native.public_key_pem(public_key)

    def public_key_from_pem(self, text: str) -> bytes:
        """Return the 32 bytes of a public key in PEM or on an `ssh-ed25519` line."""
        with _speaking_of_keys():
            return _native.public_key_from_pem(text)

    def seed_from_text(self, private_key: str, *, passphrase: bytes | None = None) -> bytes:
        """Return the 32 bytes of a private key given as PEM, 64 hex digits or base64."""
        with _speaking_of_keys():
            return _native.seed_from_text(private_key, passphrase=passphrase)


@contextmanager
def _speaking_of_keys() -> Iterator[None]:
    """Turn the core's refusals into the house's; a text that is not even Unicode is no key."""
    try:
        yield
    except _native.KeyFileError as error:
        kind, reason = error.args
        raise (PassphraseError if kind in _ASK_AGAIN else KeyStoreError)(reason) from error
    except UnicodeEncodeError as error:
        raise KeyStoreError("it is not text, so it holds no key") from error
