"""Whoever lowers the rules of approvals is named, however it is done."""

import pytest

from ami_audit.domain.approvals import ApprovalRule
from ami_audit.domain.lowering import lowerings
from ami_audit.domain.rules import Rules


def _rule(action: str, needed: int, *of: str) -> ApprovalRule:
    return ApprovalRule(action=action, needed=needed, of=of)


_TWO = _rule("deploy.*", 2)
_NAMED = _rule("deploy.db", 1, "ann", "bob")


@pytest.mark.parametrize(
    ("before", "after", "lowered"),
    [
        ([_TWO], [_rule("deploy.*", 1)], [(_TWO, _rule("deploy.*", 1))]),
        ([_TWO], [], [(_TWO, None)]),
        ([_TWO], [_rule("deploy.?*", 1)], [(_TWO, None), (_TWO, _rule("deploy.?*", 1))]),
        ([_TWO], [_TWO, _rule("deploy.db", 1)], [(_TWO, _rule("deploy.db", 1))]),
        ([_rule("*.db", 2)], [_rule("*.db", 2), _TWO, _rule("dep*", 1)], [(_rule("*.db", 2), _rule("dep*", 1))]),
        ([_NAMED], [_rule("deploy.db", 1)], [(_NAMED, _rule("deploy.db", 1))]),
        ([_NAMED], [_rule("deploy.db", 1, "eve")], [(_NAMED, _rule("deploy.db", 1, "eve"))]),
        ([_NAMED], [_rule("deploy.db", 1, "ann")], []),
        ([_TWO], [_rule("deploy.*", 3), _rule("file.*", 1)], []),
        ([_TWO], [_TWO, _rule("deploy.db", 2, "ann", "bob")], []),
        ([], [_TWO], []),
    ],
)
def test_what_asks_for_less_is_named(
    before: list[ApprovalRule], after: list[ApprovalRule], lowered: list[tuple[ApprovalRule, ApprovalRule | None]]
) -> None:
    """By number, by persons, by taking the rule away, or by a more exact one beside it."""
    found = lowerings([Rules(0, None, tuple(before)), Rules(7, None, tuple(after))])
    assert [(each.sequence, each.was, each.now) for each in found] == [(7, was, now) for was, now in lowered]


def test_rules_that_come_back_were_lowered_all_the_same() -> None:
    """What was done between them was done under the lower ones."""
    stated = [Rules(0, None, (_TWO,)), Rules(5), Rules(9, None, (_TWO,))]
    assert [each.sequence for each in lowerings(stated)] == [5]
