"""Cosignatures: whose they are, over what, and when; anything else is not counted."""

import dataclasses

import pytest

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.checkpoint import Checkpoint
from ami_audit.domain.cosignature import Cosignature, cosigned_at, cosigned_message, cosigner_key
from ami_audit.domain.errors import FormatError
from ami_audit.domain.note import NoteKey, NoteSignature

_CORE = NativeCore()
_SEED = bytes(range(32))
_KEY = cosigner_key("example.org/w1", _CORE.public_key(_SEED))
_CHECKPOINT = Checkpoint("example.org/trail", 7, bytes(32))
_TIME = 1679315147


def _line(checkpoint: Checkpoint = _CHECKPOINT, *, key: NoteKey = _KEY) -> NoteSignature:
    return Cosignature(_TIME, _CORE.sign(_SEED, cosigned_message(checkpoint, _TIME))).line(key)


def _when(line: NoteSignature, key: NoteKey = _KEY, checkpoint: Checkpoint = _CHECKPOINT) -> int | None:
    return cosigned_at(line, key, checkpoint=checkpoint, check=_CORE.verify_signature)


def test_a_cosignature_says_when_it_was_made() -> None:
    """The witness vouches for the trail as of that second."""
    assert _when(_line()) == _TIME


def test_extension_lines_are_cosigned() -> None:
    """A line taken away afterwards must show."""
    extended = dataclasses.replace(_CHECKPOINT, extensions=("more",))
    assert _when(_line(extended), checkpoint=extended) == _TIME
    assert _when(_line(extended)) is None


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(_CHECKPOINT, size=8),
        dataclasses.replace(_CHECKPOINT, root=b"\1" + bytes(31)),
        dataclasses.replace(_CHECKPOINT, origin="example.org/other"),
    ],
)
def test_a_cosignature_is_for_one_checkpoint(other: Checkpoint) -> None:
    """It must not vouch for another size, root or trail."""
    assert _when(_line(), checkpoint=other) is None


def test_a_changed_time_is_noticed() -> None:
    """The time is part of what is signed."""
    line = _line()
    later = NoteSignature(line.name, line.key_hash, bytes(8) + line.signature[8:])
    assert _when(later) is None


def test_another_name_or_hash_is_another_witness() -> None:
    """Both name the key; one alone may collide by chance or design."""
    line = _line()
    assert _when(NoteSignature("example.org/w2", line.key_hash, line.signature)) is None
    assert _when(NoteSignature(line.name, b"hash", line.signature)) is None


def test_a_log_key_is_no_witness() -> None:
    """The trail's own signature must never count as a witness's."""
    log = NoteKey.of("example.org/w1", _KEY.public_key)
    assert _when(_line(key=log), log) is None


@pytest.mark.parametrize("raw", [b"", bytes(71), bytes(73), b"\x80" + bytes(71), bytes(2428)])
def test_what_is_no_cosignature_is_refused(raw: bytes) -> None:
    """A longer one is of another kind; a time of 2^63 and more does not exist."""
    with pytest.raises(FormatError, match="cosignature"):
        Cosignature.parse(raw)
