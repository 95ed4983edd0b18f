"""How a trail is laid out as static files that other tools read (C2SP tlog-tiles).

An entry is a record's leaf, 73 bytes (`domain/proof.py`): its RFC 6962 hash is the record's leaf in the tree. So the
files commit to every record and tell nothing of what is in it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ami_audit.domain.errors import ProofError

CHECKPOINT = "checkpoint"
WIDTH = 256
_HEIGHT = 8


class Place(NamedTuple):
    """Where a tile, or a bundle of entries, stands in a tree of some size.

    Attributes:
        level: 0 for leaves; a hash on level L stands for 256^L records.
        number: From the left, from 0.
        width: How many hashes or entries it holds; below 256 it is partial, and the last of its level.
    """

    level: int
    number: int
    width: int = WIDTH

    @property
    def tile_path(self) -> str:
        """The tile's file: `tile/0/x001/x234/067`, partial `tile/1/000.p/17`."""
        return f"tile/{self.level}/{self._ending()}"

    @property
    def bundle_path(self) -> str:
        """The file of the entries under a tile of level 0."""
        return f"tile/entries/{self._ending()}"

    @property
    def is_full(self) -> bool:
        """Whether nothing can be added to it."""
        return self.width == WIDTH

    def _ending(self) -> str:
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.append(f"x{rest % 1000:03}")
            rest //= 1000
        partial = "" if self.is_full else f".p/{self.width}"
        return "/".join(reversed(groups)) + partial


def places(level: int, size: int, *, first: int = 0) -> Iterator[Place]:
    """Yield where the tiles of a level stand in a tree of `size` records, from the tile `first` on."""
    hashes = size >> _HEIGHT * level
    for number in range(first, hashes // WIDTH):
        yield Place(level, number)
    if hashes % WIDTH:
        yield Place(level, hashes // WIDTH, hashes % WIDTH)


def levels(size: int) -> range:
    """Return the levels on which a tree of `size` records has tiles."""
    return range((size.bit_length() + _HEIGHT - 1) // _HEIGHT)


def full_tiles(level: int, size: int) -> int:
    """Return how many full tiles a level has."""
    return size >> _HEIGHT * (level + 1)


def bundled(entries: Sequence[bytes]) -> bytes:
    """Return entries as one bundle: each after its length (u16 BE)."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def entries_in(bundle: bytes, *, path: str) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        ProofError: It ends in the middle of one; names the file.
    """
    entries, start = list[bytes](), 0
    while start < len(bundle):
        end = start + 2 + int.from_bytes(bundle[start : start + 2])
        if end > len(bundle) or start + 2 > len(bundle):
            raise ProofError(path, f"entry {len(entries)} is cut off")
        entries.append(bundle[start + 2 : end])
        start = end
    return entries
