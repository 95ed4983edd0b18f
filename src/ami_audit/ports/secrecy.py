"""What keeping values from readers needs of arithmetic. Synchronous, without state, safe from any thread."""

from typing import Protocol


class Secrecy(Protocol):
    """Keeps values from all but the holder of a key."""

    def hmac_sha256(self, key: bytes, message: bytes) -> bytes:
        """Return HMAC-SHA-256 (RFC 2104) of `message`, 32 bytes."""

    def seal(self, key: bytes, nonce: bytes, plain: bytes, *, about: bytes) -> bytes:
        """Return `plain` under XChaCha20-Poly1305, its tag of 16 bytes at the end.

        Args:
            key: 32 bytes.
            nonce: 24 bytes, never used twice with one key for two texts.
            plain: What is kept.
            about: Authenticated with it, and not kept in it.
        """

    def unseal(self, key: bytes, nonce: bytes, sealed: bytes, *, about: bytes) -> bytes | None:
        """Return what `seal` was given, or None when any argument differs from what it was sealed with."""
