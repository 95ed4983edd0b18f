"""Moments as records write them: one text for one moment, and no moment that cannot be written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.errors import MalformedError
from ami_audit.domain.moment import microseconds, read, utc, written

_MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(_MOMENTS)
def test_what_is_written_is_read_back_and_has_one_length(moment: datetime) -> None:
    """Six digits always, so that texts sort as times do."""
    assert read(written(moment)) == moment
    assert len(written(moment)) == len("2026-11-23T20:50:13.000000Z")


@given(_MOMENTS, _MOMENTS)
def test_texts_sort_as_their_moments_do(one: datetime, other: datetime) -> None:
    """The trail compares `recorded_at` as text."""
    assert (written(one) < written(other)) is (one < other)


@given(_MOMENTS)
def test_microseconds_are_whole_and_exact(moment: datetime) -> None:
    """A float would lose the last digit from the year 2255 on."""
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(moment)) == moment


def test_a_moment_without_a_zone_is_refused() -> None:
    """Nobody can say when it was."""
    with pytest.raises(MalformedError, match="has no zone"):
        utc(datetime(2026, 1, 1))  # noqa: DTZ001 (that is what is refused)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=2))),
    ],
)
def test_a_moment_that_utc_cannot_hold_is_refused_with_its_path(moment: datetime) -> None:
    """Git holds dates of any year; an OverflowError would end the run."""
    with pytest.raises(MalformedError, match="outside years 1 to 9999") as refused:
        utc(moment, "context.date")
    assert refused.value.path == "context.date"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00"])
def test_a_text_that_is_no_moment_is_refused(text: str) -> None:
    """Including one that leaves its zone to the reader."""
    with pytest.raises(MalformedError):
        read(text)
