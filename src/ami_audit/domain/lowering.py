"""Where a trail's rules of approvals were lowered: one signature does it, so it must not be done unseen."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise

from ami_audit.domain.approvals import ApprovalRule, Lowering
from ami_audit.domain.rules import Rules

_WILD = re.compile(r"[*?\[]")


def lowerings(stated: Iterable[Rules]) -> list[Lowering]:
    """Return each rule that a later statement may have lowered, oldest first.

    Where two patterns only may be about the same action, they count as if they were: none is overlooked.
    """
    return [
        Lowering(sequence=after.sequence, was=was, now=now)
        for before, after in pairwise(stated)
        for was in before.approvals
        for now in _instead(was, before.approvals, after.approvals)
    ]


def _instead(
    was: ApprovalRule, before: Sequence[ApprovalRule], after: Sequence[ApprovalRule]
) -> Iterator[ApprovalRule | None]:
    """Yield what asks for less than a rule did where that rule was in force; None where nothing has its place."""
    if all(rule.action != was.action for rule in after):
        yield None
    for rule in after:
        if rule not in before and _may_meet(rule.action, was.action) and _asks_less(rule, was):
            yield rule


def _asks_less(rule: ApprovalRule, was: ApprovalRule) -> bool:
    lets_others = bool(was.of) and not (rule.of and set(rule.of) <= set(was.of))
    return rule.needed < was.needed or lets_others


def _may_meet(one: str, other: str) -> bool:
    """Whether two actions or patterns may be about the same action."""
    if fnmatchcase(one, other) or fnmatchcase(other, one):
        return True
    wild, wild_too = _WILD.search(one), _WILD.search(other)
    if wild is None or wild_too is None:
        return False
    begins, begins_too = one[: wild.start()], other[: wild_too.start()]
    return begins.startswith(begins_too) or begins_too.startswith(begins)
