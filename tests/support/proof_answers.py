"""Answers about checkpoints and proofs, for tests of what is written."""

from typing import Any

from ami_audit.domain.proven import (
    CheckpointAnswer,
    ConsistencyAnswer,
    ProofAnswer,
    ProofVerdict,
    TilesAnswer,
)


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


_CHECKPOINT: dict[str, Any] = {
    "origin": "example.org/trail",
    "size": 7,
    "root": "ab" * 32,
    "newer": 2,
    "signers": ("example.org/trail",),
    "keys": ("example.org/trail+00000000+AQ==",),
    "note": "example.org/trail\n7\n",
}
