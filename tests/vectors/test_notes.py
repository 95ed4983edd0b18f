"""Are notes, checkpoints and cosignatures read and written as the examples of the C2SP specifications?"""

import json
from pathlib import Path

import pytest

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.cosignature import Cosignature, cosigned_message
from ami_audit.domain.errors import FormatError
from ami_audit.domain.note import KeyKind, NoteKey, NoteSignature, SignedNote, signature_lines

_DATA = Path(__file__).parent / "data" / "c2sp"
_CORE = NativeCore()


def _text(name: str) -> str:
    return (_DATA / name).read_bytes().decode()


def _as_file(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


# The specifications' example blocks, by what they are. Templates (`<vkey>`, `[...]`) are no notes and stand below.
_NOTES = ("signed-note.fenced1.txt", "signed-note.fenced2.txt")
_CHECKPOINTS = ("tlog-checkpoint.fenced1.txt", "tlog-cosignature.fenced1.txt")
_LINES = ("tlog-mirror.block2.txt", "tlog-witness.block3.txt")
_ABRIDGED = ("tlog-witness.block4.txt", "tlog-witness.fenced1.txt", "tlog-proof.fenced1.txt")


@pytest.mark.parametrize("name", [*_NOTES, *_CHECKPOINTS])
def test_an_example_note_is_written_back_byte_for_byte(name: str) -> None:
    """What is read must be what is signed."""
    note = _as_file(_text(name))
    assert str(SignedNote.parse(note)) == note


@pytest.mark.parametrize("name", _CHECKPOINTS)
def test_an_example_checkpoint_is_written_back_byte_for_byte(name: str) -> None:
    """Its three lines mean the same to everybody."""
    note = _as_file(_text(name))
    signed = SignedCheckpoint.parse(note)
    assert (signed.checkpoint.origin, signed.checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert signed.note() == note


def test_the_valid_example_verifies_with_its_key() -> None:
    """The one example that is published with its key."""
    example = json.loads(_text("signed-note.valid.json"))
    key, note = NoteKey.parse(example["vkey"]), SignedNote.parse(example["note"])
    (line,) = note.signatures
    assert str(key) == example["vkey"] == _text("signed-note.block4.txt").strip()
    assert key == NoteKey.of(key.name, key.public_key)
    assert key.is_named_by(line)
    assert _CORE.verify_signature(key.public_key, note.text.encode(), line.signature)
    assert not _CORE.verify_signature(key.public_key, note.text.encode() + b"\n", line.signature)


def test_the_text_of_a_note_may_hold_empty_lines() -> None:
    """The last empty line ends it, not the first."""
    note = SignedNote.parse(_as_file(_text("signed-note.fenced1.txt")))
    assert note.text.endswith("raggio di sole:\n\ned è subito sera.\n")
    assert [line.name for line in note.signatures] == ["quasimodo.example/salvatore"]


def test_the_example_cosignature_signs_the_published_message() -> None:
    """Its time stands before its 64 bytes, and in the message."""
    signed = SignedCheckpoint.parse(_as_file(_text("tlog-cosignature.fenced1.txt")))
    cosignature = Cosignature.parse(signed.signatures[1].signature)
    message = cosigned_message(signed.checkpoint, cosignature.time)
    assert message.decode() == _as_file(_text("tlog-cosignature.block2.txt"))


@pytest.mark.parametrize("name", _LINES)
def test_example_signature_lines_are_written_back_byte_for_byte(name: str) -> None:
    """What a witness answers is such lines and nothing else."""
    lines = _as_file(_text(name))
    assert "".join(line.line() for line in signature_lines(lines)) == lines


@pytest.mark.parametrize("name", _ABRIDGED)
def test_an_abridged_example_is_refused(name: str) -> None:
    """`[...]` is no base64: what is not whole is not a note."""
    with pytest.raises(FormatError):
        signature_lines(_as_file(_text(name)))


def test_the_template_of_a_key_is_no_key() -> None:
    """The specification's words for a key are not one."""
    with pytest.raises(FormatError, match="not of the form of a name"):
        NoteKey.parse(_text("signed-note.block3.txt").strip())


def test_a_witness_key_hash_is_of_its_kind() -> None:
    """One public key has another hash as a log's key than as a witness's, so neither passes for the other."""
    public_key = bytes(range(32))
    log, witness = NoteKey.of("w", public_key), NoteKey.of("w", public_key, kind=KeyKind.COSIGNATURE)
    assert log.key_hash != witness.key_hash
    assert NoteKey.parse(str(witness)) == witness


def test_a_line_of_an_unknown_kind_is_carried() -> None:
    """An ML-DSA cosignature is longer than ours and not understood, and must survive being read and written."""
    checkpoint = Checkpoint("example.org/trail", 1, bytes(32))
    signed = SignedCheckpoint(checkpoint, (NoteSignature("example.org/w", b"mlds", bytes(2428)),))
    assert SignedCheckpoint.parse(signed.note()) == signed
