"""Records in a trail that its rules change: which witnesses it asks, and whose approvals."""

from collections.abc import Sequence

from ami_audit.domain.approvals import ApprovalRule
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.rules import RULES_ACTION, Rules, rules_as_facts
from ami_audit.ports.caller import Caller
from ami_audit.services.portal import Portal, portal
from ami_audit.services.stated_rules import stated_rules
from ami_audit.services.store import AuditStore


async def rules_of_trail(store: AuditStore, *, on: Portal = portal) -> Rules:
    """Return the rules that a trail's records state last; none for a trail without any."""

    async def work() -> Rules:
        stated = await stated_rules((await store.session()).store)
        return stated[-1] if stated else Rules()

    return await on.call(work())


async def change_rules(
    store: AuditStore,
    *,
    quorum: QuorumPolicy | None,
    approvals: Sequence[ApprovalRule],
    by: Caller,
    root: str,
    reason: str | None,
    on: Portal = portal,
) -> int:
    """State new rules in the trail, in place of all earlier ones, and return the record's sequence.

    A new policy of witnesses is in force once those of the policy before have cosigned a checkpoint that holds this
    record.

    Raises:
        UsageError: The rules are those that are stated already.
    """

    async def work() -> int:
        session = await store.session()
        trail = await session.trail()
        stated = await stated_rules(session.store)
        facts = rules_as_facts(quorum, approvals)
        if stated and facts == rules_as_facts(stated[-1].quorum, stated[-1].approvals):
            raise UsageError(f"These are the trail's rules already, as record {stated[-1].sequence} states them.")
        draft = AuditDraft(
            action=RULES_ACTION,
            target=trail.origin,
            target_type=AuditTargetType.TRAIL,
            source="rules/1",
            actor=by.name,
            actor_type=by.actor_type,
            severity=AuditSeverity.WARNING,
            reason=reason,
            context=facts,
            metadata=by.provenance(root),
        )
        (record,) = await trail.append([draft])
        return record.sequence

    return await on.call(work())
