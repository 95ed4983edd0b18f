"""Keys and notes: what is written is read back, and what is not quite one is refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.errors import FormatError
from ami_audit.domain.note import MOST_SIGNATURES, KeyKind, NoteKey, NoteSignature, SignedNote, key_hash

_PUBLIC = bytes(range(32))
_NAMES = st.text(min_size=1, max_size=20).filter(
    lambda name: "+" not in name and not any(mark.isspace() or ord(mark) < 32 for mark in name)
)
_SAFE_NAMES = _NAMES.filter(lambda name: not any(0xD800 <= ord(mark) < 0xE000 for mark in name))


def _material(kind: int, public_key: bytes) -> str:
    return base64.b64encode(bytes([kind]) + public_key).decode()


@given(_SAFE_NAMES, st.binary(min_size=32, max_size=32), st.sampled_from([KeyKind.ED25519, KeyKind.COSIGNATURE]))
def test_a_key_that_was_written_is_read_back(name: str, public_key: bytes, kind: int) -> None:
    """Keys travel by mail and by chat, as one line."""
    key = NoteKey.of(name, public_key, kind=kind)
    assert NoteKey.parse(str(key)) == key


def test_a_key_of_another_kind_is_kept_as_it_is() -> None:
    """ECDSA keys hash otherwise; a policy may name one, though it never counts here."""
    text = f"example.org/ecdsa+01020304+{_material(2, b'DER')}"
    assert str(NoteKey.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not of the form"),
        ("name", "not of the form"),
        ("name+01020304", "not of the form"),
        ("+01020304+AAAA", "name"),
        (f"a b+01020304+{_material(1, _PUBLIC)}", "name"),
        (f"a\u00a0b+01020304+{_material(1, _PUBLIC)}", "name"),
        (f"name+0102030+{_material(1, _PUBLIC)}", "8 hexadecimal digits"),
        (f"name+0102030G+{_material(1, _PUBLIC)}", "8 hexadecimal digits"),
        ("name+01020304+A", "not base64"),
        (f"name+01020304+{_material(1, b'')}", "no public key"),
        (f"name+01020304+{_material(1, _PUBLIC[1:])}", "31 bytes"),
        (f"name+01020304+{_material(4, _PUBLIC[1:])}", "31 bytes"),
        (f"name+01020304+{_material(6, _PUBLIC)}", "instead of 1312"),
        (f"name+01020304+{_material(1, _PUBLIC)}", "does not hash to"),
        (f"name+{key_hash('name', _PUBLIC).hex().upper()}+{_material(1, _PUBLIC)}", "8 hexadecimal digits"),
    ],
)
def test_what_is_not_quite_a_key_is_refused(text: str, reason: str) -> None:
    """A key that is read wrongly trusts somebody else."""
    with pytest.raises(FormatError, match=reason):
        NoteKey.parse(text)


def test_a_key_hash_is_the_one_of_signed_note() -> None:
    """The key of the Go checksum database's documentation, PeterNeumann."""
    public_key = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    assert key_hash("PeterNeumann", public_key).hex() == "c74f20a3"


def test_a_note_holds_no_more_signatures_than_anybody_needs() -> None:
    """Each one costs its reader a look; a hostile note must not cost a million."""
    line = NoteSignature("w", b"hash", b"s")
    SignedNote.parse(str(SignedNote("text\n", (line,) * MOST_SIGNATURES)))
    with pytest.raises(FormatError, match="signature lines"):
        SignedNote.parse(str(SignedNote("text\n", (line,) * (MOST_SIGNATURES + 1))))


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("te\rxt\n\n\u2014 w AAAAAAA=\n", r"U\+000D"),
        ("te\0xt\n\n\u2014 w AAAAAAA=\n", r"U\+0000"),
        ("te\udc80xt\n\n\u2014 w AAAAAAA=\n", "not valid UTF-8"),
        ("text\n\u2014 w AAAAAAA=\n", "no blank line"),
        ("text\n\n\u2014 w AAAAAAA=", "no blank line"),
        ("text\n\n\u2014 w AAAAAAA=\n\u2014 w\n", "not of the form"),
    ],
)
def test_what_is_not_quite_a_note_is_refused(note: str, reason: str) -> None:
    """Two readers that take different things for a note can be shown different texts."""
    with pytest.raises(FormatError, match=reason):
        SignedNote.parse(note)


@given(st.text())
def test_no_text_ends_in_anything_but_a_key_a_note_or_a_refusal(text: str) -> None:
    """What is read here comes from anywhere."""
    for parse in (SignedNote.parse, NoteKey.parse):
        try:
            read = parse(text)
        except FormatError:
            continue
        assert str(read) == text
