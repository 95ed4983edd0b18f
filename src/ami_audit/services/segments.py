"""Indexes segments of the trail, and seals the indexes as records."""

import asyncio
from collections.abc import Sequence
from itertools import accumulate

from ami_audit.domain.errors import IntegrityError, MalformedError
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.segment import ACTION, FIELDS, SEGMENT_SIZE, FieldRoot, SegmentClaim, seals_index
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import RecordReader
from ami_audit.services.trail import Trail

_CHUNK = 2048
_EVERY = 1 << 40

Columns = dict[str, bytes]
"""Each field's column (see the port `segment_index`)."""


async def columns_of(records: RecordReader, core: ChainCore, *, first: int, end: int) -> Columns:
    """Return the columns of the records from `first` to before `end`.

    Memory grows with what is indexed of them, not with their texts; the loop is given back after each 2,048 records.

    Raises:
        IntegrityError: Some of them are not in the store.
    """
    parts: list[list[bytes]] = []
    at = first
    while at < end:
        found = await records.read(at, count=min(_CHUNK, end - at))
        if not found or [found[0].sequence, found[-1].sequence] != [at, at + len(found) - 1]:
            raise IntegrityError(f"Record {at} cannot be indexed: it is not in the store; run `ami-audit verify`.")
        parts.append(await asyncio.to_thread(_columns, core, found))
        at += len(found)
    return {name: b"".join(part[place] for part in parts) for place, name in enumerate(FIELDS)}


async def claim_of(columns: Columns, core: ChainCore, *, first: int, end: int) -> SegmentClaim:
    """Return what the columns of the records from `first` to before `end` say."""
    roots = await asyncio.to_thread(lambda: [core.segment_root(columns[name], first) for name in FIELDS])
    return SegmentClaim(first, end, {name: FieldRoot(*root) for name, root in zip(FIELDS, roots, strict=True)})


async def sealed_claims(records: RecordReader) -> list[SegmentClaim]:
    """Return the indexes that the trail holds, in its order; records of that name that are none are passed over."""
    found = await records.query(AuditFilter(action=ACTION, limit=_EVERY))
    claims = (_read(record) for record in found)
    return [claim for claim in claims if claim is not None]


async def index_closed(trail: Trail, *, since: int, segment_size: int = SEGMENT_SIZE) -> None:
    """Seal an index of each segment that was closed after the first `since` records.

    Whether another process has sealed one too is not looked up: that would cost more than a record that is there twice.

    Args:
        trail: The trail; other callers may append meanwhile.
        since: How long the trail was when this was last asked.
        segment_size: Records in a segment. What a record covers stands in the record.
    """
    if trail.head.size // segment_size == since // segment_size:
        return
    closed = range(since // segment_size, trail.head.size // segment_size)
    await _seal(trail, [(place * segment_size, (place + 1) * segment_size) for place in closed])


async def index_whole(trail: Trail, *, segment_size: int = SEGMENT_SIZE) -> None:
    """Seal an index of each closed segment that has none yet, and one of the records after them."""
    size = trail.head.size
    missing = await _missing(trail, segment_size=segment_size)
    await _seal(trail, [*missing, (size // segment_size * segment_size, size)])


async def _missing(trail: Trail, *, segment_size: int) -> list[tuple[int, int]]:
    closed = trail.head.size // segment_size
    known = {(claim.first, claim.end) for claim in await sealed_claims(trail.store)}
    segments = ((place * segment_size, (place + 1) * segment_size) for place in range(closed))
    return [segment for segment in segments if segment not in known]


async def _seal(trail: Trail, segments: Sequence[tuple[int, int]]) -> None:
    """Seal an index of each of these segments whose records are still there."""
    drafts = []
    held_from = max((pruning.cut for pruning in await trail.store.prunings()), default=0)
    for first, end in segments:
        if held_from <= first < end:
            columns = await columns_of(trail.store, trail.core, first=first, end=end)
            drafts.append((await claim_of(columns, trail.core, first=first, end=end)).draft(trail.origin))
    await trail.append(drafts)


def is_index(record: SealedRecord) -> bool:
    """Return whether a record is one that seals an index."""
    return seals_index(record.canonical)


def _columns(core: ChainCore, records: Sequence[SealedRecord]) -> list[bytes]:
    texts = [record.canonical for record in records]
    return core.segment_columns(b"".join(texts), list(accumulate(map(len, texts))))


def _read(record: SealedRecord) -> SegmentClaim | None:
    try:
        return SegmentClaim.read(record.canonical, record.sequence)
    except MalformedError:
        return None
