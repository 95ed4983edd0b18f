"""Is a wall clock read as those who hung it up meant it?"""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from ami_audit.adapters.sources.log.zones import zone_table
from ami_audit.domain.errors import UsageError
from ami_audit.domain.moment import microseconds

_table = cache(zone_table)


def _moment(zone: str, wall: datetime) -> datetime:
    """Return the moment that a clock without a zone shows, as the table says."""
    table = _table(zone)
    at = bisect_right(table, (microseconds(wall.replace(tzinfo=UTC)), 1 << 30)) - 1
    return wall.replace(tzinfo=UTC) - timedelta(seconds=table[at][1] if table else 0)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
def test_each_hour_of_some_years_is_as_the_zone_says(zone: str) -> None:
    """Where an hour is there twice, the first is meant; one that is never there cannot be written."""
    known = ZoneInfo(zone)
    for day in range(0, 366 * 3, 3):
        for hour in range(24):
            wall = datetime(2024, 1, 1) + timedelta(days=day, hours=hour, minutes=37)  # noqa: DTZ001 (a wall clock)
            meant = wall.replace(tzinfo=known).astimezone(UTC)
            if meant.astimezone(known).replace(tzinfo=None) == wall:
                assert _moment(zone, wall) == meant, wall


def test_the_days_of_change_are_as_the_zone_says() -> None:
    """To the minute."""
    known = ZoneInfo("Europe/Berlin")
    for start in (datetime(2026, 3, 29), datetime(2026, 10, 25)):  # noqa: DTZ001 (a wall clock)
        for minute in range(6 * 60):
            wall = start + timedelta(minutes=minute)
            meant = wall.replace(tzinfo=known).astimezone(UTC)
            if meant.astimezone(known).replace(tzinfo=None) == wall:
                assert _moment("Europe/Berlin", wall) == meant, wall


def test_a_fixed_offset_is_one() -> None:
    """As it stands in many a container's setting."""
    wall = datetime(2026, 1, 1, 12)  # noqa: DTZ001 (a wall clock)
    assert _moment("+05:30", wall) == datetime(2026, 1, 1, 6, 30, tzinfo=UTC)
    assert _moment("-0800", wall) == datetime(2026, 1, 1, 20, tzinfo=UTC)


def test_a_place_without_a_zone_is_refused() -> None:
    """A misspelt zone must not silently be UTC."""
    with pytest.raises(UsageError):
        zone_table("Europe/Belrin")
