"""How keys are written as text."""

from typing import Protocol


class KeyText(Protocol):
    """Reads and writes keys as text. Synchronous, stateless, safe from any thread."""

    def private_key_pem(self, seed: bytes, *, passphrase: bytes | None) -> str:
        """Return a private key as PKCS#8 PEM (RFC 8410), encrypted with scrypt and AES-256 under a passphrase.

        Args:
            seed: 32 bytes.
            passphrase: None writes the key in clear. Encrypting takes about 0.2 s and 16 MiB; the GIL is released.

        Raises:
            PassphraseError: The passphrase is empty.
        """

    def seed_from_pem(self, pem: str, *, passphrase: bytes | None) -> bytes:
        """Return the 32 bytes of a private key: PKCS#8 version 1 or 2, encrypted or not, or an open OpenSSH key.

        Raises:
            PassphraseError: The key is encrypted, and the passphrase is missing or wrong.
            KeyStoreError: Not such a key; says what it is instead.
        """

    def public_key_pem(self, public_key: bytes) -> str:
        """Return a public key as SPKI PEM (RFC 8410).

        Raises:
            KeyStoreError: The 32 bytes are no usable public key.
        """

    def public_key_from_pem(self, text: str) -> bytes:
        """Return the 32 bytes of a public key given as SPKI PEM or as an `ssh-ed25519` line.

        Raises:
            KeyStoreError: Not such a key; says what it is instead.
        """

    def seed_from_text(self, private_key: str, *, passphrase: bytes | None = None) -> bytes:
        """Return the 32 bytes of a private key given as PEM, 64 hex digits or base64.

        Raises:
            PassphraseError: The key is encrypted, and the passphrase is missing or wrong.
            KeyStoreError: Not such a key; says what it is instead.
        """
