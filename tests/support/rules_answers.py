"""Answers about witnesses, approvals and rules, for tests of what is written."""

from datetime import UTC, datetime
from typing import Any

from ami_audit.domain.approvals import ApprovalAnswer, ApprovalRule, ApprovalState, ApprovalSummary, Lowering
from ami_audit.domain.cosigning import CosigningAnswer, Outcome, WitnessOutcome
from ami_audit.domain.quorum import QuorumPolicy, profile
from ami_audit.domain.rules import Rules, RulesAnswer
from ami_audit.domain.verification import Witnessing
from tests.support.answers import HOSTILE
from tests.support.witnesses import witness_key

_WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_ID = "0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f"


def some_witnesses(**values: Any) -> Witnessing:
    """Return what four of five witnesses vouch for."""
    usual = {"cosigned": 4, "witnesses": 5, "required": 4, "is_reached": True, "size": 7, "policy": "record 0"}
    return Witnessing(**{**usual, "cosigned_at": _WHEN, **values})


def a_state(**values: Any) -> ApprovalState:
    """Return the state of a record that one of two persons has signed."""
    usual = {"sequence": 5, "record_id": _ID, "action": HOSTILE, "rule": "deploy.*", "needed": 2}
    return ApprovalState(**{**usual, "approved_by": (HOSTILE,), **values})


def some_approvals() -> ApprovalSummary:
    """Return the summary of a record that has its approvals and of one that lacks one."""
    was = ApprovalRule(action=HOSTILE, needed=2, of=(HOSTILE, "bob"))
    lowered = [Lowering(sequence=8, was=was), Lowering(sequence=9, was=was, now=was.model_copy(update={"needed": 1}))]
    return ApprovalSummary.of([a_state(), a_state(sequence=6, approved_by=("ann", "bob"))], lowered)


def an_approval(**values: Any) -> ApprovalAnswer:
    """Return what came of signing a record."""
    usual = {"sequence": 5, "record_id": _ID, "record_hash": "ab" * 32, "action": "deploy.shop", "signer": "ann"}
    return ApprovalAnswer(**{**usual, "state": a_state(), **values})


def a_cosigning() -> CosigningAnswer:
    """Return what came of asking two witnesses."""
    return CosigningAnswer(
        origin="example.org/trail",
        size=7,
        root="ab" * 32,
        outcomes=(
            WitnessOutcome(name="w1", witness="example.org/w1", outcome=Outcome.COSIGNED, cosigned_at=_WHEN),
            WitnessOutcome(name="w2", witness="example.org/w2", outcome=Outcome.UNREACHABLE, detail=HOSTILE),
        ),
        cosigned=1,
        witnesses=2,
        required=2,
        is_reached=False,
        note="example.org/trail\n",
    )


def some_rules() -> RulesAnswer:
    """Return a trail's rules."""
    text = profile([(witness_key(f"w{number}"), "") for number in range(5)])
    approvals = (ApprovalRule(action="deploy.*", needed=2, of=("ann", "bob")),)
    return RulesAnswer.of(Rules(3, QuorumPolicy.parse(text.encode()), approvals))
