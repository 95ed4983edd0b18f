"""A signature over a record, and the bytes it covers."""

import base64
import hashlib
import json

from pydantic import BaseModel

from ami_audit.domain.finding import VALUE
from ami_audit.domain.moment import Moment, written

_CONTEXT = b"ami-audit/signature/v1\n"


class AuditSignature(BaseModel):
    """One party's Ed25519 signature (RFC 8032) over one record.

    Attributes:
        signer: Who signed, as the trail's key records name them.
        signature: The 64 signature bytes, base64.
        key_id: SHA-256 of the public key, hex; names the key.
        public_key: The 32 key bytes, base64, where known. It lets a record be checked alone; whether the key is one to
            trust is another question (level `pinned-keys`).
    """

    model_config = VALUE

    signer: str
    signature: str
    algorithm: str = "Ed25519"
    timestamp: Moment
    key_id: str = ""
    public_key: str | None = None

    def key_bytes(self) -> bytes | None:
        """Return the public key, or None when it is absent or is not the key that `key_id` names."""
        if self.public_key is None:
            return None
        try:
            raw = base64.b64decode(self.public_key, validate=True)
        except ValueError:
            return None
        return raw if hashlib.sha256(raw).hexdigest() == self.key_id else None

    def signature_bytes(self) -> bytes:
        """Return the signature's bytes; empty when they are not base64."""
        try:
            return base64.b64decode(self.signature, validate=True)
        except ValueError:
            return b""

    def message(self, *, origin: str, record_hash: str) -> bytes:
        """Return the bytes this signature covers on the record of that hash."""
        return signed_message(
            origin=origin,
            record_hash=record_hash,
            signer=self.signer,
            timestamp=written(self.timestamp),
        )


def signed_message(*, origin: str, record_hash: str, signer: str, timestamp: str) -> bytes:
    """Return the bytes a record signature covers: a context line, then RFC 8785 JSON.

    The five keys are already in canonical order and every value is text, whose canonical form `json` writes.
    """
    body = {
        "algorithm": "Ed25519",
        "origin": origin,
        "record_hash": record_hash,
        "signer": signer,
        "timestamp": timestamp,
    }
    return _CONTEXT + json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
