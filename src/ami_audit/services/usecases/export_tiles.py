"""Writes a trail as static files that other people's tools read (C2SP tlog-tiles)."""

from collections.abc import AsyncIterator

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.errors import FormatError, IntegrityError, KeyStoreError, NotFoundError, UsageError
from ami_audit.domain.linkage import StoredCheckpoint
from ami_audit.domain.proven import TilesAnswer
from ami_audit.domain.tiles import CHECKPOINT, WIDTH, Place, bundled, full_tiles, levels, places
from ami_audit.ports.static_files import StaticFiles
from ami_audit.services.portal import Portal, portal
from ami_audit.services.proving import Prover
from ami_audit.services.sealing import leaf_hashes
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.prove import leaf_of

_TILE_BYTES = 32
_ENTRY_BYTES = 2 + 73


async def export_tiles(
    store: AuditStore, files: StaticFiles, *, may_sign: bool = True, on: Portal = portal
) -> TilesAnswer:
    """Bring the files up to the latest checkpoint, which is signed now if the trail has grown beyond the last one.

    What stands under the checkpoint that is there already is not written again. The new checkpoint is written last, so
    that a reader never meets one whose tiles are missing.

    Raises:
        UsageError: The folder holds another trail.
        NotFoundError: There is no checkpoint, and none may be signed.
        IntegrityError: The store does not lead to what was signed; nothing that a reader looks at was written.
    """

    async def work() -> TilesAnswer:
        session = await store.session()
        kept = await _checkpoint(session, may_sign=may_sign)
        value = SignedCheckpoint.parse(kept.note).checkpoint
        prover = Prover(session.store, session.core)
        if await prover.root(kept.size) != value.root:
            raise _broken(f"the first {kept.size} records")
        before = await _size_there(files, prover, origin=value.origin, size=kept.size)
        export = _Export(session, prover, files, size=kept.size, before=before)
        await export.write()
        files.write(CHECKPOINT, kept.note.encode())
        export.remove_outgrown()
        return TilesAnswer(
            origin=value.origin,
            location=files.location,
            size=kept.size,
            root=value.root.hex(),
            written=export.written + 1,
            kept=export.kept,
        )

    return await on.call(work())


class _Export:
    """One export: what it writes and what it leaves."""

    def __init__(self, session: Session, prover: Prover, files: StaticFiles, *, size: int, before: int) -> None:
        self._session = session
        self._prover = prover
        self._files = files
        self._size = size
        self._before = before
        self.written = self.kept = 0

    async def write(self) -> None:
        """Write bundles of entries and tiles, from the leaves up."""
        async for place in self._missing(0, bytes_each=_ENTRY_BYTES, is_bundle=True):
            await self._write_entries(place)
        for level in levels(self._size):
            async for place in self._missing(level, bytes_each=_TILE_BYTES):
                self._write(place.tile_path, await self._prover.tile(level, place.number, size=self._size))

    def remove_outgrown(self) -> None:
        """Remove the partial files of what is full now; readers ask for the full ones."""
        for level in levels(self._before):
            last = Place(level, full_tiles(level, self._before))
            if full_tiles(level, self._size) > last.number:
                for path in (last.tile_path, last.bundle_path if level == 0 else ""):
                    if path:
                        self._files.remove(f"{path}.p")

    async def _missing(self, level: int, *, bytes_each: int, is_bundle: bool = False) -> AsyncIterator[Place]:
        """Yield the places of a level whose files have to be written; the others are counted."""
        whole = full_tiles(level, self._before)
        for place in places(level, self._size):
            path = place.bundle_path if is_bundle else place.tile_path
            is_old = place.number < whole or (self._before == self._size and not place.is_full)
            if is_old and self._files.size_bytes(path) == bytes_each * place.width:
                self.kept += 1
            else:
                yield place

    async def _write_entries(self, place: Place) -> None:
        core, first = self._session.core, place.number * WIDTH
        rows = await self._session.store.read(first, count=place.width)
        entries = [leaf_of(row, core).data() for row in rows]
        tile = await self._prover.tile(0, place.number, size=self._size)
        if len(rows) != place.width or leaf_hashes(core, rows) != tile:
            raise _broken(f"one of the records {first} to {first + place.width - 1}")
        self._write(place.bundle_path, bundled(entries))

    def _write(self, path: str, content: bytes) -> None:
        self._files.write(path, content)
        self.written += 1


async def _checkpoint(session: Session, *, may_sign: bool) -> StoredCheckpoint:
    latest = await session.store.checkpoint()
    if latest is not None and latest.size == (await session.store.head()).size:
        return latest
    if may_sign:
        try:
            await session.trail()
            latest = await session.checkpoint() or latest
        except KeyStoreError as error:
            hint = "or export up to the last checkpoint with `--no-sign`"
            raise KeyStoreError(f"No checkpoint can be signed here: {error} Let its owner sign one, {hint}.") from error
    if latest is None:
        raise NotFoundError("checkpoint", await session.origin(), hint="Sign one with `ami-audit checkpoint sign`.")
    return latest


async def _size_there(files: StaticFiles, prover: Prover, *, origin: str, size: int) -> int:
    """Return the size of the checkpoint that the folder ends at; 0 when it has none.

    Raises:
        UsageError: It is of another trail, or of a later size.
    """
    note = files.read(CHECKPOINT)
    if note is None:
        return 0
    try:
        there = SignedCheckpoint.parse(note.decode()).checkpoint
    except (FormatError, UnicodeDecodeError) as error:
        raise UsageError(f"`{files.location}` holds a `checkpoint` that is none; choose an empty folder.") from error
    if there.origin != origin:
        raise UsageError(f"`{files.location}` holds the trail `{there.origin}`, not `{origin}`; choose another folder.")
    if there.size > size or await prover.root(there.size) != there.root:
        raise UsageError(
            f"`{files.location}` ends at a checkpoint of {there.size} records that this trail of {size} does not "
            "continue; find out which of the two is the right one, or choose an empty folder."
        )
    return there.size


def _broken(what: str) -> IntegrityError:
    return IntegrityError(f"The store does not lead from {what} to what was signed; `ami-audit verify` says why.")
