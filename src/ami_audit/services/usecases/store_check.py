"""Says whether a store holds, whole, everything it has acknowledged; makes its index anew when asked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.errors import IntegrityError, MalformedError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.store_check import PARTS, Part, PartName, Standing, StoreCheckAnswer, after_store_check, part_of
from ami_audit.domain.verification import Fault, VerificationReport
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.stores import RecordStore
from ami_audit.services.portal import Portal, portal
from ami_audit.services.store import AuditStore
from ami_audit.services.verification.pruned import last_pruning

_ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_CHUNK = 4096
_MISSING_AT_MOST = 100


async def check_store(
    store: AuditStore,
    *,
    acknowledged: Mapping[str, str] | None = None,
    rebuild: bool = False,
    progress: Progress = silent,
    on: Portal = portal,
) -> StoreCheckAnswer:
    """Return which parts of the store are whole, and what to do about the others.

    Args:
        store: The trail.
        acknowledged: Ids of records that must be there, with their hashes where these must be the same.
        rebuild: Make the index anew first.
        progress: Told of `records` checked.
        on: Where the store lives.
    """
    started = perf_counter()
    session = await store.session()
    rebuilt = await on.call(session.store.rebuild()) if rebuild else None
    report = await store.verify(required=VerificationLevel.LINKS, progress=progress)
    guard = session.guard_of(report.origin) if report.origin else None
    standing = await on.call(session.store.standing())
    gone = await on.call(_gone(session.store))
    absent, altered = await on.call(_missing(session.store, acknowledged or {}))
    pruned = gone.among(absent)
    missing = [name for name in acknowledged or {} if name in altered or (name in absent and name not in pruned)]
    where = guard.location if guard else None
    return StoreCheckAnswer(
        location=session.store.describe()["location"],
        origin=report.origin,
        size=report.size,
        head=report.head,
        root=report.root,
        size_bytes=standing.size_bytes,
        log_bytes=standing.log_bytes,
        rebuilt=None if rebuilt is None else rebuilt - gone.records,
        parts=(
            *_compared(report, standing, guard=guard, gone=gone),
            _acknowledged(acknowledged, missing, pruned=len(pruned), gone=gone),
        ),
        faults=report.faults,
        missing=tuple(missing[:_MISSING_AT_MOST]),
        pruned=len(pruned),
        pruned_by=gone.record if gone.records else None,
        leftovers=standing.leftovers,
        next_steps=after_store_check(report.faults, missing=bool(missing), guard=where),
        seconds=perf_counter() - started,
    )


class _Gone(NamedTuple):
    """What was pruned: the record that says so, its id, the cut, and how many records are gone."""

    record: int = 0
    record_id: str = ""
    cut: int = 0
    records: int = 0

    def among(self, missing: Iterable[str]) -> set[str]:
        """Return the ids, of those that no record has, whose records were pruned.

        An id is older than the record that was sealed after its own. All records from the cut to the pruning's are
        held, so one that is older than that, and not there, stood below the cut; there were only so many.
        """
        older = [name for name in missing if _ID.fullmatch(name) and name < self.record_id]
        return set(older[: self.records])

    def said(self) -> str:
        """Return the sentence about it."""
        return f"{self.records:,} earlier ones were pruned, as record {self.record} says"


async def _gone(store: RecordStore) -> _Gone:
    try:
        facts = await last_pruning(store)
    except IntegrityError:
        return _Gone()  # verification names the damage
    if facts is None:
        return _Gone()
    record = (await store.prunings())[-1].record
    (row,) = await store.read(record, count=1)
    return _Gone(record, row.record_id, facts.cut, facts.pruned)


def _compared(
    report: VerificationReport, standing: Standing, *, guard: CheckpointGuard | None, gone: _Gone
) -> list[Part]:
    where = guard.location if guard else None
    told = _told(report, standing, guard=guard, gone=gone)
    parts: list[Part] = []
    for name in PARTS[:-1]:
        faults = [fault for fault in report.faults if part_of(fault, guard=where) == name]
        is_compared = name != "guard" or told[name][0]
        parts.append(
            Part(
                name=name, is_whole=not faults if is_compared or faults else None, detail=_detail(faults, told[name][1])
            )
        )
    return parts


def _told(
    report: VerificationReport, standing: Standing, *, guard: CheckpointGuard | None, gone: _Gone
) -> dict[PartName, tuple[bool, str]]:
    """Return what each part is when nothing is wrong with it, and whether there was something to compare it with."""
    behind = report.size - standing.indexed
    return {
        "container": (True, "pages, schema and guards are as they were made"),
        "records": (
            True,
            f"{report.size - gone.records:,} records: hashes, links, signatures and times hold"
            + (f"; {gone.said()}" if gone.records else ""),
        ),
        "tree": (True, "head and tiles are those of the records"),
        "keys": (True, "the key table is what the records say"),
        "index": (
            True,
            f"{max(standing.indexed - gone.records, 0):,} rows are what the records say"
            + (f"; {behind:,} more are made by the next query" if behind > 0 else ""),
        ),
        "checkpoints": (True, "those in the store are signed, and none is ahead of the records"),
        "guard": _guarded(report.size, guard),
    }


def _guarded(size: int, guard: CheckpointGuard | None) -> tuple[bool, str]:
    last = guard.last() if guard else None
    if last is None or guard is None:
        return False, "no checkpoint is kept outside the store, so an end that is gone would not show"
    try:
        known = SignedCheckpoint.parse(last).checkpoint.size
    except MalformedError as error:
        return True, str(error)
    since = f", {size - known:,} sealed since" if size > known else ""
    return True, f"the checkpoint outside the store covers {known:,} records{since}"


def _detail(faults: Sequence[Fault], otherwise: str) -> str:
    if not faults:
        return otherwise
    return f"{faults[0].where}: {faults[0].detail}" if len(faults) == 1 else f"{len(faults):,} faults"


def _acknowledged(asked: Mapping[str, str] | None, missing: Sequence[str], *, pruned: int, gone: _Gone) -> Part:
    if asked is None:
        return Part(name="acknowledged", is_whole=None, detail="no list of acknowledged records was given")
    more = f"; {pruned:,} were pruned, as record {gone.record} says, and stand in its archive" if pruned else ""
    if missing:
        detail = f"{len(missing):,} of {len(asked):,} acknowledged records are not there as they were sealed"
        return Part(name="acknowledged", is_whole=False, detail=f"{detail}{more}")
    there = f"{len(asked) - pruned:,}" if pruned else f"all {len(asked):,}"
    return Part(name="acknowledged", is_whole=True, detail=f"{there} acknowledged records are there{more}")


async def _missing(store: RecordStore, asked: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Return the asked-for ids that no record has, and those that one has with another hash; reads all records."""
    wanted, altered = dict(asked), set[str]()
    first = 0
    while wanted:
        try:
            records = await store.read(first, count=_CHUNK)
        except IntegrityError:
            break  # verification names the damage; what lies behind it cannot be shown to be there
        if not records:
            break
        for record in records:
            expected = wanted.pop(record.record_id, "")
            if expected not in {"", record.record_hash.hex()}:
                altered.add(record.record_id)
        first = records[-1].sequence + 1
    return wanted, altered
