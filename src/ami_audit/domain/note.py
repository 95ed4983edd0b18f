"""What a signed note is, and how its keys are written (C2SP signed-note).

A note is text, an empty line, and signature lines. Reading is strict, so that two readers never take one file for two
different notes: what was read is written back byte for byte.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from ami_audit.domain.errors import FormatError, SignatureFormatError

# More than any quorum needs, few enough that a hostile note costs nothing.
MOST_SIGNATURES = 100
_DASH = "\u2014 "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


class KeyKind(IntEnum):
    """The signature types that matter here, as their byte in a key; others may be carried, and are never counted."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    ML_DSA_44 = 0x06


# How long the public key of each kind is; the hash of such a key is computed, that of any other is taken as given.
_KEY_SIZES: dict[int, int] = {KeyKind.ED25519: 32, KeyKind.COSIGNATURE: 32, KeyKind.ML_DSA_44: 1312}


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key as notes name it (a "vkey").

    Attributes:
        name: Whose key it is; no spaces, no plus sign.
        key_hash: The 4 bytes by which a signature line names the key.
        kind: The signature type, one byte: 1 for Ed25519, 4 for Ed25519 cosignatures of witnesses.
        public_key: 32 bytes for those two.
    """

    name: str
    key_hash: bytes
    kind: int
    public_key: bytes

    def __str__(self) -> str:
        """The key as one line of text: name, hash in hex, and base64 of kind and key."""
        material = base64.b64encode(bytes([self.kind]) + self.public_key).decode()
        return f"{self.name}+{self.key_hash.hex()}+{material}"

    @classmethod
    def of(cls, name: str, public_key: bytes, *, kind: int = KeyKind.ED25519) -> Self:
        """Return the key of that name with the hash it has.

        Raises:
            FormatError: The name cannot stand in a note.
        """
        check_name(name, "key")
        return cls(name, key_hash(name, public_key, kind=kind), kind, public_key)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key that `name+hash+base64` says.

        Raises:
            FormatError: It is no key, or its hash is not the key's.
        """
        name, first, rest = text.partition("+")
        digits, second, encoded = rest.partition("+")
        if not (first and second):
            raise FormatError("key", f"`{text[:60]}` is not of the form `name+hash+base64`")
        check_name(name, "key")
        if not re.fullmatch("[0-9a-f]{8}", digits):
            raise FormatError("key", f"`{digits[:60]}` is not a key hash of 8 hexadecimal digits")
        material = decoded(encoded, "key")
        if len(material) < 2:
            raise FormatError("key", f"`{name}` holds no public key")
        kind, public_key = material[0], material[1:]
        size = _KEY_SIZES.get(kind)
        if size is not None and len(public_key) != size:
            raise FormatError("key", f"`{name}` is {len(public_key)} bytes long instead of {size}")
        if size is not None and key_hash(name, public_key, kind=kind).hex() != digits:
            raise FormatError("key", f"`{name}` does not hash to `{digits}`")
        return cls(name, bytes.fromhex(digits), kind, public_key)

    def is_named_by(self, signature: "NoteSignature") -> bool:
        """Whether the line says that it is this key's."""
        return signature.name == self.name and signature.key_hash == self.key_hash


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line of a note: the key's name, its 4-byte hash, and the signature."""

    name: str
    key_hash: bytes
    signature: bytes

    def line(self) -> str:
        """Return the line as the note carries it, with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_hash + self.signature).decode()}\n"

    @classmethod
    def parse(cls, line: str, *, what: str = "note") -> Self:
        """Return what one line (without its newline) says.

        Raises:
            FormatError: It is no signature line.
        """
        name, separator, encoded = line.removeprefix(_DASH).rpartition(" ")
        if not line.startswith(_DASH) or not separator:
            raise FormatError(what, "a signature line is not of the form `— name base64`")
        check_name(name, what)
        try:
            raw = decoded(encoded, what)
        except FormatError as error:
            raise SignatureFormatError(what, error.reason) from error
        if len(raw) < 5:
            raise SignatureFormatError(what, "a signature line holds no signature")
        return cls(name, raw[:4], raw[4:])


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text, which ends in a newline, and who signed it; nothing is verified."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        """The whole note."""
        return f"{self.text}\n{''.join(signature.line() for signature in self.signatures)}"

    @classmethod
    def parse(cls, note: str, *, what: str = "note") -> Self:
        """Return the note that a text is; `what` is how a refusal calls it.

        Raises:
            FormatError: It is no signed note.
        """
        refuse_unwritable(note, what)
        # The text may hold empty lines: the last one in the note ends it.
        text, separator, lines = note.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise FormatError(what, "not a signed note: no blank line before its signatures")
        signatures = signature_lines(lines, what=what)
        return cls(text + "\n", signatures)


def signature_lines(text: str, *, what: str = "note") -> tuple[NoteSignature, ...]:
    """Return the signature lines of which `text` consists, each with its newline.

    Raises:
        FormatError: Something else stands there, or far too many lines do.
    """
    lines = text.removesuffix("\n").split("\n")
    if not text.endswith("\n") or len(lines) > MOST_SIGNATURES:
        raise FormatError(what, f"not one to {MOST_SIGNATURES} signature lines")
    return tuple(NoteSignature.parse(line, what=what) for line in lines)


def key_hash(name: str, public_key: bytes, *, kind: int = KeyKind.ED25519) -> bytes:
    """Return the 4 bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:4]


def check_name(name: str, what: str) -> None:
    """Return when a key may have that name.

    Raises:
        FormatError: It is empty, or holds a space, a plus sign or a control character.
    """
    if not name or "+" in name or any(character.isspace() for character in name):
        raise FormatError(what, f"`{name[:60]}` is not of the form of a name: it is empty or holds a space or a plus")
    refuse_unwritable(name, what)


def refuse_unwritable(text: str, what: str) -> None:
    """Return when a note may hold the text.

    Raises:
        FormatError: It holds a control character other than a newline, or is not Unicode.
    """
    found = _CONTROL.search(text)
    if found:
        raise FormatError(what, f"it holds the control character U+{ord(found.group()):04X}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FormatError(what, "it is not valid UTF-8") from error


def decoded(text: str, what: str) -> bytes:
    """Return the bytes of canonical base64.

    Raises:
        FormatError: It is not base64, or not in its one canonical spelling.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError(what, f"`{text[:60]}` is not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise FormatError(what, f"`{text[:60]}` is not canonical base64")
    return raw
