"""Answers about checkpoints and proofs, for tests of what is written."""

from typing import Any

from ami_audit.domain.approvals import ApprovalAnswer, ApprovalRule, ApprovalState
from ami_audit.domain.cosigning import CosigningAnswer, Outcome, WitnessOutcome
from ami_audit.domain.proven import (
    CheckpointAnswer,
    ConsistencyAnswer,
    ProofAnswer,
    ProofVerdict,
    TilesAnswer,
)
from ami_audit.domain.rules import RulesAnswer


def a_checkpoint(**values: Any) -> CheckpointAnswer:
    """Return the latest checkpoint of a trail."""
    return CheckpointAnswer(**{**_CHECKPOINT, **values})


def a_proof(**values: Any) -> ProofAnswer:
    """Return a record's proof."""
    usual = {
        "origin": "example.org/trail",
        "record_id": "0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f",
        "record_hash": "ab" * 32,
        "sequence": 5,
        "leaf": "01" + "00" * 72,
        "size": 7,
        "root": "cd" * 32,
        "hashes": ("ef" * 32,),
        "proof": "c2sp.org/tlog-proof@v1\n",
    }
    return ProofAnswer(**{**usual, **values})


def a_consistency(**values: Any) -> ConsistencyAnswer:
    """Return the proof that a trail only grew."""
    sizes = {"origin": "example.org/trail", "old_size": 5, "new_size": 7}
    usual = {**sizes, "old_root": "ab" * 32, "new_root": "cd" * 32, "hashes": ("ef" * 32,), "proof": None}
    return ConsistencyAnswer(**{**usual, **values})


def a_proof_verdict(**values: Any) -> ProofVerdict:
    """Return how far a proof holds."""
    usual = {"kind": "inclusion", "origin": "example.org/trail", "size": 7, "sequence": 5, "level": "checkpoint"}
    return ProofVerdict(**{**usual, **values})


def some_tiles(**values: Any) -> TilesAnswer:
    """Return what an export wrote."""
    usual = {"origin": "example.org/trail", "location": "/srv/tiles", "size": 7, "root": "ab" * 32}
    return TilesAnswer(**{**usual, "written": 3, "kept": 0, **values})


def a_cosigning(**values: Any) -> CosigningAnswer:
    """Return what came of asking two witnesses."""
    asked = (
        WitnessOutcome(name="w1", witness="w.example/1", outcome=Outcome.COSIGNED, cosigned_at="2026-11-23T20:50:13Z"),
        WitnessOutcome(name="w2", witness="w.example/2", outcome=Outcome.UNREACHABLE, detail="refused"),
    )
    counts = {"cosigned": 1, "witnesses": 2, "required": 2, "is_reached": False}
    usual = {"origin": "example.org/trail", "size": 7, "root": "ab" * 32, "outcomes": asked, "note": "n\n", **counts}
    return CosigningAnswer(**{**usual, **values})


def an_approval(**values: Any) -> ApprovalAnswer:
    """Return a signature that was given to a sealed record, one of two that are needed."""
    about = {"sequence": 5, "record_id": "0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f", "action": "deploy.done"}
    state = ApprovalState(**about, rule="deploy.*", needed=2, approved_by=("ann",))
    return ApprovalAnswer(**{**about, "record_hash": "ab" * 32, "signer": "ann", "state": state, **values})


def some_rules(**values: Any) -> RulesAnswer:
    """Return the rules that a trail states."""
    rule = ApprovalRule(action="deploy.*", needed=2, of=("ann", "bob"))
    usual = {"sequence": 0, "quorum": "quorum none\n", "witnesses": 0, "required": 0, "approvals": (rule,)}
    return RulesAnswer(**{**usual, **values})


_CHECKPOINT: dict[str, Any] = {
    "origin": "example.org/trail",
    "size": 7,
    "root": "ab" * 32,
    "newer": 2,
    "signers": ("example.org/trail",),
    "keys": ("example.org/trail+00000000+AQ==",),
    "note": "example.org/trail\n7\n",
}
