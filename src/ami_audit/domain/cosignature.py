"""What a witness signs: that it saw a trail of that size and root, and when (C2SP tlog-cosignature, cosignature/v1).

Only the Ed25519 kind is made and counted here. Lines of other kinds, ML-DSA among them, are carried along.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from ami_audit.domain.checkpoint import Checkpoint
from ami_audit.domain.errors import FormatError
from ami_audit.domain.linkage import StoredCosignature
from ami_audit.domain.note import KeyKind, NoteKey, NoteSignature

# The public key, the message and the signature: whether it holds.
Check = Callable[[bytes, bytes, bytes], bool]

_STAMP = struct.Struct(">Q")
_LATEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Cosignature:
    """One witness's signature over a checkpoint, made at `time` (seconds since 1970, UTC)."""

    time: int
    signature: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Return the cosignature that stands in a signature line, after the key's hash.

        Raises:
            FormatError: It is not a time before 2^63 and 64 bytes of signature.
        """
        if len(raw) != _STAMP.size + 64:
            raise FormatError("cosignature", f"it is {len(raw)} bytes long instead of {_STAMP.size + 64}")
        (time,) = _STAMP.unpack_from(raw)
        if time > _LATEST:
            raise FormatError("cosignature", f"`{time}` is no time")
        return cls(time, raw[_STAMP.size :])

    def line(self, key: NoteKey) -> NoteSignature:
        """Return the signature line of the witness whose key that is."""
        return NoteSignature(key.name, key.key_hash, _STAMP.pack(self.time) + self.signature)


def cosigned_message(checkpoint: Checkpoint, time: int) -> bytes:
    """Return the bytes that a witness signs at that time; extension lines are signed along."""
    return f"cosignature/v1\ntime {time}\n{checkpoint.body()}".encode()


def kept_line(stored: StoredCosignature) -> NoteSignature:
    """Return the signature line that a kept cosignature is in its checkpoint's note.

    Raises:
        FormatError: What is kept is no witness's key.
    """
    key = NoteKey.parse(stored.witness)
    return NoteSignature(key.name, key.key_hash, stored.signature)


def cosigner_key(name: str, public_key: bytes) -> NoteKey:
    """Return the key of a witness of that name.

    Raises:
        FormatError: The name cannot stand in a note.
    """
    return NoteKey.of(name, public_key, kind=KeyKind.COSIGNATURE)


def cosigned_at(line: NoteSignature, key: NoteKey, *, checkpoint: Checkpoint, check: Check) -> int | None:
    """Return when the witness `key` cosigned the checkpoint with that line; None when it did not."""
    if key.kind != KeyKind.COSIGNATURE or not key.is_named_by(line):
        return None
    try:
        cosignature = Cosignature.parse(line.signature)
    except FormatError:
        return None
    message = cosigned_message(checkpoint, cosignature.time)
    return cosignature.time if check(key.public_key, message, cosignature.signature) else None
