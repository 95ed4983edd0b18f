"""Signs a record that is sealed already: the late signature is a record of its own."""

import base64

from ami_audit.domain.approvals import APPROVED_ACTION, ApprovalAnswer, approval_facts
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import NotFoundError, UsageError
from ami_audit.domain.keyring import Validity
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.moment import microseconds
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.signature import AuditSignature
from ami_audit.ports.caller import Caller
from ami_audit.services.approving import Approvals
from ami_audit.services.portal import Portal, portal
from ami_audit.services.reading import only, records_of
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from ami_audit.services.trail import Trail


async def approve(
    store: AuditStore, name: str, *, by: Caller, root: str, reason: str | None = None, on: Portal = portal
) -> ApprovalAnswer:
    """Sign the record of that id or hash with the key that signs here, and return how far it is approved then.

    The signature is over the record's hash, like those it was sealed with, and stands in a new record
    `record.approved`.

    Raises:
        NotFoundError: No record is called so.
        UsageError: The key's owner has signed it already.
        KeyStoreError: The key is not one that the trail names, or may not sign any more.
    """

    async def work() -> ApprovalAnswer:
        session = await store.session()
        trail = await session.trail()
        record = await _found(session, name, origin=trail.origin)
        key = _registered(trail)
        await _refuse_twice(session, record, key, origin=trail.origin)
        await trail.append([_draft(trail, record, key, by=by, root=root, reason=reason)])
        approvals = await Approvals.of(session.store, session.core, origin=trail.origin)
        return ApprovalAnswer(
            sequence=record.sequence or 0,
            record_id=record.record_id,
            record_hash=record.record_hash,
            action=record.action,
            signer=key.signer,
            state=approvals.state_of(record),
        )

    return await on.call(work())


async def _found(session: Session, name: str, *, origin: str) -> AuditRecord:
    row = only(await session.store.find(name), name)
    if row is None:
        raise NotFoundError("record", name, hint="`ami-audit query` lists records with their ids.")
    return records_of([row], origin=origin, ring=await session.ring())[0]


def _registered(trail: Trail) -> Validity:
    """Return the trail's own word on the key that signs here; that it may sign is checked where it is appended."""
    entry = trail.ring.named(trail.signers[0].key_id)
    if entry is None:
        raise UsageError(
            f"The key of {trail.signers[0].signer} is not one of this trail's keys; "
            "`ami-audit key new --add-to-trail` adds one."
        )
    return entry


async def _refuse_twice(session: Session, record: AuditRecord, key: Validity, *, origin: str) -> None:
    state = (await Approvals.of(session.store, session.core, origin=origin)).state_of(record)
    if state is not None and key.signer in state.approved_by:
        raise UsageError(f"{key.signer} has signed this record already, and counts once: {state} have.")


def _draft(
    trail: Trail, record: AuditRecord, key: Validity, *, by: Caller, root: str, reason: str | None
) -> AuditDraft:
    signer, moment = trail.signers[0], trail.clock()
    raw = signer.sign_records(
        origin=trail.origin, timestamp_us=microseconds(moment), record_hashes=bytes.fromhex(record.record_hash)
    )
    signature = AuditSignature(
        signer=signer.signer,
        signature=base64.b64encode(raw).decode(),
        timestamp=moment,
        key_id=signer.key_id.hex(),
    )
    return AuditDraft(
        action=APPROVED_ACTION,
        target=record.record_id,
        target_type=AuditTargetType.TRAIL,
        source="approvals/1",
        actor=key.signer,
        actor_type=by.actor_type,
        reason=reason,
        context=approval_facts(record, signature),
        metadata=by.provenance(root),
    )
