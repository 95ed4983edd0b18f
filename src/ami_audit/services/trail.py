"""The one writer of a trail: takes all that waits, seals it after the head, appends it, acknowledges."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import repeat

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import AuditError, HeadMovedError, KeyStoreError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.linkage import ErasedValue, Head, PruneOrder, SealedBatch, SealedRecord
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.clock import Clock
from ami_audit.ports.signer import Signer
from ami_audit.ports.stores import RecordStore
from ami_audit.services.protection import Protector
from ami_audit.services.sealing import Entry, Sealer
from ami_audit.services.tree import partial_tiles

_GROUP = 4096


@dataclass(frozen=True, slots=True)
class Change:
    """One draft that follows a head, and what is removed with it."""

    draft: AuditDraft
    erased: Sequence[ErasedValue] = ()
    pruning: PruneOrder | None = None


Prepare = Callable[[Head], Awaitable[Change]]
"""Makes a change that follows a head."""


@dataclass(eq=False, slots=True)
class _Request:
    """What one caller wants appended, and where the answer goes."""

    entries: list[Entry]
    signers: tuple[Signer, ...]
    done: "asyncio.Future[Sequence[SealedRecord]]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Trail:
    """One trail, open for appending. All its methods run on the loop that opened the store.

    Attributes:
        others_wrote: Whether somebody else has written here since it was last looked at; whoever looks takes it back.
    """

    def __init__(
        self,
        store: RecordStore,
        core: ChainCore,
        *,
        origin: str,
        head: Head,
        ring: KeyRing,
        signers: Sequence[Signer],
        clock: Clock,
        difficulty_bits: int = 0,
        threads: int = 1,
        protector: Protector | None = None,
    ) -> None:
        self.store = store
        self.core = core
        self.origin = origin
        self.ring = ring
        self.clock = clock
        self.difficulty_bits = difficulty_bits
        self._signers = tuple(signers)
        self.others_wrote = False
        self._head = head
        self._edges: list[bytes] | None = None
        self._sealer = Sealer(
            core, origin=origin, difficulty_bits=difficulty_bits, threads=threads, protector=protector
        )
        self._waiting: list[_Request] = []
        self._writer: asyncio.Task[None] | None = None

    @property
    def head(self) -> Head:
        """Where the trail ended when this writer last saw it."""
        return self._head

    @property
    def signers(self) -> tuple[Signer, ...]:
        """Who signs each record."""
        return self._signers

    async def append(
        self,
        drafts: Sequence[AuditDraft],
        *,
        run_id: str = "",
        also_signed_by: Sequence[Signer] = (),
    ) -> Sequence[SealedRecord]:
        """Seal and append the drafts, in order, next to each other; return when they are durable.

        Callers that wait at the same time share one transaction.

        Raises:
            MalformedError: A draft cannot be sealed; none of this caller's were.
            KeyStoreError: The signing key may not sign this trail at this position.
            StoreError: The store failed; none of this caller's were appended.
        """
        if not drafts:
            return ()
        request = _Request(
            list(map(Entry, drafts, repeat(run_id))),
            (*self._signers, *also_signed_by),
        )
        self._waiting.append(request)
        if self._writer is None or self._writer.done():
            # A task of its own, so that a caller who is cancelled leaves the others' records in good hands.
            self._writer = asyncio.create_task(self._write_all())
        return await asyncio.shield(request.done)

    async def append_genesis(self, draft: AuditDraft) -> None:
        """Append the first record of a trail that is still empty.

        Raises:
            HeadMovedError: Another process has begun the trail at the same moment.
        """
        batch, edges = await self._seal([Entry(draft)], self._signers[:1])
        await self.store.append(batch, after=self._head)
        self._head, self._edges = batch.head, edges

    async def append_in_turn(self, prepare: Prepare) -> SealedRecord:
        """Append what `prepare` makes of the head while no other writer, in any process, comes between.

        Raises:
            AuditError: As `append`, or what `prepare` raises; nothing was appended.
        """
        await self.settle()
        async with self.store.turn() as head:
            await self._follow(head)
            change = await prepare(head)
            batch, edges = await self._seal([Entry(change.draft)], self._signers)
            batch = replace(batch, erased=change.erased, pruning=change.pruning)
            await self.store.append(batch, after=self._head)
            self._head, self._edges = batch.head, edges
            return batch.records[0]

    async def settle(self) -> None:
        """Return when nothing waits to be written any more."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    async def refresh(self) -> Head:
        """Return where the trail ends now, whoever wrote last."""
        await self._follow(await self.store.head())
        return self._head

    async def _write_all(self) -> None:
        while self._waiting:
            # Callers from other threads stand in the loop's queue; one turn of it lets them join this group.
            await asyncio.sleep(0)
            await self._write(self._take())

    def _take(self) -> list[_Request]:
        group = [self._waiting.pop(0)]
        size = len(group[0].entries)
        while self._waiting and self._waiting[0].signers == group[0].signers and size < _GROUP:
            group.append(self._waiting.pop(0))
            size += len(group[-1].entries)
        return group

    async def _write(self, group: list[_Request]) -> None:
        try:
            records = await self._append(
                [entry for request in group for entry in request.entries],
                group[0].signers,
            )
        except AuditError as error:
            await self._write_apart(group, error)
            return
        except BaseException as error:
            _refuse(group, error)
            if isinstance(error, Exception):
                return
            raise
        start = 0
        for request in group:
            end = start + len(request.entries)
            if not request.done.done():
                request.done.set_result(records[start:end])
            start = end

    async def _write_apart(self, group: list[_Request], error: AuditError) -> None:
        """One caller's fault is not the others': try each alone, so that only the guilty one is refused."""
        if len(group) == 1:
            _refuse(group, error)
            return
        for request in group:
            await self._write([request])

    async def _append(self, entries: list[Entry], signers: tuple[Signer, ...]) -> Sequence[SealedRecord]:
        try:
            return await self._append_after_known_head(entries, signers)
        except HeadMovedError:
            pass
        # Another process writes too: take the turn, so that this batch is sealed once more and no oftener.
        async with self.store.turn() as head:
            await self._follow(head)
            return await self._append_after_known_head(entries, signers)

    async def _append_after_known_head(
        self, entries: list[Entry], signers: tuple[Signer, ...]
    ) -> Sequence[SealedRecord]:
        batch, edges = await self._seal(entries, signers)
        await self.store.append(batch, after=self._head)
        self._head, self._edges = batch.head, edges
        for event in batch.key_events:
            self.ring.learn(event)
        return batch.records

    async def _seal(self, entries: list[Entry], signers: tuple[Signer, ...]) -> tuple[SealedBatch, list[bytes]]:
        if self._edges is None:
            self._edges = await partial_tiles(self.store, self.store, self._head, core=self.core)
        self._check_signers()
        return self._sealer.seal(
            entries,
            head=self._head,
            edges=self._edges,
            moment=self._now(),
            signers=signers,
        )

    def _check_signers(self) -> None:
        if self._head.size == 0:
            return  # genesis names the first key
        for signer in self._signers:
            validity = self.ring.named(signer.key_id)
            if validity is None or not validity.is_open:
                state = "is not one of this trail's keys" if validity is None else "was retired or revoked"
                raise KeyStoreError(
                    f"The key {signer.key_id.hex()[:16]} of {signer.signer} {state}, so it may not sign "
                    f"`{self.origin}`; import the trail's key with `ami-audit key import`, or see `ami-audit key list`."
                )

    def _now(self) -> datetime:
        return self.clock()

    async def _follow(self, head: Head) -> None:
        if head == self._head:
            return
        self._head, self._edges = head, None
        self.others_wrote = True
        self.ring = KeyRing(await self.store.key_events())


def _refuse(group: list[_Request], error: BaseException) -> None:
    for request in group:
        if not request.done.done():
            request.done.set_exception(error)
