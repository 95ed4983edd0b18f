"""The RFC 6962 tree from its definition, in plain Python."""

from collections.abc import Sequence
from hashlib import sha256


def subtree_root(hashes: bytes) -> bytes:
    """Return the root over hashes of one level (RFC 6962 section 2.1)."""
    return _root([hashes[start : start + 32] for start in range(0, len(hashes), 32)])


def grown(leaves: bytes) -> tuple[bytes, bytes, list[bytes], list[tuple[int, int, bytes]]]:
    """Return root, frontier, edges and full tiles of the tree over all leaves; tiles by level, then index."""
    level, edges, tiles = [leaves[start : start + 32] for start in range(0, len(leaves), 32)], [], []
    root, frontier = _root(level), _frontier(level)
    for number in range(8):
        full = len(level) // 256
        edges.append(b"".join(level[256 * full :]))
        tiles += [(number, index, b"".join(level[256 * index : 256 * index + 256])) for index in range(full)]
        level = [_root(level[256 * index : 256 * index + 256]) for index in range(full)]
    while edges and not edges[-1] and not any(tile[0] == len(edges) - 1 for tile in tiles):
        edges.pop()
    return root, frontier, edges, tiles


def _root(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + _root(hashes[:split]) + _root(hashes[split:])).digest()


def _frontier(hashes: Sequence[bytes]) -> bytes:
    roots = []
    for power in reversed(range(len(hashes).bit_length())):
        if len(hashes) >> power & 1:
            start = len(hashes) >> power + 1 << power + 1
            roots.append(_root(hashes[start : start + (1 << power)]))
    return b"".join(roots)
