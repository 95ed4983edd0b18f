"""Makes a bundle: what answers a question, and everything that proves it to somebody who has nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ami_audit.domain.bundle import SCHEMA, Asked, Bundle, BundledRecord, Completeness, ShownRun, ShownSegment
from ami_audit.domain.completeness import KEY_RECORDS, Leaf, Term, leaves_of, run_for, terms_of, window_of
from ami_audit.domain.disclosed import connected
from ami_audit.domain.errors import IntegrityError, NotFoundError, UsageError
from ami_audit.domain.linkage import SealedRecord, StoredCheckpoint
from ami_audit.domain.segment import SegmentClaim, tiled
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.stores import RecordStore
from ami_audit.services.portal import Portal, portal
from ami_audit.services.proving import Prover
from ami_audit.services.reading import only
from ami_audit.services.segments import Columns, columns_of, is_index, sealed_claims
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from ami_audit.services.verification.bundled import content_of
from ami_audit.services.verification.pruned import cut_of

_CHUNK = 1024
# Further than this apart, records are read one by one.
_GAP = 32


@dataclass(frozen=True, slots=True)
class Question:
    """What a bundle is to show: the records that answer a filter, or those that were picked by name.

    Attributes:
        asked: The filter as a bundle says it (`completeness.asked_of`); None when records are picked.
        names: Ids or hashes of records, or beginnings of them.
    """

    asked: dict[str, str | int] | None = None
    names: Sequence[str] = ()


async def bundle_of(
    store: AuditStore, question: Question, *, progress: Progress = silent, on: Portal = portal
) -> Bundle:
    """Return the bundle that answers a question about a trail; see `made_bundle`."""

    async def work() -> Bundle:
        return await made_bundle(await store.session(), question, progress=progress)

    return await on.call(work())


async def made_bundle(session: Session, question: Question, *, progress: Progress = silent) -> Bundle:
    """Return the bundle that answers a question, proven under the trail's latest checkpoint.

    Where records are not indexed or not under a checkpoint yet, an index and a checkpoint are sealed first; else
    nothing is written and no key is needed.

    Args:
        session: The trail.
        question: What to show.
        progress: Told of `records` that were read for the indexes.

    Raises:
        UsageError: The trail is empty.
        NotFoundError: A name names no record.
        IntegrityError: The store is damaged where the answer lies.
    """
    store = session.store
    held_from = await cut_of(store)
    if held_from and question.asked is not None:
        raise UsageError(
            f"Records below {held_from} were pruned, so nothing can prove that none of them is left out of the answer; "
            "name the records to show instead: `ami-audit query` lists them."
        )
    checkpoint = await _checkpoint(session)
    wanted = {0, *await _picked(store, question.names)}
    wanted |= {event.sequence for event in await store.key_events() if event.sequence < checkpoint.size}
    segments = None
    if not held_from:
        segments, named = await _answered(session, question, size=checkpoint.size, progress=progress)
        wanted |= named
    beyond = max(wanted)
    if beyond >= checkpoint.size:
        raise UsageError(f"Record {beyond} is not under the checkpoint of {checkpoint.size} records yet; try again.")
    records = await _read_all(store, sorted(wanted))
    return Bundle(
        checkpoint=checkpoint.note,
        completeness=None if segments is None else Completeness(segments=tuple(segments)),
        disclosures=await _disclosed(session, records),
        filter=None if question.asked is None else Asked.model_validate(question.asked),
        records=tuple(await _proven(store, session.core, records, size=checkpoint.size)),
        schema=SCHEMA,
    )


async def _answered(
    session: Session, question: Question, *, size: int, progress: Progress
) -> tuple[list[ShownSegment], set[int]]:
    """Return what is shown of each segment, and the records that must be there for it."""
    claims = tiled([claim for claim in await sealed_claims(session.store) if claim.sequence < size])
    builder = _Builder(session.store, session.core, terms=terms_of(question.asked or {}), asked=question.asked)
    wanted = set(range(claims[-1].end if claims else 0, size))
    segments = []
    for claim in claims:
        segment, named = await builder.segment(claim)
        segments.append(segment)
        wanted |= {claim.sequence, *named}
        progress.step("records", done=claim.end, total=size)
    return segments, wanted


async def _disclosed(session: Session, records: Sequence[SealedRecord]) -> tuple[str, ...]:
    """Return what opens the values of these records that whoever asks may read, with the keys that are here."""
    if not await session.store.has_disclosures():
        return ()
    opener = await session.opener()
    found: list[str] = []
    for record in records:
        for stored in await session.store.disclosures(record.sequence, count=1):
            opened = opener.judge(stored, record.record_id).opened
            if opened is not None and opened.classification <= session.clearance:
                found.append(opened.disclosure.text)
    return connected([content_of(record.canonical) for record in records], found)


class _Builder:
    """Answers from the index of one segment after the other."""

    def __init__(
        self, store: RecordStore, core: ChainCore, *, terms: Sequence[Term], asked: dict[str, str | int] | None
    ) -> None:
        self._store = store
        self._core = core
        self._terms = terms
        self._asked = asked

    async def segment(self, claim: SegmentClaim) -> tuple[ShownSegment, set[int]]:
        """Return what is shown of a segment, and the records that it names."""
        columns = await columns_of(self._store, self._core, first=claim.first, end=claim.end)
        keys, about_keys = self._shown(KEY_RECORDS, columns, claim)
        window = window_of(self._asked or {}, first=claim.first, end=claim.end)
        named = set(window) if self._asked is not None else set()
        terms = []
        for term in self._terms:
            if not named:
                break
            runs, answers = self._shown(term, columns, claim)
            named &= answers
            terms.append(runs)
            if not answers:
                break
        return ShownSegment(keys=keys, record=claim.sequence, terms=tuple(terms)), named | about_keys

    def _shown(self, term: Term, columns: Columns, claim: SegmentClaim) -> tuple[tuple[ShownRun, ...], set[int]]:
        leaves, hashes = self._leaves(term.field, columns, claim)
        runs = [run_for(leaves, interval, hashes=hashes) for interval in term.intervals]
        named = {number for leaf in leaves for number in leaf.sequences if _is_asked(leaf, term)}
        return tuple(ShownRun.of(run) for run in runs), named

    def _leaves(self, field: str, columns: Columns, claim: SegmentClaim) -> tuple[list[Leaf], list[bytes]]:
        leaves = leaves_of(columns[field], claim.first)
        hashes = [leaf.hash() for leaf in leaves]
        if (len(leaves), self._core.subtree_root(b"".join(hashes))) != claim.fields[field]:
            raise IntegrityError(
                f"Record {claim.sequence} does not index what the records from {claim.first} to {claim.end - 1} say; "
                "run `ami-audit verify`."
            )
        return leaves, hashes


def _is_asked(leaf: Leaf, term: Term) -> bool:
    return any(leaf.key in interval for interval in term.intervals)


async def _checkpoint(session: Session) -> StoredCheckpoint:
    """Return the latest checkpoint; sealed now, with an index, where the trail has gone on since."""
    head = await session.store.head()
    if head.size == 0:
        raise UsageError("The trail is empty, so there is nothing to show; `ami-audit repo` records something.")
    latest = await _latest(session.store)
    if latest is None or latest.size < head.size or not await _is_indexed(session.store, head.size):
        trail = await session.trail()
        await trail.refresh()
        if not await _is_indexed(session.store, trail.head.size):
            await session.index()
        await session.checkpoint()
        latest = await _latest(session.store)
    if latest is None:
        raise UsageError("Another process signs this trail at this moment; try again.")
    return latest


async def _latest(store: RecordStore) -> StoredCheckpoint | None:
    found = await store.checkpoints()
    return found[-1] if found else None


async def _is_indexed(store: RecordStore, size: int) -> bool:
    """Return whether only indexes follow the records that are indexed, or nothing can be indexed any more."""
    if await cut_of(store):
        return True
    claims = tiled(await sealed_claims(store))
    end = claims[-1].end if claims else 0
    while end < size:
        found = await store.read(end, count=min(_CHUNK, size - end))
        if not found or not all(map(is_index, found)):
            return False
        end = found[-1].sequence + 1
    return True


async def _picked(store: RecordStore, names: Iterable[str]) -> set[int]:
    sequences = set()
    for name in names:
        record = only(await store.find(name), name)
        if record is None:
            raise NotFoundError("record", name, hint="`ami-audit query` lists records with their ids.")
        sequences.add(record.sequence)
    return sequences


async def _proven(
    store: RecordStore, core: ChainCore, records: Sequence[SealedRecord], *, size: int
) -> list[BundledRecord]:
    prover = Prover(store, core)
    return [
        BundledRecord.of(record, proof=await prover.inclusion(index=record.sequence, size=size)) for record in records
    ]


async def _read_all(store: RecordStore, wanted: Sequence[int]) -> list[SealedRecord]:
    return [record for run in _runs(wanted) for record in await _read(store, run)]


async def _read(store: RecordStore, wanted: Sequence[int]) -> list[SealedRecord]:
    found = await store.read(wanted[0], count=wanted[-1] - wanted[0] + 1)
    asked = set(wanted)
    kept = [record for record in found if record.sequence in asked]
    if len(kept) != len(wanted):
        raise IntegrityError(f"The store lacks one of the records from {wanted[0]} on; run `ami-audit verify`.")
    return kept


def _runs(wanted: Sequence[int]) -> list[list[int]]:
    """Return rising numbers in stretches that are read at once."""
    runs = [[wanted[0]]]
    for before, number in pairwise(wanted):
        if number - before > _GAP or len(runs[-1]) >= _CHUNK:
            runs.append([])
        runs[-1].append(number)
    return runs
