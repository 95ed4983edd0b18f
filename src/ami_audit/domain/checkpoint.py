"""What a trail signs about itself: how long it is and the root of its tree, as a signed note (C2SP tlog-checkpoint).

The trail's own key is Ed25519 (signature type 0x01), its name the trail's origin; witnesses add their cosignatures.
"""

import base64
import re
from dataclasses import dataclass
from typing import Self

from ami_audit.domain.errors import FormatError
from ami_audit.domain.note import NoteSignature, SignedNote, decoded

_WHAT = "checkpoint"
_SIZE = re.compile("0|[1-9][0-9]{0,18}")
_LARGEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first `size` records of the trail `origin` have this RFC 6962 root (32 bytes).

    Attributes:
        extensions: Further lines that somebody else's log has signed along; we write none and understand none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def body(self) -> str:
        """Return the text that is signed: origin, size and base64 root, then extensions, a line each."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the checkpoint that a note's text is.

        Raises:
            FormatError: It is none.
        """
        lines = text.removesuffix("\n").split("\n")
        if not text.endswith("\n") or len(lines) < 3 or not all(lines):
            raise FormatError(_WHAT, "not an origin, a size and a root on three lines")
        origin, size, root, *extensions = lines
        raw = decoded(root, _WHAT)
        if len(raw) != 32:
            raise FormatError(_WHAT, f"a root of {len(raw)} bytes instead of 32")
        return cls(origin, tree_size(size, _WHAT), raw, tuple(extensions))


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with its signatures: the trail's own, and those of witnesses."""

    checkpoint: Checkpoint
    signatures: tuple[NoteSignature, ...]

    def note(self) -> str:
        """Return the whole signed note."""
        return str(SignedNote(self.checkpoint.body(), self.signatures))

    def with_signatures(self, *more: NoteSignature) -> Self:
        """Return this checkpoint with those signatures after its own, none of them twice."""
        return type(self)(self.checkpoint, tuple(dict.fromkeys((*self.signatures, *more))))

    @classmethod
    def parse(cls, note: str) -> Self:
        """Return the checkpoint a note holds; nothing is verified.

        Raises:
            FormatError: Not a signed note, or not a checkpoint.
        """
        signed = SignedNote.parse(note, what=_WHAT)
        return cls(Checkpoint.parse(signed.text), signed.signatures)


def tree_size(text: str, what: str) -> int:
    """Return the number of leaves that a decimal number without leading zeros says.

    Raises:
        FormatError: It is no such number, or beyond 2^63−1.
    """
    if not _SIZE.fullmatch(text) or int(text) > _LARGEST:
        raise FormatError(what, f"`{text[:60]}` is not a tree size")
    return int(text)
