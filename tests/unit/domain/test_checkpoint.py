"""Checkpoints as C2SP signed notes: what is written is read back, and nothing else is taken for one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.note import NoteSignature

_ROOT = bytes(range(32))
_BODY = f"example.org/trail\n7\n{base64.b64encode(_ROOT).decode()}\n"
_LINE = f"\u2014 example.org/trail {base64.b64encode(b'hash' + bytes(64)).decode()}\n"
_NAME = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="+\x7f\xa0"), min_size=1)


def _printable(name: str) -> bool:
    return not any(character.isspace() or not character.isprintable() for character in name)


@given(
    _NAME.filter(_printable),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(
        st.tuples(_NAME.filter(_printable), st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)),
        min_size=1,
    ),
)
def test_a_note_that_was_written_is_read_back(
    origin: str, size: int, root: bytes, signatures: list[tuple[str, bytes, bytes]]
) -> None:
    """The guard outside the store keeps nothing but the note."""
    signed = SignedCheckpoint(Checkpoint(origin, size, root), tuple(NoteSignature(*parts) for parts in signatures))
    assert SignedCheckpoint.parse(signed.note()) == signed


def test_a_body_is_what_the_format_says() -> None:
    """Witnesses and other people's tools read these three lines."""
    assert Checkpoint("example.org/trail", 7, _ROOT).body() == _BODY


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("", "no blank line"),
        (_BODY + _LINE, "no blank line"),
        (_BODY + "\n" + _LINE.rstrip("\n"), "no blank line"),
        (_BODY + "\n\n", "no blank line"),
        (_BODY + "\n- example.org/trail AAAAAAAA\n", "not of the form"),
        (_BODY + "\n\u2014 AAAAAAAA\n", "not of the form"),
        (_BODY + "\n\u2014 a b AAAAAAAA\n", "not of the form"),
        (_BODY + "\n\u2014 a+b AAAAAAAA\n", "not of the form"),
        (_BODY + "\n\u2014 a AAAA\n", "no signature"),
        (_BODY + "\n\u2014 a AAAAAA\n", "not base64"),
        (_BODY + "\n\u2014 a AAAAAB==\n", "not canonical base64"),
        (_BODY + "\nextension\n\n" + _LINE, "three lines"),
        (_BODY + "a\tb\n\n" + _LINE, "control character"),
        (_BODY.replace("example.org/trail\n", "\n") + "\n" + _LINE, "three lines"),
        (_BODY.replace("\n7\n", "\n07\n") + "\n" + _LINE, "not a tree size"),
        (_BODY.replace("\n7\n", "\n-7\n") + "\n" + _LINE, "not a tree size"),
        (_BODY.replace("\n7\n", "\n\u0667\n") + "\n" + _LINE, "not a tree size"),
        (f"example.org/trail\n7\n{base64.b64encode(_ROOT[1:]).decode()}\n\n" + _LINE, "31 bytes"),
    ],
)
def test_what_is_not_quite_a_note_is_refused(note: str, reason: str) -> None:
    """Two readers that take different things for a note can be shown different trails."""
    with pytest.raises(MalformedError, match=reason):
        SignedCheckpoint.parse(note)


def test_lines_that_another_log_signed_along_are_kept() -> None:
    """A witness signs what the log signed, whether it understands the extension or not."""
    signed = SignedCheckpoint.parse(_BODY + "extension\n\n" + _LINE)
    assert signed.checkpoint.extensions == ("extension",)
    assert signed.note() == _BODY + "extension\n\n" + _LINE


def test_a_signature_is_added_once() -> None:
    """Collecting twice from one witness must not make a note longer."""
    signed = SignedCheckpoint.parse(_BODY + "\n" + _LINE)
    more = NoteSignature("w", b"1234", b"5")
    assert signed.with_signatures(more, more, *signed.signatures).signatures == (*signed.signatures, more)


@given(st.text())
def test_no_text_at_all_ends_in_anything_but_a_note_or_a_refusal(text: str) -> None:
    """The file outside the store can hold anything by tomorrow."""
    try:
        signed = SignedCheckpoint.parse(text)
    except MalformedError:
        return
    assert signed.note() == text
