"""Which moment a person means by `7 days ago`, `7d`, `yesterday`, `2024-01-01` or `@1700000000`.

A strict grammar: what it does not know it refuses, so that a misspelt date never silently means "now".
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from ami_audit.domain import installed
from ami_audit.domain.errors import UsageError

_SECONDS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86_400,
    "day": 86_400,
    "w": 604_800,
    "week": 604_800,
}
_MONTHS = {"month": 1, "mo": 1, "y": 12, "year": 12}
_SPAN = re.compile(r"(\d{1,9})\s*([a-z]+)(?:\s+ago)?", re.ASCII)
_EPOCH = re.compile(r"@(-?\d{1,12})(?:\.\d+)?", re.ASCII)
_ISO = re.compile(r"\d{4}-?(\d{2}|W\d{2}).*", re.ASCII)


def moment_of(text: str, *, now: datetime | None = None, zone: tzinfo = UTC) -> datetime:
    """Return the moment a person means, in UTC.

    Args:
        text: `now`, `today`, `yesterday`, `N units ago`, `7d`, an ISO 8601 date or time, or `@epoch-seconds`.
        now: The present moment; the installed clock's when left out.
        zone: Where a date or time without a zone is meant.

    Raises:
        UsageError: The text is none of these, or names a moment outside years 1 to 9999.
    """
    word = text.strip().lower()
    present = (now or installed.now()).astimezone(UTC)
    try:
        moment = _named(word, present, zone) or _span(word, present) or _epoch(word) or _iso(text.strip(), zone)
        moment = moment.astimezone(UTC) if moment else None
    except (OverflowError, ValueError) as error:
        raise UsageError(f"The time `{text}` cannot be used: {error}.") from error
    if moment is None:
        raise UsageError(
            f"The time `{text}` is not understood; write `7 days ago`, `7d`, `yesterday`, `2024-01-31`, "
            "`2024-01-31T12:00:00Z` or `@1700000000`."
        )
    return moment


def seconds_of(text: str) -> float:
    """Return the seconds of a span of time: `30s`, `5 min`, `2 hours`.

    Raises:
        UsageError: The text is no such span, or one of nothing.
    """
    word = text.strip().lower()
    now = datetime(2000, 1, 1, tzinfo=UTC)
    moment = None if word.endswith("ago") else _span(word, now)
    if moment is None or moment == now:
        raise UsageError(f"The span of time `{text}` is not understood; write `30s`, `5 min` or `2 hours`.")
    return (now - moment).total_seconds()


def _named(word: str, present: datetime, zone: tzinfo) -> datetime | None:
    midnight = present.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    match word:
        case "now":
            return present
        case "today":
            return midnight
        case "yesterday":
            return midnight - timedelta(days=1)
    return None


def _span(word: str, present: datetime) -> datetime | None:
    found = _SPAN.fullmatch(word)
    if found is None:
        return None
    count, unit = int(found[1]), found[2]
    if len(unit) > 3:  # only a word takes a plural: `5ms` is not five minutes
        unit = unit.removesuffix("s")
    if unit in _SECONDS:
        return present - timedelta(seconds=count * _SECONDS[unit])
    if unit in _MONTHS:
        return _months_before(present, count * _MONTHS[unit])
    return None


def _months_before(present: datetime, months: int) -> datetime:
    year, month = divmod(present.year * 12 + present.month - 1 - months, 12)
    first = present.replace(year=year, month=month + 1, day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return first.replace(day=min(present.day, (following - first).days))


def _epoch(word: str) -> datetime | None:
    found = _EPOCH.fullmatch(word)
    return datetime.fromtimestamp(float(word[1:]), UTC) if found else None


def _iso(text: str, zone: tzinfo) -> datetime | None:
    if _ISO.fullmatch(text) is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
