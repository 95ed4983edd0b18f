"""What the services ask of a record store; one port a caller.

All methods may be called from one event loop only, the one that opened the store. Nothing is acknowledged (returned
from `append`) before it would survive a power cut.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ami_audit.domain.kinds import DataClassification
from ami_audit.domain.linkage import (
    ErasedValue,
    Head,
    KeyEvent,
    Pruning,
    SealedBatch,
    SealedDisclosure,
    SealedRecord,
    StoredCheckpoint,
    StoredCosignature,
    Tile,
)
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.store_check import Standing
from ami_audit.domain.verification import Fault


class RecordAppender(Protocol):
    """Moves the head, and nothing else ever changes."""

    async def head(self) -> Head:
        """Return where the trail ends now; the empty Head for a new store."""

    def turn(self) -> AbstractAsyncContextManager[Head]:
        """Hold the writer's turn: no other writer, in any process, appends until it is left.

        Yields the head at that moment. Leaving without `append` changes nothing. Not reentrant.

        Raises:
            StoreError: The turn was not free within the store's timeout; says who to look for.
        """

    async def append(self, batch: SealedBatch, *, after: Head) -> None:
        """Append the batch if the trail still ends at `after`: all of it, durably, or nothing.

        May be called inside `turn()` or without it; it is the compare-and-swap that guards the trail.

        Raises:
            HeadMovedError: Another writer came first; nothing was written.
            StoreError: The batch could not be written; nothing was written.
        """

    async def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a signed checkpoint; one of the same size again is ignored when it is the same note.

        Raises:
            StoreError: It could not be written, or another note of that size is there already.
        """

    async def close(self) -> None:
        """Release everything; safe to call twice."""


class RecordReader(Protocol):
    """Reads records; every answer is what was stored, unverified."""

    async def read(self, first: int, *, count: int) -> Sequence[SealedRecord]:
        """Return up to `count` records from sequence `first` on, ascending; fewer only at the end."""

    async def find(self, name: str) -> Sequence[SealedRecord]:
        """Return the records, at most 10, that `name` names.

        A name is a record_id, a record_hash (hex), or the first 6 or more characters of either.
        """

    async def query(
        self,
        wanted: AuditFilter,
        *,
        clearance: DataClassification = DataClassification.RESTRICTED,
        without_actor: bool = False,
    ) -> Sequence[SealedRecord]:
        """Return the records that match, in the filter's order; the index is brought up to date first.

        Args:
            wanted: Which records.
            clearance: Who asks: a text matches only what `domain.redaction.withheld_by_class` leaves to this reader.
            without_actor: Only records that do not say in clear who acted.
        """

    async def tally(
        self, wanted: AuditFilter, by: str, *, clearance: DataClassification = DataClassification.RESTRICTED
    ) -> dict[str, int]:
        """Return how many records match, by one of their fields; `limit` and `offset` do not count.

        Args:
            wanted: Which records.
            by: `action`, `severity`, `target_type`, `source`, `actor` or `run_id`; a value that does not stand in the
                record in clear is counted as an empty one.
            clearance: Who asks, as in `query`.
        """

    async def known(self, keys: Sequence[bytes], *, before: int) -> Sequence[bool]:
        """Return for each 32-byte fact key whether a record below sequence `before` holds that fact.

        Only records below `before` are indexed first, so that a run does not pay for indexing what it appends itself.
        """


class TreeReader(Protocol):
    """Reads what stands beside the records."""

    async def tiles(self, level: int, *, first: int, count: int) -> Sequence[Tile]:
        """Return up to `count` full tiles of that level from index `first` on, ascending."""

    async def key_events(self) -> Sequence[KeyEvent]:
        """Return what the trail says about its keys, by sequence."""

    async def checkpoint(self, size: int | None = None) -> StoredCheckpoint | None:
        """Return the checkpoint of that size, without one the latest, with the lines of its witnesses; None for none.

        A trail that is signed every few minutes has many; this one costs the same among a million.
        """

    async def checkpoints(self) -> Sequence[StoredCheckpoint]:
        """Return all checkpoints, smallest size first, each note with the lines of the witnesses that are kept."""


class CosignatureStore(Protocol):
    """Keeps what witnesses signed."""

    async def add_cosignatures(self, cosignatures: Sequence[StoredCosignature]) -> None:
        """Keep them, durably, all or none; the first of one witness for one size stays.

        Raises:
            StoreError: They could not be written; none was.
        """

    async def cosignatures(self) -> Sequence[StoredCosignature]:
        """Return all cosignatures, smallest size first."""


class DisclosureReader(Protocol):
    """Reads what opens committed values, and what became of it."""

    async def disclosures(self, first: int, *, count: int) -> Sequence[SealedDisclosure]:
        """Return the disclosures of up to `count` sequences from `first` on, by sequence and digest."""

    async def has_disclosures(self) -> bool:
        """Return whether the trail keeps, or kept, any disclosure."""

    async def disclosures_of(self, subjects: Sequence[bytes]) -> Sequence[SealedDisclosure]:
        """Return all disclosures of these subjects, by sequence and digest."""

    async def erased(self, first: int, *, count: int) -> Sequence[ErasedValue]:
        """Return the erased values of up to `count` sequences from `first` on, by sequence and digest."""

    async def erased_by(self, erasure: int) -> Sequence[ErasedValue]:
        """Return the values that one record erased (-1: the list outside the store), by sequence and digest."""


class PruningReader(Protocol):
    """Reads what is gone. Records go in the same step as the record of it is appended (SealedBatch.pruning)."""

    async def prunings(self) -> Sequence[Pruning]:
        """Return every pruning, the latest last."""

    async def pruned_facts(self) -> Sequence[bytes]:
        """Return the identities (32 bytes) of the facts that were recorded in what is gone, sorted."""

    def size_bytes(self) -> int:
        """Return what the store takes on disk now, its log included."""


class Eraser(Protocol):
    """Removes what opens committed values."""

    async def erase(self, values: Sequence[ErasedValue]) -> None:
        """Note the values as erased and remove their disclosures, durably, all or none.

        Raises:
            StoreError: One has no disclosure, or they could not be written; nothing was removed.
        """

    async def scrub(self) -> bool:
        """Overwrite what was removed: free pages and the log; return False while somebody else still reads the log.

        Raises:
            StoreError: It could not be done.
        """


class StoreInspector(Protocol):
    """Finds what is wrong with the store itself, beside the chain's arithmetic."""

    def inspect(self, *, since: int = 0) -> AsyncIterator[Fault]:
        """Yield faults of the container: broken pages, altered schema or guards, rows where none belong.

        Args:
            since: Records below this sequence, and what belongs to them, need not be looked at; from 1 on only what
                costs little at any size is.
        """

    async def compare(self, records: Sequence[SealedRecord]) -> Sequence[Fault]:
        """Return where projections of these records differ from their canonical bytes.

        The records are consecutive, as `read` gave them; a fault names the record and the column.
        """

    def describe(self) -> dict[str, str]:
        """Return what a person needs to find the store: `kind`, `location`."""


class StoreKeeper(Protocol):
    """Looks after what stands beside the records and is made from them."""

    async def rebuild(self) -> int:
        """Throw the index for queries away and make it anew from the records; return how many it then holds.

        Queries meanwhile, in any process, give the same answers. Idempotent; one that was stopped is caught up with by
        the next query.

        Raises:
            StoreError: It cannot be written.
        """

    async def standing(self) -> Standing:
        """Return how the store stands beside its records: sizes, index, what a crash left behind."""


class RecordStore(
    RecordAppender,
    RecordReader,
    TreeReader,
    CosignatureStore,
    DisclosureReader,
    PruningReader,
    Eraser,
    StoreInspector,
    StoreKeeper,
    Protocol,
):
    """A whole record store: what each driver implements and the contract suite tests."""
