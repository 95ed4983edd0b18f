"""Times as a person writes them: what is understood, and that nothing else is guessed at."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.errors import UsageError
from ami_audit.domain.when import moment_of

_NOW = datetime(2026, 3, 31, 12, 30, 15, tzinfo=UTC)
_BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", _NOW),
        ("NOW", _NOW),
        (" today ", datetime(2026, 3, 31, tzinfo=UTC)),
        ("yesterday", datetime(2026, 3, 30, tzinfo=UTC)),
        ("7 days ago", datetime(2026, 3, 24, 12, 30, 15, tzinfo=UTC)),
        ("7d", datetime(2026, 3, 24, 12, 30, 15, tzinfo=UTC)),
        ("1 day", datetime(2026, 3, 30, 12, 30, 15, tzinfo=UTC)),
        ("90 seconds ago", datetime(2026, 3, 31, 12, 28, 45, tzinfo=UTC)),
        ("5m", datetime(2026, 3, 31, 12, 25, 15, tzinfo=UTC)),
        ("5 mins ago", datetime(2026, 3, 31, 12, 25, 15, tzinfo=UTC)),
        ("2w", datetime(2026, 3, 17, 12, 30, 15, tzinfo=UTC)),
        ("1 month ago", datetime(2026, 2, 28, 12, 30, 15, tzinfo=UTC)),
        ("13mo", datetime(2025, 2, 28, 12, 30, 15, tzinfo=UTC)),
        ("3 months ago", datetime(2025, 12, 31, 12, 30, 15, tzinfo=UTC)),
        ("2 years ago", datetime(2024, 3, 31, 12, 30, 15, tzinfo=UTC)),
        ("2024-01-31", datetime(2024, 1, 31, tzinfo=UTC)),
        ("2024-01-31T12:00:00Z", datetime(2024, 1, 31, 12, tzinfo=UTC)),
        ("2024-01-31 12:00+02:00", datetime(2024, 1, 31, 10, tzinfo=UTC)),
        ("20240131T120000Z", datetime(2024, 1, 31, 12, tzinfo=UTC)),
        ("2024-W05-3", datetime(2024, 1, 31, tzinfo=UTC)),
        ("@1700000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("@-1", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("@0.5", datetime(1970, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_what_people_write_is_understood(text: str, moment: datetime) -> None:
    """The examples of every help page, and the ends of months and years."""
    assert moment_of(text, now=_NOW) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "banana",
        "last week",
        "7",
        "7 apples ago",
        "-7 days ago",
        "7 days from now",
        "5ms",
        "7ds",
        "1.5 days",
        "7dago",
        "in 7 days",
        "2024",
        "2024-13-01",
        "2024-02-30",
        "31.01.2024",
        "01/31/2024",
        "12:00",
        "@",
        "@banana",
        "\u0667 days ago",
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    """A misspelt date that means `now` gives an empty audit and no error."""
    with pytest.raises(UsageError) as refused:
        moment_of(text, now=_NOW)
    assert f"`{text}`" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "999999999 years ago",
        "999999999 weeks ago",
        "@999999999999",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-01:00",
        "0000-01-01",
    ],
)
def test_a_time_outside_the_calendar_is_refused_in_one_sentence(text: str) -> None:
    """Years 1 to 9999 can be written; an OverflowError is no answer."""
    with pytest.raises(UsageError, match="cannot be used"):
        moment_of(text, now=_NOW)


def test_a_date_without_a_zone_is_meant_where_the_user_is() -> None:
    """`2024-07-01` in Berlin begins two hours before it begins in Greenwich."""
    assert moment_of("2024-07-01", now=_NOW, zone=_BERLIN) == datetime(2024, 6, 30, 22, tzinfo=UTC)
    assert moment_of("2024-07-01T00:00Z", now=_NOW, zone=_BERLIN) == datetime(2024, 7, 1, tzinfo=UTC)


def test_yesterday_begins_at_midnight_though_the_clock_was_changed() -> None:
    """On 29 March 2026 Berlin's day had 23 hours."""
    morning = datetime(2026, 3, 30, 6, tzinfo=_BERLIN)
    assert moment_of("yesterday", now=morning, zone=_BERLIN) == datetime(2026, 3, 28, 23, tzinfo=UTC)


@given(st.text(max_size=30))
def test_no_text_at_all_ends_in_anything_but_a_moment_or_a_refusal(text: str) -> None:
    """The text comes from a command line, a file or an agent."""
    try:
        moment = moment_of(text, now=_NOW)
    except UsageError:
        return
    assert moment.utcoffset() == timedelta(0)


@given(st.datetimes(timezones=st.timezones()))
def test_every_iso_moment_is_read_as_it_was_meant(moment: datetime) -> None:
    """What one tool writes another must read."""
    try:
        expected = moment.astimezone(UTC)
    except OverflowError:
        return
    # An offset with seconds (local mean time) is legal for Python and kept exactly.
    assert moment_of(moment.isoformat(), now=_NOW) == expected


@given(st.integers(0, 10_000), st.sampled_from(["s", "m", "h", "d", "w"]))
def test_a_span_leads_back_by_exactly_that_much(count: int, unit: str) -> None:
    """Seconds to weeks have one length, whatever the calendar."""
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}[unit]
    assert _NOW - moment_of(f"{count}{unit}", now=_NOW) == timedelta(seconds=count * seconds)
