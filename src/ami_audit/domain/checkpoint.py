"""What a trail signs about itself: how long it is and the root of its tree, as a C2SP signed note.

Formats: C2SP signed-note and tlog-checkpoint; the key is Ed25519 (signature type 0x01), its name the trail's origin.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Self

from ami_audit.domain.errors import MalformedError

_ED25519 = b"\x01"
_DASH = "\u2014 "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first `size` records of the trail `origin` have this RFC 6962 root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """Return the text that is signed: origin, size and base64 root, a line each."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line of a note: the key's name, its 4-byte hash, and the signature."""

    name: str
    key_hash: bytes
    signature: bytes

    def line(self) -> str:
        """Return the line as the note carries it, with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_hash + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with its signatures."""

    checkpoint: Checkpoint
    signatures: tuple[NoteSignature, ...]

    def note(self) -> str:
        """Return the whole signed note."""
        return self.checkpoint.body() + "\n" + "".join(signature.line() for signature in self.signatures)

    @classmethod
    def parse(cls, note: str) -> Self:
        """Return the checkpoint a note holds; extension lines are refused, for we write none.

        Raises:
            MalformedError: Not a signed note, or not a checkpoint.
        """
        body, separator, lines = note.partition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise MalformedError("checkpoint", "not a signed note: no blank line before its signatures")
        signatures = tuple(_signature(line) for line in lines.removesuffix("\n").split("\n"))
        return cls(_checkpoint(body), signatures)


def key_hash(name: str, public_key: bytes) -> bytes:
    """Return the 4 bytes by which a signature line names its key (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def _checkpoint(body: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) != 3 or not lines[0]:
        raise MalformedError("checkpoint", "not an origin, a size and a root on three lines")
    origin, size, root = lines
    if not (size.isascii() and size.isdigit()) or (size != "0" and size.startswith("0")):
        raise MalformedError("checkpoint", f"`{size}` is not a tree size")
    raw = _base64(root)
    if len(raw) != 32:
        raise MalformedError("checkpoint", f"a root of {len(raw)} bytes instead of 32")
    return Checkpoint(origin, int(size), raw)


def _signature(line: str) -> NoteSignature:
    name, separator, encoded = line.removeprefix(_DASH).rpartition(" ")
    if not line.startswith(_DASH) or not separator or not name or any(mark in name for mark in " +"):
        raise MalformedError("checkpoint", "a signature line is not of the form `— name base64`")
    raw = _base64(encoded)
    if len(raw) < 5:
        raise MalformedError("checkpoint", "a signature line holds no signature")
    return NoteSignature(name, raw[:4], raw[4:])


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("checkpoint", f"`{text[:60]}` is not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise MalformedError("checkpoint", f"`{text[:60]}` is not canonical base64")
    return raw
