"""Checks the indexes that the trail has sealed: each must say what the records it covers say."""

from collections import defaultdict
from collections.abc import Sequence

from ami_audit.domain.errors import IntegrityError, MalformedError
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.segment import FIELDS, SegmentClaim
from ami_audit.domain.verification import Fault, broken_by
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import RecordReader
from ami_audit.services.segments import claim_of, columns_of


async def index_faults(
    indexes: Sequence[SealedRecord], store: RecordReader, core: ChainCore, *, held_from: int = 0
) -> list[Fault]:
    """Return what is wrong with the indexes that these records seal; one that covers what was pruned is past checking.

    The records they cover are read once more, those that several cover once: about a third of what walking them costs.
    """
    faults: list[Fault] = []
    begun: dict[int, list[tuple[SegmentClaim, SealedRecord]]] = defaultdict(list)
    for record in indexes:
        try:
            claim = SegmentClaim.read(record.canonical, record.sequence)
        except MalformedError as error:
            faults.append(_fault(record, error.reason))
        else:
            if claim is not None and claim.first >= held_from:
                begun[claim.first].append((claim, record))
    for first in sorted(begun):
        faults += await _wrong(sorted(begun[first], key=lambda pair: pair[0].end), store, core)
    return sorted(faults, key=lambda fault: fault.sequence or 0)


async def _wrong(
    claims: Sequence[tuple[SegmentClaim, SealedRecord]], store: RecordReader, core: ChainCore
) -> list[Fault]:
    """Return the faults of claims that begin at one record, shortest first."""
    faults: list[Fault] = []
    first = at = claims[0][0].first
    columns = dict.fromkeys(FIELDS, b"")
    for claim, record in claims:
        try:
            more = await columns_of(store, core, first=at, end=claim.end)
        except IntegrityError:
            faults.append(_fault(record, "records that it indexes are missing"))
            continue
        columns = {name: columns[name] + more[name] for name in FIELDS}
        at = claim.end
        found = await claim_of(columns, core, first=first, end=claim.end)
        odd = [name for name in FIELDS if found.fields[name] != claim.fields[name]]
        if odd:
            faults.append(_fault(record, f"what it says of the records it indexes is not what they say: {odd[0]}"))
    return faults


def _fault(record: SealedRecord, detail: str) -> Fault:
    return Fault(
        check="segment",
        where=f"record {record.sequence}",
        detail=detail,
        sequence=record.sequence,
        record_id=record.record_id,
        breaks=broken_by("segment"),
    )
