"""Do signatures agree with the published vectors, under the strict rules?"""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore

_DATA = Path(__file__).parent / "data"
_CORE = NativeCore()
_WYCHEPROOF = json.loads((_DATA / "wycheproof" / "ed25519_test.json").read_text())
_SIGN_INPUT = (_DATA / "ed25519" / "TESTVECTORS").read_text().splitlines()
_EDGES = json.loads((_DATA / "ed25519" / "VALIDATIONVECTORS").read_text())

# The strict rules: key and R canonical and not of small order. The equation has the cofactor: what verifiers without it
# call a residue is nothing, so that one signature and a sum of many are decided alike (docs/adr/0020).
_REFUSED = {"low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"}


def _wycheproof_cases() -> list[tuple[str, dict[str, Any]]]:
    return [(group["publicKey"]["pk"], case) for group in _WYCHEPROOF["testGroups"] for case in group["tests"]]


def _verdict(public: str, message: str, signature: str) -> bool:
    raw = bytes.fromhex(signature)
    # A signature of another length is none: the core takes 64 bytes, and its caller says so.
    return len(raw) == 64 and _CORE.verify_signature(bytes.fromhex(public), bytes.fromhex(message), raw)


def test_the_published_cases_are_all_here() -> None:
    """A file that lost its cases would pass every test below."""
    assert len(_wycheproof_cases()) == _WYCHEPROOF["numberOfTests"] == 151
    assert (len(_SIGN_INPUT), len(_EDGES)) == (128, 914)


@pytest.mark.parametrize(("public", "case"), _wycheproof_cases(), ids=lambda part: str(part)[:12])
def test_a_wycheproof_case_has_the_published_verdict(public: str, case: dict[str, Any]) -> None:
    """Project Wycheproof collects the signatures that libraries got wrong."""
    assert _verdict(public, case["msg"], case["sig"]) is (case["result"] == "valid")


def test_signatures_of_another_length_are_misuse() -> None:
    """A cut signature must never be filled up or read past its end."""
    with pytest.raises(ValueError, match="64 bytes"):
        _CORE.verify_signature(bytes(32), b"", bytes(63))


@pytest.mark.parametrize("line", _SIGN_INPUT, ids=lambda line: line[:12])
def test_a_published_seed_signs_to_the_published_bytes(line: str) -> None:
    """Ed25519 is deterministic: key, signature and verdict are all fixed."""
    secret, public, message, signed = line.split(":")[:4]
    seed, signature = bytes.fromhex(secret)[:32], bytes.fromhex(signed)[:64]
    assert _CORE.public_key(seed).hex() == public
    assert _CORE.sign(seed, bytes.fromhex(message)) == signature
    assert _verdict(public, message, signature.hex())


def test_every_edge_case_has_the_verdict_of_the_strict_rules() -> None:
    """Small orders, torsion and foreign encodings, in all combinations: where verifiers disagree with each other."""
    wrong = [
        case["number"]
        for case in _EDGES
        if _verdict(case["key"], case["msg"].encode().hex(), case["sig"]) is bool(_REFUSED & set(case["flags"] or []))
    ]
    assert wrong == []


def test_the_cofactor_is_seen_in_the_edge_cases() -> None:
    """Sixty-three signatures are refused by verifiers without it; a change of the equation would show here."""
    residues = [set(case["flags"] or []) for case in _EDGES]
    assert sum("low_order_residue" in flags and not flags & _REFUSED for flags in residues) == 63


def test_the_twin_agrees_on_the_published_cases() -> None:
    """The twin is the yardstick of the property tests, so it is held to the same vectors; a sample: it is slow."""
    sample = [(case["key"], case["msg"].encode(), case["sig"]) for case in _EDGES[::23]]
    sample += [
        (public, bytes.fromhex(case["msg"]), case["sig"])
        for public, case in _wycheproof_cases()[::7]
        if len(case["sig"]) == 128
    ]
    for public, message, signature in sample:
        expected = _CORE.verify_signature(bytes.fromhex(public), message, bytes.fromhex(signature))
        assert reference.verify_signature(bytes.fromhex(public), message, bytes.fromhex(signature)) is expected
