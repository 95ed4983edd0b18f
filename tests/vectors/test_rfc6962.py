"""Are roots and proofs those of the trees that Certificate Transparency's own tests use?"""

import json
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore

_DATA = json.loads((Path(__file__).parent / "data" / "rfc6962" / "reference.json").read_text())
_INPUTS = [bytes.fromhex(text) for text in _DATA["leaf_inputs_hex"]]
_LEAVES = [sha256(b"\x00" + entry).digest() for entry in _INPUTS]
_ROOTS = [bytes.fromhex(text) for text in _DATA["root_hash_by_size_hex"]]
_LEVELS = [[bytes.fromhex(text) for text in level] for level in _DATA["node_hashes_by_level_hex"]]
_SIZES = range(len(_ROOTS))
_CORE = NativeCore()


def test_the_published_values_are_all_here() -> None:
    """A file that lost its values would pass every test below."""
    assert (len(_INPUTS), len(_ROOTS), [len(level) for level in _LEVELS], len(_DATA["hasher"])) == (
        8,
        9,
        [8, 4, 2, 1],
        4,
    )


def test_leaves_and_nodes_are_hashed_as_published() -> None:
    """Leaf, node and nothing are hashed apart, so that none can be taken for another."""
    nothing, leaf_of_nothing, leaf, node = _DATA["hasher"]
    assert _CORE.subtree_root(b"").hex() == nothing["hash"]
    assert sha256(b"\x00").hexdigest() == leaf_of_nothing["hash"]
    assert sha256(b"\x00" + bytes.fromhex(leaf["leaf_input_hex"])).hexdigest() == leaf["hash"]
    children = bytes.fromhex(node["left_hex"]) + bytes.fromhex(node["right_hex"])
    assert sha256(b"\x01" + children).hexdigest() == node["hash"]


@pytest.mark.parametrize("size", _SIZES)
def test_a_tree_has_the_published_root(size: int) -> None:
    """At each size, by adding all leaves at once and by growing one leaf at a time."""
    leaves = b"".join(_LEAVES[:size])
    assert _CORE.subtree_root(leaves) == reference.subtree_root(leaves) == _ROOTS[size]
    frontier, edges, root = b"", list[bytes](), _ROOTS[0]
    for position in range(size):
        root, frontier, edges, _ = _CORE.grow(position, frontier=frontier, edges=edges, leaves=_LEAVES[position])
    assert root == _ROOTS[size]


def test_the_nodes_of_each_level_are_the_published_ones() -> None:
    """Proofs are made of them."""
    assert _LEVELS[0] == _LEAVES
    for below, level in pairwise(_LEVELS):
        pairs = [below[start] + below[start + 1] for start in range(0, len(below), 2)]
        assert [_CORE.subtree_root(pair) for pair in pairs] == level


@pytest.mark.parametrize("size", _SIZES)
def test_the_proofs_between_published_roots_hold(size: int) -> None:
    """Made by the definition from the published leaves, checked against the published roots."""
    for index in range(size):
        proof = b"".join(reference.inclusion_proof(_LEAVES[:size], index))
        assert _CORE.verify_inclusion(_LEAVES[index], index=index, size=size, proof=proof, root=_ROOTS[size])
    for old in range(size + 1):
        proof = b"".join(reference.consistency_proof(_LEAVES[:size], old))
        assert _CORE.verify_consistency(_ROOTS[old], _ROOTS[size], old_size=old, new_size=size, proof=proof)
