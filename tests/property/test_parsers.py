"""Does every reader of text from outside raise what it says it raises, and nothing else?

`make soak` looks for the same with a fuzzer that is led by coverage.
"""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.parsers import PARSERS

_QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _damaged(seed: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return a text with a few things done to it that senders and disks do."""
    text = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        place, length = chance.randint(0, len(text)), chance.choice((1, 1, 2, 9, 300))
        match chance.randrange(6):
            case 0:
                del text[place : place + length]
            case 1:
                text[place:place] = text[place : place + length] * chance.choice((1, 2, 70))
            case 2:
                text[place:place] = bytes(chance.choices(b"\x00\n\r +-=\x7f\xff0Az\xc3\xa9", k=length))
            case 3:
                text[place : place + length] = other[chance.randint(0, len(other)) :][:length]
            case 4 if place < len(text):
                text[place] ^= 1 << chance.randrange(8)
            case _:
                text[place:place] = str(chance.choice((-1, 1 << 63, 1 << 64, 10**30))).encode()
    return bytes(text)


@pytest.mark.parametrize("name", PARSERS)
def test_the_texts_to_begin_with_are_read_or_refused(name: str) -> None:
    """They come from other projects' vectors, good and bad."""
    for seed in PARSERS[name].seeds():
        PARSERS[name].feed(seed)


@pytest.mark.parametrize("name", PARSERS)
@_QUICK
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    """A line of ours that fails is an answer that nobody can act on, and in a service the end of it."""
    PARSERS[name].feed(data)


@pytest.mark.parametrize("name", PARSERS)
@_QUICK
@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused(name: str, text: str) -> None:
    """Digits of other scripts, marks that turn text round, characters outside the basic plane."""
    PARSERS[name].feed(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", PARSERS)
@_QUICK
@given(chance=st.randoms(use_true_random=False))
def test_a_damaged_text_is_read_or_refused(name: str, chance: random.Random) -> None:
    """What is nearly right reaches furthest."""
    seeds = PARSERS[name].seeds()
    PARSERS[name].feed(_damaged(chance.choice(seeds), chance.choice(seeds), chance))
