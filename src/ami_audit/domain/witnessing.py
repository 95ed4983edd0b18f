"""What a trail asks of a witness and what it answers (C2SP tlog-witness, `add-checkpoint`).

The same text is the file that is carried to a witness without a network.
"""

import base64
from dataclasses import dataclass
from typing import NamedTuple, Self

from ami_audit.domain.checkpoint import SignedCheckpoint, tree_size
from ami_audit.domain.errors import FormatError
from ami_audit.domain.note import decoded

SIZE_TYPE = "text/x.tlog.size"
MOST_BYTES = 256 * 1024
_WHAT = "request"
_MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class CosignRequest:
    """Please cosign this checkpoint, which continues the tree of `old_size` that you saw last.

    Attributes:
        old_size: What the witness is thought to have cosigned last; 0 for nothing.
        proof: RFC 6962 2.1.2 consistency proof between the sizes, hashes of 32 bytes concatenated; empty from 0.
        signed: The checkpoint, signed by the log.
    """

    old_size: int
    proof: bytes
    signed: SignedCheckpoint

    def __str__(self) -> str:
        """The request as it is sent or carried."""
        hashes = [self.proof[start : start + 32] for start in range(0, len(self.proof), 32)]
        lines = "".join(f"{base64.b64encode(part).decode()}\n" for part in hashes)
        return f"old {self.old_size}\n{lines}\n{self.signed.note()}"

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Return the request that was sent; nothing in it is verified.

        Raises:
            FormatError: It is none.
        """
        head, separator, note = _text(raw).partition("\n\n")
        first, *lines = head.split("\n")
        word, blank, size = first.partition(" ")
        if not separator or word != "old" or not blank:
            raise FormatError(_WHAT, "not an `old` size, a proof, an empty line and a checkpoint")
        if len(lines) > _MOST_HASHES:
            raise FormatError(_WHAT, f"its proof is longer than {_MOST_HASHES} hashes")
        hashes = [decoded(line, _WHAT) for line in lines]
        if any(len(part) != 32 for part in hashes):
            raise FormatError(_WHAT, "a hash of its proof is not 32 bytes long")
        return cls(tree_size(size, _WHAT), b"".join(hashes), SignedCheckpoint.parse(note))


class WitnessAnswer(NamedTuple):
    """What a witness answers, as HTTP has it."""

    status: int
    body: str
    content_type: str = "text/plain; charset=utf-8"


def conflict(size: int) -> WitnessAnswer:
    """Return the answer that says which size the witness saw last."""
    return WitnessAnswer(409, f"{size}\n", SIZE_TYPE)


def last_size_in(answer: WitnessAnswer) -> int | None:
    """Return the size that an answer 409 says the witness saw last; None when it says none.

    Raises:
        FormatError: What it says is no size.
    """
    if answer.status != 409 or answer.content_type.partition(";")[0].strip().lower() != SIZE_TYPE:
        return None
    if not answer.body.endswith("\n"):
        raise FormatError("answer", "its size does not end in a newline")
    return tree_size(answer.body.removesuffix("\n"), "answer")


def _text(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise FormatError(_WHAT, f"it is longer than {MOST_BYTES} bytes")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise FormatError(_WHAT, "it is not valid UTF-8") from error
