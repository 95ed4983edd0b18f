"""Numbers, sizes and times as a person reads them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.adapters.formatters import wording


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 records"), (1, "1 record"), (2, "2 records"), (40_284, "40,284 records")]
)
def test_a_noun_follows_its_number(count: int, said: str) -> None:
    """`1 records` makes a reader doubt everything else."""
    assert wording.counted(count, "record") == said


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KiB"),
        (1_048_575, "1.0 MiB"),
        (61_234_176, "58.4 MiB"),
        (5 * 1024**3, "5.0 GiB"),
        (3_000 * 1024**4, "3,000.0 TiB"),
    ],
)
def test_a_size_is_said_in_the_largest_unit_that_fits(size_bytes: int, said: str) -> None:
    """Nobody counts the digits of 61234176, and nobody wants to read `1024.0 KiB`."""
    assert wording.size(size_bytes) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "0 ms"),
        (0.4204, "420 ms"),
        (0.9996, "1.0 s"),
        (38.24, "38.2 s"),
        (59.96, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3599.6, "1 h 0 min"),
        (90_061, "25 h 1 min"),
    ],
)
def test_a_duration_is_said_in_units_that_a_person_feels(seconds: float, said: str) -> None:
    """Rounding must not give `60.0 s` or `1000 ms`."""
    assert wording.duration(seconds) == said


@given(st.floats(min_value=0, max_value=10**7))
def test_no_duration_says_sixty_of_anything(seconds: float) -> None:
    """Whatever is rounded is carried over."""
    words = wording.duration(seconds).split()
    assert "60" not in words
    assert "60.0" not in words
    assert "1000" not in words


def test_times_are_utc_and_old_years_keep_four_digits() -> None:
    """A trail is read in many zones, and Git holds dates of every century."""
    assert wording.time(datetime(824, 1, 2, 3, 4, 5, tzinfo=UTC)) == "0824-01-02 03:04:05 UTC"
    assert wording.minute(datetime(2026, 11, 23, 20, 50, 59, tzinfo=UTC)) == "2026-11-23 20:50"


def test_severities_are_said_worst_first_and_without_zeros() -> None:
    """What matters most is read first; `HIGH` is the same as `error`."""
    counts = {"info": 3, "warning": 1, "critical": 0, "error": 2}
    assert wording.severities(counts) == "2 errors, 1 warning, 3 notes"
    assert wording.severities({"high": 1}) == "1 error"
    assert wording.severities({}) == ""


def test_an_action_that_is_not_known_has_no_noun() -> None:
    """A plug-in's action is shown by its own name."""
    assert wording.noun("git.commit", 1) == "commit"
    assert wording.noun("git.commit", 0) == "commits"
    assert wording.noun("billing.invoice", 2) is None
