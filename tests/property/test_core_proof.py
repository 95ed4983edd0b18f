"""Does a proof hold exactly where RFC 6962 says that it does?"""

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore

_CORE = NativeCore()
_LEAVES = [hashlib.sha256(b"%d" % number).digest() for number in range(600)]
_size = st.integers(1, len(_LEAVES))
_hash = st.binary(min_size=32, max_size=32)


def _root(size: int) -> bytes:
    return _CORE.subtree_root(b"".join(_LEAVES[:size]))


@st.composite
def _bent(draw: st.DrawFn, proof: bytes) -> bytes:
    """Return the proof as it is, with a byte changed, cut, or with something added."""
    end = draw(st.integers(0, len(proof)))
    return draw(
        st.sampled_from([proof, proof[:end], proof[: end // 32 * 32], proof[end:] + bytes(32), proof + bytes(32)])
        | st.just(proof[:end] + bytes(byte ^ 1 for byte in proof[end : end + 1]) + proof[end + 1 :])
    )


@given(size=_size, data=st.data())
def test_inclusion_is_judged_as_the_definition_read_backwards(size: int, data: st.DataObject) -> None:
    """A proof is what an auditor holds against us: neither a wrong one may pass nor a right one fail."""
    index = data.draw(st.integers(0, size - 1))
    right = b"".join(reference.inclusion_proof(_LEAVES[:size], index))
    assert _CORE.verify_inclusion(_LEAVES[index], index=index, size=size, proof=right, root=_root(size))
    place, claimed = data.draw(st.sampled_from([index, index ^ 1, size])), data.draw(st.sampled_from([size, size + 1]))
    proof, root = data.draw(_bent(right)), data.draw(st.sampled_from([_root(size), bytes(32)]))
    assert _CORE.verify_inclusion(
        _LEAVES[index], index=place, size=claimed, proof=proof, root=root
    ) == reference.verify_inclusion(_LEAVES[index], index=place, size=claimed, proof=proof, root=root)


@given(new=_size, data=st.data())
def test_consistency_is_judged_as_the_definition_read_backwards(new: int, data: st.DataObject) -> None:
    """A witness signs on the strength of this answer alone."""
    old = data.draw(st.integers(0, new))
    right = b"".join(reference.consistency_proof(_LEAVES[:new], old))
    assert _CORE.verify_consistency(_root(old), _root(new), old_size=old, new_size=new, proof=right)
    old_root, new_root = data.draw(st.permutations([_root(old), _root(new), bytes(32)]))[:2]
    old_size, new_size = data.draw(st.sampled_from([(old, new), (new, old), (old, new + 1), (old + 1, new)]))
    proof = data.draw(_bent(right))
    assert _CORE.verify_consistency(
        old_root, new_root, old_size=old_size, new_size=new_size, proof=proof
    ) == reference.verify_consistency(old_root, new_root, old_size=old_size, new_size=new_size, proof=proof)


@given(leaf=_hash, root=_hash, numbers=st.tuples(*[st.integers(0, 2**64 - 1)] * 2), proof=st.binary(max_size=70 * 32))
def test_bytes_that_are_no_proof_do_not_hold(leaf: bytes, root: bytes, numbers: tuple[int, int], proof: bytes) -> None:
    """Whatever a stranger sends, at any size that fits 64 bits, is answered."""
    assume(leaf != root)
    first, second = numbers
    assert not _CORE.verify_inclusion(leaf, index=first, size=second, proof=proof, root=root)
    assert not _CORE.verify_consistency(leaf, root, old_size=first, new_size=second, proof=proof)


def test_a_hash_of_another_length_is_a_misuse() -> None:
    """It cannot come from a proof: the caller mixed something up."""
    with pytest.raises(ValueError, match="leaf: expected 32 bytes"):
        _CORE.verify_inclusion(b"", index=0, size=1, proof=b"", root=bytes(32))
    with pytest.raises(ValueError, match="new_root: expected 32 bytes"):
        _CORE.verify_consistency(bytes(32), b"", old_size=1, new_size=1, proof=b"")
