"""What a check that does not read every record leans on: the stored tree, and the checkpoints that vouch for it."""

from collections.abc import Sequence
from itertools import groupby

from ami_audit.domain.errors import IntegrityError
from ami_audit.domain.keyring import KeyRing, names_itself
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.linkage import Head, SealedRecord, Tile
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.verification import Checked, Fault, Witnessing, broken_by
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.stores import RecordStore
from ami_audit.services.proving import Prover
from ami_audit.services.sealing import leaf_hashes
from ami_audit.services.verification.endings import Endings
from ami_audit.services.verification.walk import Walk
from ami_audit.services.verification.witnessed import Witnesses

_WIDTH = 256
_NOT_HELD = "the tree does not hold it as it is stored: its hash or its signatures are others"


class Anchor:
    """One trail's tree as its head states it; records are proven into it one by one.

    The root is bound to the checkpoints by consistency proofs. What the key table says is taken as it is.
    """

    def __init__(
        self,
        store: RecordStore,
        core: ChainCore,
        walk: Walk,
        *,
        guard: CheckpointGuard | None,
        policy: QuorumPolicy | None = None,
    ) -> None:
        self.walk = walk
        self._store = store
        self._core = core
        self._prover = Prover(store, core)
        self._endings = Endings(store, core, walk, guard=guard, witnesses=Witnesses(core, policy=policy))
        self._proofs = 0

    async def check(self) -> list[Fault]:
        """Return what is wrong with the head, and with the last checkpoints inside and outside the store."""
        faults: list[Fault] = []
        head, events = await self._prover.head(), await self._store.key_events()
        self.walk.head, self.walk.key_events = head, list(events)
        self.walk.ring = KeyRing(filter(names_itself, events))
        self.walk.stated = None  # what the records state about witnesses is not read
        faults += await self._head_faults(head)
        sizes = [stored.size for stored in await self._store.checkpoints()]
        await self._endings.read(faults, after=max(sizes, default=0) - 1)
        for size in self._endings.sizes():
            if size <= head.size:
                faults += await self._know_root(size, head)
        return faults + self._endings.check_notes()

    async def check_leaves(self, records: Sequence[SealedRecord]) -> list[Fault]:
        """Return a fault for each record that does not stand in the tree, with its signatures, at its place.

        A proof is made from all hashes of the leaf's tile, so one proof binds a full tile to the root, and the other
        records of that tile are compared with it.
        """
        faults: list[Fault] = []
        for place, group in groupby(records, key=lambda record: record.sequence // _WIDTH):
            first, *others = group
            faults += await self._inclusion(first)
            tiles = await self._store.tiles(0, first=place, count=1) if others else ()
            is_full = (place + 1) * _WIDTH <= self.walk.head.size and bool(tiles) and tiles[0].index == place
            for record in others:
                if is_full:
                    faults += self._in_tile(record, tiles[0])
                else:
                    faults += await self._inclusion(record)
        return faults

    async def _inclusion(self, record: SealedRecord) -> list[Fault]:
        leaf, size = self._leaf(record), self.walk.head.size
        if leaf is None or record.sequence >= size:
            return []  # the record's own checks say what is wrong with it
        try:
            proof = await self._prover.inclusion(index=record.sequence, size=size)
        except IntegrityError as error:
            return [_of(record, str(error))]
        self._proofs += 1
        root = self.walk.head.root
        if self._core.verify_inclusion(leaf, index=record.sequence, size=size, proof=proof, root=root):
            return []
        return [_of(record, _NOT_HELD)]

    def _in_tile(self, record: SealedRecord, tile: Tile) -> list[Fault]:
        leaf, start = self._leaf(record), record.sequence % _WIDTH * 32
        return [] if leaf in {None, tile.hashes[start : start + 32]} else [_of(record, _NOT_HELD)]

    def _leaf(self, record: SealedRecord) -> bytes | None:
        try:
            return leaf_hashes(self._core, [record])
        except ValueError:  # its signatures cannot be read
            return None

    def checked(self, records: int) -> Checked:
        """Return how much was checked, `records` of the records among it."""
        return Checked(records=records, checkpoints=self._endings.notes, proofs=self._proofs)

    @property
    def witnessing(self) -> Witnessing | None:
        """How many witnesses vouch for the trail, once the level was asked for."""
        return self._endings.witnessing

    @property
    def checkpoint_size(self) -> int | None:
        """How many records the latest checkpoint that holds covers."""
        return self._endings.checkpoint_size

    def level(self, pinned: frozenset[bytes], *, last: int) -> tuple[VerificationLevel, list[str]]:
        """Return how far records up to number `last` are proven without faults, and why not further."""
        level, reasons = self._endings.level(pinned)
        seen = self._endings.covers(VerificationLevel.WITNESSED) or 0
        if level >= VerificationLevel.WITNESSED and last >= seen and last < self._endings.outside_size:
            return VerificationLevel.CHECKPOINT, [
                f"The witnesses have seen the first {seen} records, and not all of these."
            ]
        covered = self._endings.covers(VerificationLevel.CHECKPOINT) or 0
        if level >= VerificationLevel.CHECKPOINT and last >= covered:
            why = f"What vouches for it from outside covers the first {covered} records, and not all of these."
            return VerificationLevel.PINNED_KEYS, [why]
        return level, reasons

    async def _head_faults(self, head: Head) -> list[Fault]:
        try:
            last = await self._store.read(head.size - 1, count=1) if head.size else ()
            root = await self._prover.root(head.size)
        except IntegrityError as error:
            return [_fault("head", "head", str(error))]
        faults = [] if root == head.root else [_fault("head", "head.root", "it is not the root of the frontier")]
        if last and last[0].record_hash != head.record_hash:
            faults.append(_fault("head", "head.record_hash", "it is not the hash of the last record"))
        return faults

    async def _know_root(self, size: int, head: Head) -> list[Fault]:
        """Let the walk know the root of the first `size` records, once it is shown to begin the head's tree."""
        try:
            root = await self._prover.root(size)
            proof = await self._prover.consistency(old_size=size, new_size=head.size)
        except IntegrityError as error:
            return [_fault("tile", f"the tree of {size} records", str(error))]
        self._proofs += 1
        if not self._core.verify_consistency(root, head.root, old_size=size, new_size=head.size, proof=proof):
            return [_fault("tile", f"the tree of {size} records", "the stored tree does not begin with it")]
        self.walk.roots[size] = root
        return []


def _fault(check: str, where: str, detail: str) -> Fault:
    return Fault(check=check, where=where, detail=detail, breaks=broken_by(check))


def _of(record: SealedRecord, detail: str) -> Fault:
    fault = _fault("tile", f"record {record.sequence}", detail)
    return fault.model_copy(update={"sequence": record.sequence, "record_id": record.record_id})
