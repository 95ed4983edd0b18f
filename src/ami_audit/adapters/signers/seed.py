"""A signer whose private key is in this process's memory."""

from typing import NoReturn

from ami_audit.ports.signer import KeyCore


class SeedSigner:
    """`Signer` over a seed. It shows no key when it is printed, and cannot be pickled."""

    __slots__ = ("_core", "_seed", "key_id", "public_key", "signer")

    def __init__(self, core: KeyCore, seed: bytes, *, signer: str) -> None:
        self._core = core
        self._seed = seed
        self.signer = signer
        self.public_key = core.public_key(seed)
        self.key_id = core.key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`."""
        return self._core.sign(self._seed, message)

    def sign_records(self, *, origin: str, timestamp_us: int, record_hashes: bytes) -> bytes:
        """Return one signature for each record hash."""
        return self._core.sign_records(
            self._seed, origin=origin, signer=self.signer, timestamp_us=timestamp_us, record_hashes=record_hashes
        )

    def __repr__(self) -> str:
        return f"SeedSigner({self.signer!r}, key_id={self.key_id.hex()[:16]})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not sent to another process; load it there")
