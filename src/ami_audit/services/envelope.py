"""One value's commitment and its sealed disclosure, made and opened with a subject's key."""

import base64
from collections.abc import Callable
from typing import NamedTuple

from ami_audit.domain.disclosure import Disclosure, digest_bytes, disclosure_of
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.kinds import DataClassification
from ami_audit.domain.linkage import SealedDisclosure
from ami_audit.domain.places import Place, written
from ami_audit.ports.secrecy import Secrecy

_SALTING = b"ami-audit/salt/v1"
_SEALING = b"ami-audit/disclosure/v1"
_SALT_BYTES = 16
_NONCE_BYTES = 24
_CLASSES = tuple(DataClassification)


class Opened(NamedTuple):
    """What a disclosure says, and who may read it."""

    disclosure: Disclosure
    classification: DataClassification


class Envelope:
    """Makes and opens what stands behind the commitments of one subject.

    Everything is derived from the subject's key: without it no salt can be guessed, so a digest tells nothing even
    about a value from a short list, and no disclosure can be opened.
    """

    def __init__(self, core: Secrecy, key: bytes, subject: bytes) -> None:
        self._core = core
        self._subject = subject
        self._salting = core.hmac_sha256(key, _SALTING)
        self._sealing = core.hmac_sha256(key, _SEALING)

    def salts(self, record_id: str) -> Callable[[Place], str]:
        """Return what gives the salt of each place in that record: 128 bits, base64url."""

        def salt(place: Place) -> str:
            code = self._core.hmac_sha256(self._salting, f"{record_id}\n{written(place)}".encode())
            return base64.urlsafe_b64encode(code[:_SALT_BYTES]).rstrip(b"=").decode()

        return salt

    def seal(
        self, disclosure: Disclosure, *, sequence: int, record_id: str, classification: DataClassification
    ) -> SealedDisclosure:
        """Return a disclosure as it is stored."""
        digest = digest_bytes(disclosure.digest)
        plain = bytes((classification.weight,)) + disclosure.json
        sealed = self._core.seal(self._sealing, self._nonce(digest), plain, about=_about(record_id, digest))
        return SealedDisclosure(sequence, digest, self._subject, sealed)

    def open(self, stored: SealedDisclosure, *, record_id: str) -> Opened | None:
        """Return what a stored disclosure says; None when it is not what the record committed to."""
        about = _about(record_id, stored.digest)
        plain = self._core.unseal(self._sealing, self._nonce(stored.digest), stored.sealed, about=about)
        if not plain or plain[0] >= len(_CLASSES):
            return None
        try:
            disclosure = disclosure_of(plain[1:])
        except MalformedError:
            return None
        is_committed = digest_bytes(disclosure.digest) == stored.digest
        return Opened(disclosure, _CLASSES[plain[0]]) if is_committed else None

    def _nonce(self, digest: bytes) -> bytes:
        # One digest, one text: the digest is over the very text that is sealed, and its salt is never used twice.
        return self._core.hmac_sha256(self._sealing, digest)[:_NONCE_BYTES]


def _about(record_id: str, digest: bytes) -> bytes:
    return b"ami-audit/disclosure/v1\n" + record_id.encode() + b"\n" + digest
