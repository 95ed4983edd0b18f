"""Keeps records as long as a policy asks, and lets go of them afterwards with everything still proven."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ami_audit.domain.classification import Policy
from ami_audit.domain.draft import FACT_MARK, fact_key, fact_mark
from ami_audit.domain.errors import IntegrityError, NotFoundError, UsageError
from ami_audit.domain.linkage import Head, PruneOrder, SealedRecord
from ami_audit.domain.moment import read
from ami_audit.domain.retention import (
    HELD,
    PRUNED,
    RELEASED,
    TILE,
    PruneAnswer,
    PrunedFacts,
    RetentionStatus,
    is_of_the_trail,
    kept_for,
    keys_digest,
    retention_draft,
    sequences_digest,
)
from ami_audit.ports.archive import Archive
from ami_audit.ports.caller import Caller
from ami_audit.ports.progress import Progress, silent
from ami_audit.services.holds import holds, refuse_held
from ami_audit.services.portal import Portal, portal
from ami_audit.services.proving import Prover
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from ami_audit.services.trail import Change
from ami_audit.services.usecases.archive import archive_lines, check_archive
from ami_audit.services.verification.pruned import cut_of, last_pruning

_CHUNK = 2048
_NO_POLICY = "No retention is set; say how long records are kept in `.audit/policy.toml`: `[retention]`, `keep = …`."


@dataclass(frozen=True, slots=True)
class _Old:
    """The records below a cut that are old enough to go."""

    cut: int
    gone: int
    kept: tuple[int, ...]
    known: frozenset[bytes]
    last: SealedRecord | None


async def retention_status(store: AuditStore, *, on: Portal = portal) -> RetentionStatus:
    """Return what retention would do now; reads every record that may be pruned."""

    async def work() -> RetentionStatus:
        session = await store.session()
        policy = session.policy or Policy()
        head, prunings = await session.store.head(), await session.store.prunings()
        old = await _old(session, policy)
        checkpoint, in_force = await _checkpoint_size(session), tuple(await holds(session.store))
        return RetentionStatus(
            origin=await session.origin(),
            size=head.size,
            has_policy=_has_retention(policy),
            keep=policy.keep.days if policy.keep else None,
            held_from=prunings[-1].cut if prunings else 0,
            pruned_by=prunings[-1].record if prunings else None,
            prunable=old.gone,
            cut=old.cut if old.gone else None,
            checkpoint_size=checkpoint,
            holds=in_force,
            blocked_by=tuple(_reasons(policy, old, checkpoint=checkpoint, names=[hold.name for hold in in_force])),
        )

    return await on.call(work())


async def hold(store: AuditStore, name: str, *, by: Caller, root: str, reason: str | None, on: Portal = portal) -> int:
    """Put a legal hold on the trail, and return the record that says so.

    Raises:
        UsageError: A hold of that name is in force, or it has no name.
    """
    return await on.call(_hold(store, name, by=by, root=root, reason=reason, releases=False))


async def release(
    store: AuditStore, name: str, *, by: Caller, root: str, reason: str | None, on: Portal = portal
) -> int:
    """End a legal hold, and return the record that says so.

    Raises:
        NotFoundError: No hold of that name is in force.
    """
    return await on.call(_hold(store, name, by=by, root=root, reason=reason, releases=True))


async def _hold(store: AuditStore, name: str, *, by: Caller, root: str, reason: str | None, releases: bool) -> int:
    session = await store.session()
    trail = await session.trail()
    is_held = name in [one.name for one in await holds(session.store)]
    if releases and not is_held:
        raise NotFoundError("hold", name, hint="`ami-audit retention status` lists those in force.")
    if not releases and (is_held or not name.strip()):
        raise UsageError(f"A hold `{name}` is in force already." if is_held else "A hold needs a name.")
    draft = retention_draft(
        RELEASED if releases else HELD,
        name,
        context={},
        reason=reason,
        actor=by.name,
        actor_type=by.actor_type,
        provenance=by.provenance(root),
    )
    return (await trail.append([draft]))[0].sequence


async def prune(
    store: AuditStore,
    *,
    by: Caller,
    root: str,
    reason: str | None,
    archive_of: Callable[[str, int], Archive],
    progress: Progress = silent,
    on: Portal = portal,
) -> PruneAnswer:
    """Let go of the records that are old enough: verify, archive, record it, delete, and measure what was freed.

    Args:
        store: The trail.
        by: Who prunes.
        root: The audited folder, for the provenance.
        reason: Why.
        archive_of: Gives the file for the records of a trail below a cut.
        progress: Told of `records` verified.
        on: Where the store lives.

    Raises:
        UsageError: There is no retention policy, nothing is old enough, a hold is in force, or no checkpoint covers
            what would go.
        IntegrityError: The trail is not sound: nothing may be thrown away that may be evidence.
    """
    report = await store.verify(progress=progress)
    if not report.is_sound:
        raise IntegrityError("The trail is not sound, so nothing is pruned; `ami-audit verify` says what is wrong.")

    async def work() -> PruneAnswer:
        session = await store.session()
        trail = await session.trail()
        policy = session.policy or Policy()
        await refuse_held(session.store, "pruned")
        old = await _old(session, policy)
        reasons = _reasons(policy, old, checkpoint=await _checkpoint_size(session))
        if reasons or old.last is None:
            raise UsageError(reasons[0] if reasons else "Nothing is old enough.")
        before = session.store.size_bytes()
        archive = archive_of(trail.origin, old.cut)
        digest = await _archived(session, archive, old)
        facts = await _facts(session, old, digest)

        async def prepare(_head: Head) -> Change:
            await refuse_held(session.store, "pruned")
            draft = retention_draft(
                PRUNED,
                trail.origin,
                context=facts.model_dump(),
                reason=reason,
                actor=by.name,
                actor_type=by.actor_type,
                provenance=by.provenance(root),
            )
            return Change(draft, pruning=PruneOrder(old.cut, old.kept, tuple(old.known)))

        record = await trail.append_in_turn(prepare)
        is_scrubbed = await session.store.scrub()
        return PruneAnswer(
            origin=trail.origin,
            cut=old.cut,
            pruned=old.gone,
            kept=len(old.kept),
            sequence=record.sequence,
            record_id=record.record_id,
            archive=archive.location,
            archive_sha256=digest,
            bytes_before=before,
            bytes_after=session.store.size_bytes(),
            is_scrubbed=is_scrubbed,
        )

    return await on.call(work())


async def _old(session: Session, policy: Policy) -> _Old:
    """Return what may go: whole tiles of records that are all old enough, from the beginning on."""
    if not _has_retention(policy):
        return _Old(0, 0, (), frozenset(), None)
    held_from, now = await cut_of(session.store), session.clock()
    contents: list[tuple[SealedRecord, dict[str, Any]]] = []
    first, is_old = 0, True
    while is_old and (rows := await session.store.read(first, count=_CHUNK)):
        for row in rows:
            content = json.loads(row.canonical)
            span = kept_for(content, policy)
            own = is_of_the_trail(content["target_type"])
            is_old = own or (span is not None and read(content["recorded_at"]) + span <= now)
            if not is_old:
                break
            contents.append((row, content))
        first = rows[-1].sequence + 1
    end = contents[-1][0].sequence + 1 if contents else 0
    cut = max(end // TILE * TILE, held_from)
    below = [(row, content) for row, content in contents if row.sequence < cut]
    kept = tuple(row.sequence for row, content in below if is_of_the_trail(content["target_type"]))
    going = [(row, content) for row, content in below if not is_of_the_trail(content["target_type"])]
    last = below[-1][0] if below and below[-1][0].sequence == cut - 1 else None
    return _Old(cut, len(going) if last else 0, kept, frozenset(_keys(content for _, content in going)), last)


def _keys(contents: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for content in contents:
        observed = content["metadata"].get("observed")
        if isinstance(observed, str) and observed and isinstance(content.get("target"), str):
            yield fact_key(content["source"], content["target"], observed)
        elif mark := fact_mark(content["metadata"].get(FACT_MARK)):
            yield mark


async def _archived(session: Session, archive: Archive, old: _Old) -> str:
    """Write the archive, read it back, and return its digest; nothing is deleted that it does not prove.

    Raises:
        IntegrityError: What was written does not prove itself.
    """
    checkpoint = (await session.store.checkpoints())[-1]
    before = await last_pruning(session.store)
    lines = archive_lines(session.store, session.core, before=before, cut=old.cut, checkpoint=checkpoint)
    digest = await archive.write(lines)
    with archive.lines() as read_back:
        verdict = check_archive(read_back, session.core, location=archive.location)
    if not verdict.is_sound:
        raise IntegrityError(f"The archive `{archive.location}` does not prove itself, so nothing is pruned.")
    return digest


async def _facts(session: Session, old: _Old, archive: str) -> PrunedFacts:
    if old.last is None:
        raise UsageError("Nothing is old enough.")
    known = {*await session.store.pruned_facts(), *old.known}
    return PrunedFacts(
        cut=old.cut,
        pruned=old.cut - len(old.kept),
        kept=sequences_digest(old.kept),
        known=keys_digest(known),
        leaf=_leaf(session, old.last),
        recorded_at=json.loads(old.last.canonical)["recorded_at"],
        archive=archive,
        root=(await Prover(session.store, session.core).root(old.cut)).hex(),
    )


def _leaf(session: Session, record: SealedRecord) -> str:
    signed = session.core.sigset_hash(record.signatures)
    return (b"\x01" + record.sequence.to_bytes(8, "big") + record.record_hash + signed).hex()


async def _checkpoint_size(session: Session) -> int | None:
    stored = await session.store.checkpoints()
    return stored[-1].size if stored else None


def _has_retention(policy: Policy) -> bool:
    return policy.keep is not None or any(rule.keep is not None for rule in policy.keeps)


def _reasons(policy: Policy, old: _Old, *, checkpoint: int | None, names: Sequence[str] = ()) -> list[str]:
    if not _has_retention(policy):
        return [_NO_POLICY]
    found = [f"The legal hold `{name}` is in force; end it with `ami-audit retention release`." for name in names]
    if not old.gone:
        found.append(
            f"Nothing can be pruned now: records go {TILE} at a time, oldest first, once all of them are old enough."
        )
    elif checkpoint is None or checkpoint < old.cut:
        found.append(
            f"No checkpoint covers the first {old.cut} records, so nothing would prove what followed; sign one with "
            "`ami-audit checkpoint sign`."
        )
    return found
