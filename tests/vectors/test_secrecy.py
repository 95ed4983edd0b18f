"""Do codes and sealed values agree with Project Wycheproof's cases?"""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore

_DATA = Path(__file__).parent / "data" / "wycheproof"
_CORE = NativeCore()
_MAC = json.loads((_DATA / "hmac_sha256_test.json").read_text())
_AEAD = json.loads((_DATA / "xchacha20_poly1305_test.json").read_text())


def _cases(published: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(group, case) for group in published["testGroups"] for case in group["tests"]]


def _named(part: dict[str, Any]) -> str:
    return str(part["tcId"]) if "tcId" in part else ""


def test_the_published_cases_are_all_here() -> None:
    """A file that lost its cases would pass every test below."""
    assert len(_cases(_MAC)) == _MAC["numberOfTests"] == 174
    assert len(_cases(_AEAD)) == _AEAD["numberOfTests"] == 315


@pytest.mark.parametrize(("group", "case"), _cases(_MAC), ids=_named)
def test_a_code_is_the_published_one(group: dict[str, Any], case: dict[str, Any]) -> None:
    """Salts and pseudonyms are such codes; a tag of 128 bits is the beginning of one."""
    key, message, tag = (bytes.fromhex(case[name]) for name in ("key", "msg", "tag"))
    made = _CORE.hmac_sha256(key, message)[: group["tagSize"] // 8]
    assert (made == tag) is (case["result"] == "valid")
    assert reference.hmac_sha256(key, message)[: group["tagSize"] // 8] == made


@pytest.mark.parametrize(("group", "case"), _cases(_AEAD), ids=_named)
def test_a_sealed_text_has_the_published_verdict(group: dict[str, Any], case: dict[str, Any]) -> None:
    """A forged text must be refused, and a nonce of another length is misuse."""
    key, nonce, about, plain, cipher, tag = (
        bytes.fromhex(case[name]) for name in ("key", "iv", "aad", "msg", "ct", "tag")
    )
    if group["ivSize"] != 192:
        with pytest.raises(ValueError, match="24 bytes"):
            _CORE.unseal(key, nonce, cipher + tag, about=about)
        return
    expected = plain if case["result"] == "valid" else None
    assert _CORE.unseal(key, nonce, cipher + tag, about=about) == expected
    assert reference.unseal(key, nonce, cipher + tag, about=about) == expected
    if expected is not None:
        assert _CORE.seal(key, nonce, plain, about=about) == cipher + tag
