"""What the domain is lent: the chain's arithmetic and a clock, without knowing whose they are.

A record can compute its own hash, but canonical bytes, digests and signatures belong to the native core, which the
domain may not name; a filter understands "7 days ago", but the domain may not ask the machine for the time. The
composition root installs both when `ami_audit` is imported; the arithmetic is loaded at its first use.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class Arithmetic(Protocol):
    """What records need to hash, mine and sign themselves."""

    def canonicalize(self, text: bytes) -> bytes:
        """Return the RFC 8785 bytes of one JSON text."""

    def payload_hash(self, canonical: bytes) -> bytes:
        """Return the SHA-256 of canonical bytes."""

    def record_tag(self, origin: str) -> bytes:
        """Return the 32 bytes that bind a record to the trail named `origin`."""

    def record_hash(self, tag: bytes, previous_hash: bytes, payload_hash: bytes, *, nonce: int) -> bytes:
        """Return the SHA-256 of the 104-byte header."""

    def search_nonce(
        self,
        tag: bytes,
        previous_hash: bytes,
        payload_hash: bytes,
        *,
        difficulty_bits: int,
        start: int,
        budget: int,
        threads: int,
    ) -> int | None:
        """Return the lowest nonce in [start, start + budget) that meets the difficulty, or None."""

    def public_key(self, seed: bytes) -> bytes:
        """Return the 32-byte Ed25519 public key of a 32-byte seed."""

    def key_id(self, public_key: bytes) -> bytes:
        """Return the 32-byte name of a public key."""

    def sign(self, seed: bytes, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature (RFC 8032)."""

    def verify_signature(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Return whether the signature is strictly valid."""

    def seed_from_text(self, private_key: str) -> bytes:
        """Return the 32-byte seed of a private key given as PKCS#8 PEM, hex or base64."""

    def uuid7(self, count: int) -> list[str]:
        """Return that many UUIDv7, ascending within the process."""


_loader: Callable[[], Arithmetic] | None = None
_loaded: Arithmetic | None = None
_clock: Callable[[], datetime] | None = None


def install(*, arithmetic: Callable[[], Arithmetic], clock: Callable[[], datetime]) -> None:
    """Say who does the arithmetic (called once, at the first use) and who tells the time (aware UTC)."""
    global _loader, _loaded, _clock
    _loader, _loaded, _clock = arithmetic, None, clock


def arithmetic() -> Arithmetic:
    """Return the installed arithmetic, loading it when this is the first use.

    Raises:
        RuntimeError: Nothing was installed: `ami_audit` itself was never imported.
    """
    global _loaded
    if _loaded is None:
        if _loader is None:
            raise RuntimeError("no arithmetic is installed; import ami_audit before its parts")
        _loaded = _loader()
    return _loaded


def now() -> datetime:
    """Return the present moment, aware and in UTC.

    Raises:
        RuntimeError: Nothing was installed: `ami_audit` itself was never imported.
    """
    if _clock is None:
        raise RuntimeError("no clock is installed; import ami_audit before its parts")
    return _clock()


def new_id() -> str:
    """Return a fresh UUIDv7."""
    return arithmetic().uuid7(1)[0]
