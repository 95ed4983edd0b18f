"""Is the tree that grows at its edge the one that RFC 6962 defines?"""

import hashlib

from hypothesis import given
from hypothesis import strategies as st
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore

_CORE = NativeCore()
_hash = st.binary(min_size=32, max_size=32)
_LEAVES = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(66_000))


@given(st.lists(st.integers(0, 700), max_size=6))
def test_any_way_of_growing_gives_the_tree_of_the_definition(steps: list[int]) -> None:
    """Batches come as they come; the root, the edges and the tiles must not remember them."""
    size, frontier, edges, tiles = 0, b"", list[bytes](), list[tuple[int, int, bytes]]()
    root = hashlib.sha256().digest()
    for step in steps:
        leaves = _LEAVES[32 * size : 32 * (size + step)]
        root, frontier, edges, full = _CORE.grow(size, frontier=frontier, edges=edges, leaves=leaves)
        size, tiles = size + step, [*tiles, *full]
    expected = reference.grown(_LEAVES[: 32 * size])
    assert (root, frontier, sorted(tiles)) == (expected[0], expected[1], sorted(expected[3]))
    assert _trimmed(edges) == _trimmed(expected[2])


def test_tiles_of_the_second_level_hold_what_the_first_adds_up_to() -> None:
    """A level more than the small trees above have."""
    root, frontier, edges, tiles = _CORE.grow(0, frontier=b"", edges=[], leaves=_LEAVES)
    expected = reference.grown(_LEAVES)
    assert (root, frontier, sorted(tiles)) == (expected[0], expected[1], sorted(expected[3]))
    assert _trimmed(edges) == _trimmed(expected[2])
    assert {level for level, _, _ in tiles} == {0, 1}


@given(st.integers(0, 600))
def test_a_root_over_one_level_is_the_definitions(count: int) -> None:
    """Proofs are made from tiles, and a tile's root is a node above."""
    assert _CORE.subtree_root(_LEAVES[: 32 * count]) == reference.subtree_root(_LEAVES[: 32 * count])


@given(st.integers(0, 2**62), st.lists(st.tuples(_hash, st.booleans()), max_size=5))
def test_leaves_are_the_twins(first: int, records: list[tuple[bytes, bool]]) -> None:
    """Position, record and signatures are all in the leaf."""
    entry = reference.written_block([reference.Signature(bytes(32), bytes(64), 0, "a")])
    blocks = [entry if is_signed else b"" for _, is_signed in records]
    ends = [sum(map(len, blocks[: index + 1])) for index in range(len(blocks))]
    hashes = b"".join(record for record, _ in records)
    assert _CORE.leaf_hashes(first, hashes, blocks=b"".join(blocks), ends=ends) == reference.leaf_hashes(
        first, hashes, blocks=b"".join(blocks), ends=ends
    )


def _trimmed(edges: list[bytes]) -> list[bytes]:
    """Return the edges without empty levels at the top, which mean nothing."""
    while edges and not edges[-1]:
        edges = edges[:-1]
    return edges
