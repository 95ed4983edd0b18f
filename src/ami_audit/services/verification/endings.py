"""Checks what stands beside the records: head, tiles, keys, checkpoints, and the guard outside the store."""

from collections.abc import Sequence

from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.linkage import Head, StoredCheckpoint, Tile
from ami_audit.domain.verification import Fault, Witnessing, broken_by
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.stores import RecordStore
from ami_audit.services.checkpoints import signed_by
from ami_audit.services.verification.walk import Walk
from ami_audit.services.verification.witnessed import Witnesses

_LEVELS = 8
_BATCH = 64


class Endings:
    """What a store keeps beside its records, compared with what the records say."""

    def __init__(
        self,
        store: RecordStore,
        core: ChainCore,
        walk: Walk,
        *,
        guard: CheckpointGuard | None = None,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._store = store
        self._witnesses = witnesses or Witnesses(core)
        self._witnessing: Witnessing | None = None
        self._core = core
        self._walk = walk
        self._guard = guard
        self._stored: Sequence[StoredCheckpoint] = ()
        self._notes: list[tuple[str, SignedCheckpoint]] = []
        self._holding: list[SignedCheckpoint] = []
        self._outside: SignedCheckpoint | None = None
        self._outside_holds = False
        self._inside_size: int | None = None

    async def read(self, faults: list[Fault], *, after: int = -1) -> None:
        """Read all checkpoints, inside and outside the store, and note those that cannot be read.

        Args:
            faults: Taken in place.
            after: Checkpoints inside the store of this size or smaller are passed over, but for the latest ones that
                were cosigned where witnesses are asked for.
        """
        recent = await self._witnesses.read(self._store, after=after)
        for stored in await self._store.checkpoints():
            if stored.size <= after and stored.size not in recent:
                continue
            where = f"checkpoint {stored.size}"
            note = _parsed(stored.note, where, faults)
            if note is not None and note.checkpoint.size != stored.size:
                faults.append(
                    _fault(
                        "checkpoint",
                        where,
                        f"its note is of size {note.checkpoint.size}",
                    )
                )
            elif note is not None:
                self._notes.append((where, note))
        last = self._guard.last() if self._guard else None
        if last is not None and self._guard is not None:
            self._outside = _parsed(last, self._guard.location, faults)

    def sizes(self) -> list[int]:
        """Return the sizes whose roots the checkpoints ask for, ascending."""
        outside = [self._outside] if self._outside else []
        return sorted({note.checkpoint.size for note in (*(note for _, note in self._notes), *outside)})

    @property
    def outside_size(self) -> int:
        """How many records the checkpoint outside the store covers, when it holds; else 0."""
        return self._outside.checkpoint.size if self._outside and self._outside_holds else 0

    @property
    def notes(self) -> int:
        """How many checkpoints could be read."""
        return len(self._notes) + (self._outside is not None)

    @property
    def checkpoint_size(self) -> int | None:
        """The size of the latest checkpoint that holds; the guard's when it has one."""
        return self.outside_size or self._inside_size

    def covers(self, level: VerificationLevel) -> int | None:
        """Return how many records are proven to a level above `pinned-keys`, once the level was asked for."""
        if level < VerificationLevel.CHECKPOINT:
            return None
        seen = self._witnessing.size if self._witnessing and self._witnessing.is_reached else 0
        return (seen if level >= VerificationLevel.WITNESSED else max(seen, self.outside_size)) or None

    @property
    def witnessing(self) -> Witnessing | None:
        """How many witnesses vouch for the trail, once the level was asked for."""
        return self._witnessing

    async def check_tiles(self) -> list[Fault]:
        """Compare the tiles that were completed since the last call with the stored ones."""
        tiles, self._walk.new_tiles = self._walk.new_tiles, []
        faults: list[Fault] = []
        for tile in tiles:
            stored = await self._store.tiles(tile.level, first=tile.index, count=1)
            if not stored or stored[0] != tile:
                faults.append(_tile_fault(tile, stored))
        return faults

    async def check(self, stored: Head) -> list[Fault]:
        """Return what is wrong at the trail's end, once all records were walked."""
        return [
            *self._head_faults(stored),
            *await self._spare_tiles(),
            *await self._key_faults(),
            *self.check_notes(),
        ]

    def covering_faults(self, size: int) -> list[Fault]:
        """Return a fault unless a checkpoint that holds covers so many records; ask once the end was checked."""
        if not size or max(self._inside_size or 0, self.outside_size) >= size:
            return []
        detail = f"none covers the first {size} records, and nothing else shows that the hashes of those pruned hold"
        return [_fault("checkpoint", "pruned records", detail)]

    def check_notes(self) -> list[Fault]:
        """Return what is wrong with the checkpoints, given the roots that the walk knows."""
        faults: list[Fault] = []
        self._holding = []
        for where, note in self._notes:
            fault = self._note_fault(where, note)
            faults += [fault] if fault else []
            self._inside_size = self._inside_size if fault else note.checkpoint.size
            self._holding += [] if fault else [note]
        faults += self._witnesses.faults({note.checkpoint.size: note for _, note in self._notes})
        return faults + self._outside_faults()

    def level(self, pinned: frozenset[bytes]) -> tuple[VerificationLevel, list[str]]:
        """Return the level reached if there are no faults, and why it is not higher."""
        walk = self._walk
        if walk.head.size == 0:
            return VerificationLevel.NONE, ["The trail is empty."]
        if walk.unsigned:
            return VerificationLevel.HASHES, [f"{walk.unsigned} records carry no signature."]
        pinned |= self._witnesses.pinned(walk.origin)
        if not pinned:
            return VerificationLevel.SIGNATURES, [
                "No key of this trail is known here as one to trust; name it with `--pin KEY_ID`."
            ]
        if not any(event.sequence == 0 and event.key_id in pinned for event in walk.key_events):
            return VerificationLevel.SIGNATURES, ["The trail was begun with a key that is not among the trusted ones."]
        return self._outside_level()

    def _outside_level(self) -> tuple[VerificationLevel, list[str]]:
        """Return how far somebody outside the store vouches for the trail, and why not further."""
        self._witnessing, why_not = self._witnesses.judge(self._holding, self._walk.stated)
        if self._witnessing is not None and self._witnessing.is_reached:
            return VerificationLevel.WITNESSED, [*why_not, *self._since(self._witnessing.size)]
        if not self._outside_holds:
            why = "No checkpoint is kept outside the store, so a tail that was cut off would not show."
            return VerificationLevel.PINNED_KEYS, [why, *why_not]
        since = self._walk.head.size - self.outside_size
        told = f"The checkpoint kept outside covers the first {self.outside_size} records; {since} were sealed since."
        return VerificationLevel.CHECKPOINT, [*([told] if since > 0 else ()), *why_not]

    def _since(self, size: int) -> list[str]:
        since = self._walk.head.size - size
        told = [f"The witnesses have seen the first {size} records; {since} were sealed since."] if since else []
        return [*told, "It is anchored nowhere that all the world can see."]

    def _head_faults(self, stored: Head) -> list[Fault]:
        names = ("size", "record_hash", "root", "frontier", "recorded_at")
        return [
            _fault(
                "head",
                f"head.{name}",
                f"expected {_shown(expected)}, found {_shown(found)}",
            )
            for name in names
            if (expected := getattr(self._walk.head, name)) != (found := getattr(stored, name))
        ]

    async def _spare_tiles(self) -> list[Fault]:
        faults: list[Fault] = []
        for level in range(_LEVELS):
            full = self._walk.head.size >> (8 * (level + 1))
            spare = await self._store.tiles(level, first=full, count=_BATCH)
            faults += [_fault("tile", f"tile {level}/{tile.index}", "the trail is too short for it") for tile in spare]
        return faults

    async def _key_faults(self) -> list[Fault]:
        stored, expected = list(await self._store.key_events()), self._walk.key_events
        if stored == expected:
            return []
        odd = [event for event in (*stored, *expected) if event not in stored or event not in expected]
        return [
            _fault(
                "key",
                f"key of record {event.sequence}",
                "the key table differs from what the records say",
            )
            for event in {(event.sequence, event.event): event for event in odd or stored}.values()
        ]

    def _note_fault(self, where: str, note: SignedCheckpoint) -> Fault | None:
        value = note.checkpoint
        if value.origin != self._walk.origin:
            return _fault("checkpoint", where, f"it is of the trail `{value.origin}`")
        if value.size > self._walk.head.size:
            return _fault(
                "checkpoint",
                where,
                f"the trail holds only {self._walk.head.size} records: its end is gone",
            )
        if not self._has_root(value):
            return _fault("checkpoint", where, "the records it covers have another root")
        if signed_by(note, self._walk.ring, core=self._core) is None:
            return _fault(
                "checkpoint",
                where,
                "no key of the trail that was valid there has signed it",
            )
        return None

    def _has_root(self, value: Checkpoint) -> bool:
        return self._walk.roots.get(value.size) == value.root

    def _outside_faults(self) -> list[Fault]:
        if self._outside is None or self._guard is None:
            return []
        fault = self._note_fault(self._guard.location, self._outside)
        self._outside_holds = fault is None
        # What this machine signed and the store no longer holds disproves the records themselves.
        return [fault.model_copy(update={"breaks": VerificationLevel.LINKS})] if fault else []


def _parsed(note: str, where: str, faults: list[Fault]) -> SignedCheckpoint | None:
    try:
        return SignedCheckpoint.parse(note)
    except MalformedError as error:
        faults.append(_fault("checkpoint", where, str(error)))
        return None


def _tile_fault(tile: Tile, stored: Sequence[Tile]) -> Fault:
    found = "it is missing" if not stored or stored[0].index != tile.index else "its hashes are not the tree's"
    return _fault("tile", f"tile {tile.level}/{tile.index}", found)


def _fault(check: str, where: str, detail: str) -> Fault:
    return Fault(check=check, where=where, detail=detail, breaks=broken_by(check))


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else repr(value)
