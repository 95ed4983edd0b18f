"""Checks a log that lies there as static files (C2SP tlog-tiles), ours or anybody's."""

from hashlib import sha256

from ami_audit.domain.errors import NotFoundError, ProofError
from ami_audit.domain.linkage import EMPTY_ROOT
from ami_audit.domain.proven import ProofVerdict
from ami_audit.domain.tiles import CHECKPOINT, Place, entries_in, full_tiles, levels, places
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.chain_values import Grown
from ami_audit.ports.static_files import StaticFiles
from ami_audit.services.vouching import Trusted, checkpoint_in, vouched


def check_tiles(files: StaticFiles, core: ChainCore, *, trusted: Trusted, origin: str = "") -> ProofVerdict:
    """Return how far a log of static files holds: every entry, every tile, the root, and who signed it.

    Args:
        files: The log.
        core: The arithmetic.
        trusted: Whose word counts.
        origin: The log that it must be; empty for whichever it names.

    Raises:
        NotFoundError: There is no checkpoint.
        ProofError: A file is missing or is not what the checkpoint commits to; names it.
    """
    note = files.read(CHECKPOINT)
    if note is None:
        raise NotFoundError("checkpoint", files.location, hint="It is no log of static files (C2SP tlog-tiles).")
    signed = checkpoint_in(note.decode("utf-8", "backslashreplace"), origin)
    value = signed.checkpoint
    grown = _grown(files, core, value.size)
    for level in levels(value.size):
        for place in places(level, value.size, first=full_tiles(level, value.size)):
            _expect(files, place, grown.edges[level])
    if grown.root != value.root:
        raise ProofError(CHECKPOINT, f"its root is not the one of the {value.size} entries")
    word = vouched(signed, core, trusted)
    return ProofVerdict(
        kind="tiles",
        origin=value.origin,
        size=value.size,
        level=word.level,
        signed_by=word.signed_by,
        witnessed=word.witnessed,
        reasons=word.reasons,
    )


def _grown(files: StaticFiles, core: ChainCore, size: int) -> Grown:
    """Return the tree over all entries, each full tile compared as it fills."""
    tree, count = Grown(EMPTY_ROOT, b"", [], []), 0
    for place in places(0, size):
        path = place.bundle_path
        entries = entries_in(_read(files, path), path=path)
        if len(entries) != place.width:
            raise ProofError(path, f"expected {place.width} entries, found {len(entries)}")
        leaves = b"".join(sha256(b"\x00" + entry).digest() for entry in entries)
        tree = core.grow(count, frontier=tree.frontier, edges=tree.edges, leaves=leaves)
        count += len(entries)
        for level, number, hashes in tree.tiles:
            _expect(files, Place(level, number), hashes)
    return tree


def _expect(files: StaticFiles, place: Place, hashes: bytes) -> None:
    if _read(files, place.tile_path) != hashes:
        raise ProofError(place.tile_path, "its hashes are not those of the entries below")


def _read(files: StaticFiles, path: str) -> bytes:
    content = files.read(path)
    if content is None:
        raise ProofError(path, "it is missing")
    return content
