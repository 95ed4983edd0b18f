"""Audited text, made harmless to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.answers import HOSTILE

from ami_audit.adapters.formatters.harmless import harmless, plain_ascii


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("caf\u00e9 \u65e5\u672c\u8a9e", "caf\u00e9 \u65e5\u672c\u8a9e"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("two\nlines\tand\r", "two\\nlines\\tand\\r"),
        ("\x9b2J", "\\x9b2J"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\ufeffmark", "\\ufeffmark"),
        ("\U000e0041", "\\U000e0041"),
        ("caf\udce9", "caf\\udce9"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_what_a_terminal_obeys_is_shown_as_an_escape(text: str, shown: str) -> None:
    """A file may be called anything; its name must not become an order."""
    assert harmless(text) == shown


@given(st.text())
def test_no_text_at_all_holds_a_character_that_cannot_be_printed(text: str) -> None:
    """The list of what is dangerous is Unicode's own, not ours."""
    assert harmless(text).isprintable()


@given(st.text())
def test_what_was_made_harmless_stays_as_it_is(text: str) -> None:
    """Text passes through several layers; each must leave it alone."""
    assert harmless(harmless(text)) == harmless(text)


@given(st.text())
def test_ascii_is_always_possible(text: str) -> None:
    """A terminal that speaks Latin-1 or less must not make an answer fail."""
    assert plain_ascii(harmless(text)).isascii()


def test_marks_piled_on_one_letter_are_cut_off() -> None:
    """A hundred accents on one letter paint over the lines above."""
    assert harmless("z" + "\u0301" * 100).count("\u0301") == 4


def test_the_hostile_text_of_these_tests_is_hostile() -> None:
    """The other tests prove nothing if it is not."""
    assert not HOSTILE.isprintable()
