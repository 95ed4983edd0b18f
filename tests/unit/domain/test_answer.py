"""JSON answers as every floor writes them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.answers import MOMENT, a_record

from ami_audit.domain.answer import as_json


@given(st.text())
def test_any_text_survives_and_is_harmless(text: str) -> None:
    """A parser sees the same text; a terminal sees nothing to obey."""
    written = as_json("x", {"text": text, "generated_at": MOMENT})
    assert json.loads(written)["text"] == text
    assert written.encode().decode() == written
    assert not any(0x7F <= ord(c) <= 0x9F or c in "\u202e\u2028\u200b\ufeff" for c in written)


def test_an_answer_says_first_what_it_is_and_when_it_was_made() -> None:
    """The body may know the moment better than the clock does."""
    written = as_json("x", {"a": 1, "generated_at": MOMENT}, indent=None)
    assert written == '{"schema": "ami-audit/x/1", "generated_at": "2026-11-23T20:50:13.000000Z", "a": 1}\n'


def test_an_answer_without_a_moment_is_made_now() -> None:
    """Nobody should have to pass it on."""
    before = datetime.now(UTC)
    made = datetime.fromisoformat(json.loads(as_json("x", {}))["generated_at"])
    assert before <= made <= datetime.now(UTC)


def test_models_and_bytes_have_a_form() -> None:
    """Records stand in answers as their fields, hashes as hex."""
    written = json.loads(as_json("x", {"record": a_record(), "hash": b"\xab\xcd"}))
    assert (written["record"]["sequence"], written["hash"]) == (17, "abcd")


def test_what_has_no_form_is_refused() -> None:
    """Guessing one would publish a memory address."""
    with pytest.raises(TypeError, match="object has no JSON form"):
        as_json("x", {"a": object()})
