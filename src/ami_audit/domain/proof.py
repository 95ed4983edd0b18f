"""One record's proof, for people who hold nothing else: its leaf, its way to the root, and the signed checkpoint.

Format: C2SP tlog-proof. The extra data is the record's leaf, so that whoever checks the proof needs no other file to
know which record it is about.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from ami_audit.domain.errors import ProofError

_HEADER = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}")
_LINE_AT_MOST = 65_535
_HASHES_AT_MOST = 64
_VERSION = b"\x01"


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the tree says about one record: 73 bytes, whose RFC 6962 hash is the record's leaf.

    Attributes:
        sequence: The record's place in the trail.
        record_hash: 32 bytes.
        sigset_hash: Hash of the signatures present at sealing, 32 bytes; zeros for none.
    """

    sequence: int
    record_hash: bytes
    sigset_hash: bytes

    def data(self) -> bytes:
        """Return the bytes that are hashed: 0x01, the sequence (u64 BE), both hashes."""
        return _VERSION + self.sequence.to_bytes(8) + self.record_hash + self.sigset_hash

    def hash(self) -> bytes:
        """Return the leaf's hash, 32 bytes."""
        return sha256(b"\x00" + self.data()).digest()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the leaf that these bytes hold.

        Raises:
            ProofError: They hold none.
        """
        if len(data) != 73 or not data.startswith(_VERSION):
            raise ProofError("extra data", "expected a record's leaf: 73 bytes, the first of them 1")
        return cls(int.from_bytes(data[1:9]), data[9:41], data[41:])


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A `.tlog-proof` file.

    Attributes:
        index: The entry's place in the log.
        hashes: The inclusion proof (RFC 6962 2.1.1), 32 bytes each, concatenated.
        checkpoint: The signed note as it was issued; a text that nobody has looked at yet.
        extra: What the application has put there; None for nothing.
    """

    index: int
    hashes: bytes
    checkpoint: str
    extra: bytes | None = None

    def format(self) -> str:
        """Return the file's text."""
        extra = [] if self.extra is None else [f"extra {_encoded(self.extra)}"]
        hashes = [_encoded(self.hashes[start : start + 32]) for start in range(0, len(self.hashes), 32)]
        return "\n".join([_HEADER, *extra, f"index {self.index}", *hashes, "", self.checkpoint])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the proof that a text holds; its checkpoint is not looked at.

        Raises:
            ProofError: It is not of the format; says which line and why.
        """
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        _expect(lines[0] == _HEADER, 1, f"`{_HEADER}`")
        _expect(all(len(line) <= _LINE_AT_MOST for line in lines), 1, f"no line over {_LINE_AT_MOST} characters")
        extra = None
        number = 2
        if len(lines) > 1 and lines[1].startswith("extra "):
            extra = _decoded(lines[1].removeprefix("extra "), number)
            number = 3
        index = lines[number - 1] if len(lines) >= number else ""
        digits = index.removeprefix("index ")
        _expect(index.startswith("index ") and _is_u64(digits), number, "`index` and a number")
        hashes = [_decoded(line, place) for place, line in enumerate(lines[number:], number + 1)]
        _expect(all(len(item) == 32 for item in hashes), number + 1, "hashes of 32 bytes in base64")
        _expect(len(hashes) <= _HASHES_AT_MOST, number + 1, f"at most {_HASHES_AT_MOST} hashes")
        _expect(bool(separator) and bool(checkpoint), len(lines) + 1, "an empty line and the checkpoint after it")
        return cls(int(digits), b"".join(hashes), checkpoint, extra)


def _expect(holds: bool, line: int, wanted: str) -> None:  # noqa: FBT001 (what is expected reads as a sentence)
    if not holds:
        raise ProofError(f"line {line}", f"expected {wanted}")


def _is_u64(digits: str) -> bool:
    return _NUMBER.fullmatch(digits) is not None and int(digits) < 1 << 64


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: str, line: int) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError(f"line {line}", "expected base64") from error
    _expect(_encoded(raw) == text, line, "base64 in its one spelling")
    return raw
