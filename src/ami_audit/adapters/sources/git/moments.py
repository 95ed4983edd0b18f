"""How git's dates (`1700000000 +0200`) are written in a record."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

_LONGEST = 64


class GitDate(NamedTuple):
    """A date as a commit holds it: seconds since 1970 and a zone, both as written."""

    seconds: bytes
    zone: bytes


@lru_cache(maxsize=256)
def _zone(text: bytes) -> tuple[tzinfo, bool]:
    """Return the zone and whether RFC 3339 writes it back as it was."""
    offset = int(text[1:3]) * 60 + int(text[3:])
    if text == b"+0000":
        return UTC, True
    # RFC 3339 has no offset of a day or more, no minutes past 59, and means something else by -00:00.
    exact = offset < 1440 and int(text[3:]) < 60 and offset > 0
    signed = -offset if text[:1] == b"-" else offset
    return (timezone(timedelta(minutes=signed)) if abs(signed) < 1440 else UTC), exact


def moment_of(date: GitDate) -> datetime | None:
    """Return the moment in UTC; None when it is none or outside years 1 to 9999."""
    try:
        return datetime.fromtimestamp(int(date.seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def stamp_of(date: GitDate) -> str | None:
    """Return the moment as a record's canonical timestamp; None as for `moment_of`."""
    moment = moment_of(date)
    return None if moment is None else f"{moment.isoformat()[:19]}.000000Z"


def written_date(date: GitDate) -> dict[str, str]:
    """Return `date` as RFC 3339 in its own zone, and `date_raw` when that does not say exactly what git holds."""
    raw = (date.seconds + b" " + date.zone)[:_LONGEST].decode("ascii", "backslashreplace").strip()
    try:
        zone, exact = _zone(date.zone)
        text = datetime.fromtimestamp(int(date.seconds), zone).isoformat()
    except (ValueError, OverflowError, OSError, IndexError):
        return {"date_raw": raw}
    return {"date": text} if exact else {"date": text, "date_raw": raw}
