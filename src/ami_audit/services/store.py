"""AuditStore: stores and finds the records of one trail."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self

from ami_audit.domain.approvals import ApprovalState
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import NotFoundError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reserved import refuse_reserved
from ami_audit.domain.verification import VerificationReport
from ami_audit.ports.chance import Chance
from ami_audit.ports.memory import MemoryOf
from ami_audit.ports.signer import Signer
from ami_audit.ports.stores import RecordStore
from ami_audit.services.approving import Approvals
from ami_audit.services.disclosing import view_of
from ami_audit.services.facts import known_facts
from ami_audit.services.portal import Portal, portal
from ami_audit.services.reading import Receipts, only, records_of
from ami_audit.services.session import Session
from ami_audit.services.tallying import tallied
from ami_audit.services.verification.excerpt import ExcerptVerifier
from ami_audit.services.verification.terms import Terms
from ami_audit.services.verification.values import with_values
from ami_audit.services.verification.verifier import Verifier

_EVERYTHING = 1 << 40
_LONGEST_SEQUENCE = 20


class AuditStore:
    """The records of one trail; opened at the first use, usable from any thread and any event loop.

    Use it as a context manager, async or plain, or call `close`; closing signs a checkpoint over what was appended.
    """

    def __init__(self, opener: Callable[[], Awaitable[Session]], *, on: Portal = portal) -> None:
        """Args: `opener` opens the trail, on the portal's loop; `on` is where everything runs."""
        self._opener = opener
        self._portal = on
        self._session: Session | None = None
        self._opening: asyncio.Lock | None = None

    async def store_record(self, record: AuditRecord) -> AuditRecord:
        """Seal the record at the trail's end, durably, and return it as sealed; its `record_id` stays.

        Raises:
            MalformedError: A value cannot be sealed; names its path. Or its action is one of the trail's own.
            StoreError: Nothing was stored.
        """
        return (await self.append([record.draft()], run_id=record.run_id))[0]

    async def append(
        self,
        drafts: Sequence[AuditDraft],
        *,
        run_id: str = "",
        also_signed_by: Sequence[Signer] = (),
    ) -> Sequence[AuditRecord]:
        """Seal the drafts next to each other, all or none, and return them as sealed.

        Raises:
            MalformedError: A value cannot be sealed; names its path. Or its action is one of the trail's own.
            StoreError: Nothing was stored.
        """
        for position, draft in enumerate(drafts):
            refuse_reserved(draft.action, position=position)
        return await self._portal.call(self._append(drafts, run_id, also_signed_by))

    async def get_record(self, record_id: str) -> AuditRecord | None:
        """Return the record of that id, hash, or beginning of either (6 characters or more); None if there is none.

        Raises:
            IntegrityError: The name begins several records' names.
        """
        return await self._portal.call(self._get(record_id))

    async def query_records(self, filter: AuditFilter) -> list[AuditRecord]:  # noqa: A002 (SPEC.md's name)
        """Return the records that match."""
        return await self._portal.call(self._query(filter))

    async def tally(self, wanted: AuditFilter, by: str) -> dict[str, int]:
        """Return how many records match, by `action`, `severity`, `target_type`, `source`, `actor` or `run_id`.

        Values are counted as this reader is shown them: `(withheld)` and `(erased)` stand for those that are not.
        """

        async def work() -> dict[str, int]:
            return await tallied(await self._open(), wanted, by)

        return await self._portal.call(work())

    async def known(self, keys: Sequence[bytes], *, before: int) -> Sequence[bool]:
        """Return for each fact key whether a record below sequence `before` holds that fact."""

        async def work() -> Sequence[bool]:
            return await known_facts(await self._open(), keys, before=before)

        return await self._portal.call(work())

    async def get_provenance_chain(self, target: str) -> list[AuditRecord]:
        """Return everything recorded about a target, oldest first: observations of it and commits that changed it."""
        return await self._portal.call(self._provenance(target))

    async def verify_integrity(self) -> bool:
        """Return whether every record hashes, links and stands in the store as it was sealed; see `verify`."""
        return (await self.verify()).is_sound

    async def verify(self, **options: Any) -> VerificationReport:
        """Check the whole trail; `options` are the fields of `services.verification.terms.Terms`."""
        return await self._portal.call(self._verify(options))

    async def verify_new(self, memory_of: MemoryOf, **options: Any) -> VerificationReport:
        """Check what was added since the last call, and that what was there before is still in the tree."""

        async def work() -> VerificationReport:
            session = await self._open()
            verifier = Verifier(await _judged(session), session.core, clock=session.clock)
            return await verifier.verify_new(memory_of, terms=_terms(session, options))

        return await self._portal.call(work())

    async def verify_sample(self, count: int, *, seed: str | Chance, **options: Any) -> VerificationReport:
        """Check `count` records drawn with `seed`, or a fresh one, each with its links and its place in the tree."""

        async def work() -> VerificationReport:
            session = await self._open()
            verifier = ExcerptVerifier(await _judged(session), session.core, clock=session.clock)
            return await verifier.sample(count, seed=seed, terms=_terms(session, options))

        return await self._portal.call(work())

    async def approvals_of(self, records: Sequence[AuditRecord]) -> list[ApprovalState]:
        """Return how far those of the records are approved whose action asks for it."""

        async def work() -> list[ApprovalState]:
            session = await self._open()
            book = await Approvals.of(session.store, session.core, origin=await session.origin())
            return [state for record in records if (state := book.state_of(record)) is not None]

        return await self._portal.call(work())

    async def begin(self) -> str:
        """Begin the trail if the store is empty, and return its name."""

        async def work() -> str:
            return (await (await self._open()).trail()).origin

        return await self._portal.call(work())

    async def verify_record(self, name: str, **options: Any) -> VerificationReport:
        """Check one record: hash, links to both neighbours, signatures, columns, its place in the tree.

        Raises:
            NotFoundError: No record is called so.
        """
        return await self.verify_range(name, name, **options)

    async def verify_range(self, first: str | None, last: str | None, **options: Any) -> VerificationReport:
        """Check the records from `first` to `last`, each named by id, hash or sequence; None is the trail's own end.

        Raises:
            NotFoundError: No record is called so.
            UsageError: The trail has no such records.
        """

        async def work() -> VerificationReport:
            session = await self._open()
            size = (await session.store.head()).size
            begin = 0 if first is None else await _position(session, first)
            end = max(size - 1, begin) if last is None else begin if last == first else await _position(session, last)
            verifier = ExcerptVerifier(await _judged(session), session.core, clock=session.clock)
            return await verifier.range(begin, end, terms=_terms(session, options))

        return await self._portal.call(work())

    async def session(self) -> Session:
        """Return the open session; only for work on the portal's loop."""
        return await self._portal.call(self._open())

    async def close(self) -> None:
        """Sign a checkpoint over what was appended and release the store; a later use opens it again."""
        await self._portal.call(self._close())

    def close_now(self) -> None:
        """Do what `close` does, from plain code."""
        self._portal.run(self._close())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: object,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: object,
        trace: TracebackType | None,
    ) -> None:
        self.close_now()

    async def _open(self) -> Session:
        if self._opening is None:
            self._opening = asyncio.Lock()
        async with self._opening:
            if self._session is None:
                self._session = await self._opener()
            return self._session

    async def _close(self) -> None:
        session, self._session, self._opening = self._session, None, None
        if session is not None:
            await session.close()

    async def _verify(self, options: dict[str, Any]) -> VerificationReport:
        session = await self._open()
        verifier = Verifier(await _judged(session), session.core, clock=session.clock)
        return await verifier.verify(_terms(session, options))

    async def _append(
        self,
        drafts: Sequence[AuditDraft],
        run_id: str,
        also_signed_by: Sequence[Signer],
    ) -> Sequence[AuditRecord]:
        session = await self._open()
        trail = await session.trail()
        rows = await trail.append(drafts, run_id=run_id, also_signed_by=also_signed_by)
        session.appended()
        return Receipts(rows, origin=trail.origin, ring=trail.ring)

    async def _get(self, name: str) -> AuditRecord | None:
        session = await self._open()
        row = only(await session.store.find(name), name)
        return (await self._read(session, [row]))[0] if row else None

    async def _query(self, wanted: AuditFilter) -> list[AuditRecord]:
        session = await self._open()
        return await self._read(session, await session.store.query(wanted, clearance=session.clearance))

    async def _provenance(self, target: str) -> list[AuditRecord]:
        session = await self._open()
        about = await session.store.query(AuditFilter(target=target, limit=_EVERYTHING))
        changing = AuditFilter(
            target_type=AuditTargetType.GIT,
            text=f'"path":"{target}"',
            limit=_EVERYTHING,
        )
        changed = await session.store.query(changing, clearance=session.clearance)
        rows = {row.sequence: row for row in (*about, *changed)}
        return await self._read(session, [rows[sequence] for sequence in sorted(rows)])

    async def _read(self, session: Session, rows: Sequence[SealedRecord]) -> list[AuditRecord]:
        ring = await session.ring() if rows else KeyRing()
        opener = await session.opener()
        view = await view_of(rows, session.store, opener=opener, clearance=session.clearance)
        return records_of(rows, origin=await session.origin(), ring=ring, view=view)


async def _judged(session: Session) -> RecordStore:
    return with_values(session.store, await session.opener())


def _terms(session: Session, options: dict[str, Any]) -> Terms:
    return Terms(**{"guard_of": session.guard_of, **options})


async def _position(session: Session, name: str) -> int:
    """Return a record's sequence: digits alone are one, anything else is an id or a hash."""
    if name.isascii() and name.isdigit() and len(name) < _LONGEST_SEQUENCE:
        return int(name)
    row = only(await session.store.find(name), name)
    if row is None:
        raise NotFoundError("record", name, hint="`ami-audit query` lists records with their ids.")
    return row.sequence
