"""RFC 6962 proofs from their recursive definition, in plain Python; a proof is a list of hashes."""

from collections.abc import Sequence
from hashlib import sha256

from tests.support.reference.tree import subtree_root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof of one leaf hash (section 2.1.1)."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return [*inclusion_proof(left, index), subtree_root(b"".join(right))]
    return [*inclusion_proof(right, index - split), subtree_root(b"".join(left))]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the proof that the first leaves were there before (section 2.1.2); empty from the empty tree."""
    return _subproof(leaves, old_size, is_whole=True) if old_size else []


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: bytes, root: bytes) -> bool:
    """Return whether the definition, read backwards, makes the root of the proof."""
    if len(proof) % 32 or index >= size:
        return False
    try:
        return _root_by(leaf, index, size, _hashes(proof)) == root
    except _MisfitError:
        return False


def verify_consistency(old_root: bytes, new_root: bytes, *, old_size: int, new_size: int, proof: bytes) -> bool:
    """Return whether the definition, read backwards, makes both roots of the proof."""
    if old_size == 0:
        is_nothing = old_root == sha256().digest() and not proof
        return is_nothing and (new_size > 0 or new_root == old_root)
    if len(proof) % 32 or old_size > new_size:
        return False
    try:
        return _roots_by(old_root, old_size, new_size, _hashes(proof), is_whole=True) == (old_root, new_root)
    except _MisfitError:
        return False


class _MisfitError(Exception):
    """A proof is too long or too short."""


def _subproof(leaves: Sequence[bytes], old_size: int, *, is_whole: bool) -> list[bytes]:
    if old_size == len(leaves):
        return [] if is_whole else [subtree_root(b"".join(leaves))]
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if old_size <= split:
        return [*_subproof(left, old_size, is_whole=is_whole), subtree_root(b"".join(right))]
    return [*_subproof(right, old_size - split, is_whole=False), subtree_root(b"".join(left))]


def _root_by(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    if size == 1:
        return _fitting([leaf, *proof])
    rest, sibling = _parted(proof)
    split = _split(size)
    if index < split:
        return _node(_root_by(leaf, index, split, rest), sibling)
    return _node(sibling, _root_by(leaf, index - split, size - split, rest))


def _roots_by(old_root: bytes, old: int, new: int, proof: list[bytes], *, is_whole: bool) -> tuple[bytes, bytes]:
    if old == new:
        root = _fitting([old_root, *proof] if is_whole else proof)
        return root, root
    rest, sibling = _parted(proof)
    split = _split(new)
    if old <= split:
        before, after = _roots_by(old_root, old, split, rest, is_whole=is_whole)
        return before, _node(after, sibling)
    before, after = _roots_by(old_root, old - split, new - split, rest, is_whole=False)
    return _node(sibling, before), _node(sibling, after)


def _parted(proof: list[bytes]) -> tuple[list[bytes], bytes]:
    if not proof:
        raise _MisfitError
    return proof[:-1], proof[-1]


def _fitting(hashes: list[bytes]) -> bytes:
    if len(hashes) != 1:
        raise _MisfitError
    return hashes[0]


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _hashes(proof: bytes) -> list[bytes]:
    return [proof[start : start + 32] for start in range(0, len(proof), 32)]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
