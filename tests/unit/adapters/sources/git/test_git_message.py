"""Is the subject of a message what git shows?"""

import pytest

from ami_audit.adapters.sources.git.message import message_facts, subject_of


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        ("One line", "One line"),
        ("One line  \n", "One line"),
        ("\n \nAfter empty lines\n", "After empty lines"),
        ("Over\ntwo lines\n\nbody", "Over two lines"),
        ("Ended by a return\r\n\r\nbody\r\n", "Ended by a return"),
        (" indented\n", " indented"),
        ("", ""),
        ("\n\n", ""),
    ],
)
def test_a_subject_is_the_first_paragraph_on_one_line(message: str, subject: str) -> None:
    """Readers compare our reports with `git log`; each of these is from a real history."""
    assert subject_of(message) == subject


def test_a_message_that_text_cannot_hold_keeps_its_digest() -> None:
    """Escaped bytes read well, but only the digest proves which bytes they were."""
    facts = message_facts(b"caf\xe9\n")
    assert facts["message"] == "caf\\xe9\n"
    assert len(facts["message_sha256"]) == 64
    assert "message_sha256" not in message_facts("café\n".encode())
