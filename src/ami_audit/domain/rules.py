"""What a trail asks of itself: its quorum of witnesses and the approvals of actions, as its own records say.

The first record holds the rules that the trail was begun with. A record `policy.changed` replaces all of them, for the
records after it: nothing is lowered unseen.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, TypeAdapter, ValidationError

from ami_audit.domain.approvals import ApprovalRule
from ami_audit.domain.errors import ConfigurationError, FormatError
from ami_audit.domain.finding import VALUE
from ami_audit.domain.keyring import GENESIS_ACTION
from ami_audit.domain.quorum import QuorumPolicy

RULES_ACTION = "policy.changed"
_APPROVALS = TypeAdapter(tuple[ApprovalRule, ...])

# A policy and the smallest size: whether a checkpoint of that size or more is cosigned as the policy asks.
IsWitnessed = Callable[[QuorumPolicy, int], bool]


class Rules(NamedTuple):
    """Rules, valid for what comes after the record that states them.

    Attributes:
        sequence: That record; -1 where no record states any.
        quorum: The policy of witnesses; None for none.
        approvals: What actions ask for.
    """

    sequence: int = -1
    quorum: QuorumPolicy | None = None
    approvals: tuple[ApprovalRule, ...] = ()


class RulesAnswer(BaseModel):
    """The rules that a trail states.

    Attributes:
        sequence: The record that states them; null where none does.
        quorum: The policy of witnesses, as it was written (C2SP tlog-policy); null for none.
        witnesses: How many witnesses it asks.
        required: How few of them reach its quorum.
        approvals: What actions ask for.
    """

    model_config = VALUE

    sequence: int | None = None
    quorum: str | None = None
    witnesses: int = 0
    required: int = 0
    approvals: tuple[ApprovalRule, ...] = ()

    @classmethod
    def of(cls, rules: Rules) -> Self:
        """Return the answer about those rules."""
        quorum = rules.quorum
        return cls(
            sequence=rules.sequence if rules.sequence >= 0 else None,
            quorum=quorum.text if quorum else None,
            witnesses=len(quorum.counted) if quorum else 0,
            required=quorum.fewest if quorum else 0,
            approvals=rules.approvals,
        )


class InForce(NamedTuple):
    """A policy of witnesses, valid for checkpoints of `size` records or more, and why not a later one."""

    size: int
    policy: QuorumPolicy | None
    pending: Rules | None = None


def approvals_of(text: str, *, where: str) -> tuple[ApprovalRule, ...]:
    """Return the approvals that a policy file (TOML) asks for, in its table `[approvals]`; its other tables are passed.

    Args:
        text: The file's content: an action or a pattern of several a line, `"deploy.*" = {needed = 2, of = ["ann"]}`.
        where: The file, for errors.

    Raises:
        ConfigurationError: It is not TOML, or a rule is none; names the rule.
    """
    try:
        table = tomllib.loads(text).get("approvals", {})
    except (ValueError, RecursionError) as error:  # its own, and Python's on too many digits or too deep a nesting
        raise ConfigurationError(where, f"it is not TOML: {error}") from error
    if not isinstance(table, dict):
        raise ConfigurationError(where, "`approvals` must be a table: `[approvals]`")
    rules: list[ApprovalRule] = []
    for action, said in table.items():
        try:
            rules.append(ApprovalRule.model_validate({**said, "action": action}))
        except (TypeError, ValidationError) as error:
            raise ConfigurationError(
                where, f'`approvals."{action}"` must be `{{needed = N, of = ["who", …]}}`'
            ) from error
        if 0 < len(set(rules[-1].of)) < rules[-1].needed:
            raise ConfigurationError(where, f'`approvals."{action}"` asks for more persons than it names')
        if (short := rules[-1].too_short()) is not None:
            raise ConfigurationError(
                where, f'`approvals."{action}"` names the key `{short}` by too few digits; write 32 or more of its id'
            )
    return tuple(rules)


def rules_as_facts(quorum: QuorumPolicy | None, approvals: Sequence[ApprovalRule]) -> dict[str, Any]:
    """Return the rules as a record's context states them."""
    facts: dict[str, Any] = {"quorum": {"witnesses": 0, "required": 0}}
    if quorum is not None:
        facts["quorum"] = {"witnesses": len(quorum.counted), "required": quorum.fewest, "policy": quorum.text}
    if approvals:
        facts["approvals"] = [rule.model_dump(mode="json") for rule in approvals]
    return facts


def rules_in(content: Mapping[str, Any], sequence: int) -> Rules | None:
    """Return the rules that a record states; None when it states none, or none that can be read."""
    states = content.get("action") == RULES_ACTION or (content.get("action") == GENESIS_ACTION and sequence == 0)
    facts = content.get("context")
    if not states or not isinstance(facts, Mapping):
        return None
    try:
        quorum = facts.get("quorum")
        text = quorum.get("policy") if isinstance(quorum, Mapping) else None
        policy = QuorumPolicy.parse(text.encode()) if isinstance(text, str) else None
        return Rules(sequence, policy, _APPROVALS.validate_python(facts.get("approvals", ()), strict=False))
    except (FormatError, ValidationError, UnicodeEncodeError):
        return None


def rules_at(stated: Iterable[Rules], sequence: int) -> Rules:
    """Return the rules under which the record of that sequence was sealed."""
    before = [rules for rules in stated if rules.sequence < sequence]
    return before[-1] if before else Rules()


def quorum_history(stated: Iterable[Rules], is_witnessed: IsWitnessed) -> list[InForce]:
    """Return the policies of witnesses that were in force, oldest first.

    A new policy is in force only once the witnesses of the one before have cosigned a checkpoint that holds the record
    of the change. So the owner alone cannot ask for fewer witnesses, or for others.
    """
    history = [InForce(0, None)]
    for rules in stated:
        last = history[-1]
        if _text(rules.quorum) == _text(last.policy):
            continue
        before = last.policy
        if before is None or before.fewest == 0 or is_witnessed(before, rules.sequence + 1):
            history.append(InForce(rules.sequence + 1, rules.quorum))
        else:
            history[-1] = last._replace(pending=rules)
    return history


def _text(policy: QuorumPolicy | None) -> str:
    return policy.text if policy else ""
