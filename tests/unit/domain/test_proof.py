"""Proof files: what is written is read back, and what the format does not allow is refused with its line."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.errors import ProofError
from ami_audit.domain.proof import Leaf, TlogProof

_HEADER = "c2sp.org/tlog-proof@v1\n"
_HASH = "rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4=\n"
_note = st.text(min_size=1).filter(lambda text: "\r" not in text)


@given(st.integers(0, 2**64 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=64), _note, st.binary())
def test_a_proof_that_was_written_is_read_back(index: int, hashes: list[bytes], note: str, extra: bytes) -> None:
    """The checkpoint must come back verbatim, for signatures are over its bytes."""
    for carried in (None, extra):
        proof = TlogProof(index, b"".join(hashes), note, carried)
        assert TlogProof.parse(proof.format()) == proof


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "line 1"),
        ("c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n", "line 1"),
        (f"{_HEADER}index 00\n\nnote\n", "line 2"),
        (f"{_HEADER}index 18446744073709551616\n\nnote\n", "line 2"),
        (f"{_HEADER}index \u0663\n\nnote\n", "line 2"),
        (f"{_HEADER}extra AAB=\nindex 0\n\nnote\n", "line 2"),
        (f"{_HEADER}index 0\nextra AAA=\n\nnote\n", "line 3"),
        (f"{_HEADER}index 0\n{_HASH[:-3]}n=\n\nnote\n", "line 3"),
        (f"{_HEADER}index 0\n{_HASH}\r\n\nnote\n", "line 4"),
        (f"{_HEADER}index 0\n{_HASH * 65}\nnote\n", "line 3"),
        (f"{_HEADER}index 0\n", "line 3"),
        (f"{_HEADER}index 0\n\n", "line 3"),
    ],
)
def test_what_the_format_does_not_allow_is_refused_with_its_line(text: str, line: str) -> None:
    """Two readers of one file must never see two proofs in it."""
    with pytest.raises(ProofError) as refusal:
        TlogProof.parse(text)
    assert refusal.value.where == line


@given(
    st.text() | st.builds("".join, st.lists(st.sampled_from([_HEADER, "index 0\n", _HASH, "\n", "extra AA==\n", "a"])))
)
def test_whatever_is_read_as_a_proof_is_written_back_and_all_else_refused(text: str) -> None:
    """A file comes from a stranger; nothing else may be raised, and no two texts may be one proof."""
    try:
        proof = TlogProof.parse(text)
    except ProofError:
        return
    assert proof.format() == text


def test_a_leaf_is_hashed_as_rfc_6962_says_and_read_back() -> None:
    """It is the one place where a record and the tree meet."""
    leaf = Leaf(7, bytes([1]) * 32, bytes([2]) * 32)
    data = b"\x01" + (7).to_bytes(8) + bytes([1]) * 32 + bytes([2]) * 32
    assert (leaf.data(), leaf.hash()) == (data, sha256(b"\x00" + data).digest())
    assert Leaf.parse(data) == leaf


@pytest.mark.parametrize("data", [b"", bytes(73), b"\x01" + bytes(71), b"\x01" + bytes(73), b"\x02" + bytes(72)])
def test_bytes_that_are_no_leaf_are_refused(data: bytes) -> None:
    """The extra data comes from a stranger."""
    with pytest.raises(ProofError, match="expected a record's leaf"):
        Leaf.parse(data)
