"""Forgets a person: destroys their key, removes what it opened, and records that this was done."""

from ami_audit.domain.erasure import BY_LIST, ERASED, ErasureAnswer, erasure_draft
from ami_audit.domain.errors import NotFoundError, UsageError
from ami_audit.domain.linkage import ErasedValue, Head
from ami_audit.domain.moment import written
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.redaction import ValueState
from ami_audit.ports.caller import Caller
from ami_audit.ports.stores import RecordStore
from ami_audit.ports.vault import SubjectVault
from ami_audit.services.disclosing import Opener
from ami_audit.services.holds import refuse_held
from ami_audit.services.portal import Portal, portal
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from ami_audit.services.trail import Change


async def erase(
    store: AuditStore,
    subject: str,
    *,
    authority: str,
    by: Caller,
    root: str,
    reason: str | None = None,
    on: Portal = portal,
) -> ErasureAnswer:
    """Make every committed value of a subject unreadable, for ever, and return what was done.

    The key goes first: should anything fail after that, the values are gone all the same, and the same call again
    finishes the work.

    Args:
        store: The trail.
        subject: Whom it is about, as the value that the policy names says it; `record:<id>` for the values of one
            record that are about nobody.
        authority: On whose authority: a ticket, an article, a court. The record keeps it: it must not name the person.
        by: Who erases.
        root: The audited folder, for the provenance.
        reason: Why.
        on: Where the store lives.

    Raises:
        UsageError: No authority is given, or a legal hold is in force.
        NotFoundError: Nothing of that subject is kept behind commitments here.
    """
    if not authority.strip():
        raise UsageError("An erasure needs an authority; say on whose word it is done with `--authority`.")

    async def work() -> ErasureAnswer:
        session = await store.session()
        trail = await session.trail()
        vault = session.vault(trail.origin)
        name = await _erasable(session, vault, subject)
        await refuse_held(session.store, "erased")
        values: list[ErasedValue] = []

        async def prepare(head: Head) -> Change:
            await refuse_held(session.store, "erased")
            taken = await _taken(session.store, await session.opener(), name)
            if vault is not None:
                vault.destroy(name, moment=written(session.clock()), values=taken)
            values.extend(ErasedValue(sequence, digest, head.size) for sequence, digest in taken)
            draft = erasure_draft(
                name,
                values,
                authority=authority.strip(),
                reason=reason,
                actor=by.name,
                actor_type=by.actor_type,
                provenance=by.provenance(root),
            )
            return Change(draft, erased=values)

        record = await trail.append_in_turn(prepare)
        return ErasureAnswer(
            origin=trail.origin,
            subject=name.hex(),
            values=len(values),
            records=len({value.sequence for value in values}),
            sequence=record.sequence,
            record_id=record.record_id,
            is_scrubbed=await session.store.scrub(),
        )

    return await on.call(work())


async def _erasable(session: Session, vault: SubjectVault | None, subject: str) -> bytes:
    """Return the pseudonym under which something of the subject is kept, or was erased without a record of it."""
    if vault is not None and vault.is_here():
        for name in vault.pseudonyms(subject):
            if vault.key(name) is not None:
                return name
            if name in vault.erased() and not await session.store.query(AuditFilter(action=ERASED, target=name.hex())):
                return name
    raise NotFoundError(
        "subject",
        subject,
        hint="Nothing about it is kept behind commitments here, or it was erased already; a subject is called as the "
        "value that `.audit/policy.toml` names.",
    )


async def _taken(store: RecordStore, opener: Opener, name: bytes) -> list[tuple[int, bytes]]:
    """Return the values that a subject's key opens, or opened before it was destroyed.

    What the store merely says to be of that subject may be somebody else's, and stays.
    """
    found: list[tuple[int, bytes]] = []
    for row in await store.disclosures_of([name]):
        records = await store.read(row.sequence, count=1)
        record_id = records[0].record_id if records else ""
        is_theirs = opener.judge(row, record_id).state is ValueState.DISCLOSED
        if is_theirs or opener.was_erased(row.sequence, row.digest):
            found.append((row.sequence, row.digest))
    return found


async def reapply(store: RecordStore, vault: SubjectVault) -> int:
    """Remove from a restored copy what was erased after it was made; return how many values.

    That is what the list of erasures names, each value by itself: whose it is, the store could be made to say wrongly.
    """
    lists = {name: taken for name, taken in vault.erased_values().items() if taken}
    rows = await store.disclosures_of(list(lists)) if lists else ()
    gone = [row for row in rows if (row.sequence, row.digest) in lists[row.subject]]
    if gone:
        await store.erase([ErasedValue(row.sequence, row.digest, BY_LIST) for row in gone])
        await store.scrub()
    return len(gone)
