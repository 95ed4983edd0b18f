"""Restores the tree's partial tiles from what the store keeps: full tiles and records."""

from ami_audit.domain.linkage import Head
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import RecordReader, TreeReader
from ami_audit.services.sealing import leaf_hashes

_WIDTH = 256


async def partial_tiles(records: RecordReader, tiles: TreeReader, head: Head, *, core: ChainCore) -> list[bytes]:
    """Return the hashes of each level's partial tile at `head`; reads at most 256 rows a level."""
    if head.size == 0:
        return []
    edges = [await _leaves(records, head.size, core)]
    level, width = 1, head.size // _WIDTH
    while width:
        first = width // _WIDTH * _WIDTH
        below = await tiles.tiles(level - 1, first=first, count=width - first)
        edges.append(b"".join(core.subtree_root(tile.hashes) for tile in below))
        level, width = level + 1, width // _WIDTH
    return edges


async def _leaves(records: RecordReader, size: int, core: ChainCore) -> bytes:
    first = size // _WIDTH * _WIDTH
    found = await records.read(first, count=size - first) if size > first else ()
    return leaf_hashes(core, found) if found else b""
