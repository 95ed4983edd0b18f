"""Times and levels of logs in plain Python."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")
_DAYS = (b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000
_AFTER = rb"[ T:\-_]"
_YEAR_FIRST = (rb"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d\d)(?P=mark)(?P<day>\d\d)[Tt _\-:]",)
# In this order; `either` may begin with the day.
_NUMERIC = (
    rb"(?P<day>\d\d)(?P<mark>[-/. ])(?P<name>[A-Za-z]{3})(?P=mark)(?P<year>\d{4})" + _AFTER,
    rb"(?P<either>)(?P<month>\d\d)(?P<mark>[-/.])(?P<day>\d\d)(?P=mark)(?P<year>\d{4})" + _AFTER,
    rb"(?P<refused>\d\d(?P<mark>[-/.])\d\d(?P=mark)\d{4})",
    rb"(?P<short>\d\d)(?P<mark>[-/.])(?P<month>\d\d)(?P=mark)(?P<day>\d\d)" + _AFTER,
    rb"(?P<month>\d\d)(?P<mark>[-.])(?P<day>\d\d)(?!(?P=mark))" + _AFTER,
    rb"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?!\d)" + _AFTER,
    rb"(?P<short>\d\d)(?P<month>\d\d)(?P<day>\d\d) ",
)
_CLOCK = re.compile(
    rb"(?P<hour>\d{1,2}+)(?:(?P<mark>[:.])(?P<minute>\d{1,2}+)(?:(?P=mark)(?P<second>\d{1,2}+)?)?|(?P<packed>\d{4}))"
)
_FRACTION = re.compile(rb"[.,:](\d+)")
_NOON = re.compile(rb" (?:AM|am|PM|pm)")
_ZONE = re.compile(rb"(?P<space> ?)(?P<sign>[+-])(?P<hours>\d\d)(?::?(?P<minutes>\d\d))?")
_LEVELS = {
    "trace": "trace trc finest finer silly",
    "debug": "debug dbg fine verbose debug1 debug2 debug3 debug4 debug5",
    "info": "info inf information informational notice success config log",
    "warning": "warn warning wrn",
    "error": "error err eror severe",
    "critical": "critical crit fatal ftl alert emerg emergency panic",
}
_LEVEL_OF = {word: level for level, words in _LEVELS.items() for word in words.split()}


class _Wall(NamedTuple):
    year: int | None
    month: int
    day: int
    at: int


def log_level(word: bytes) -> str | None:
    """Return the level that a word means, whatever its case."""
    return _LEVEL_OF.get(word.decode("ascii", "replace").lower()) if word.isascii() else None


def log_time(
    text: bytes, *, year: int | None, reference_us: int, zone: Sequence[tuple[int, int]]
) -> tuple[int, str, int] | None:
    """Return microseconds, how they are known, and the length of the time that a line begins with."""
    epoch = re.match(rb"(\d{10}|\d{13}|\d{16}|\d{19})(?!\d)(?:\.(\d*))?(?![0-9A-Za-z])", text)
    if epoch:
        return _epoch(epoch)
    found = _numeric(text) if text[:1].isdigit() else _named(text)
    if found is None:
        return None
    return _clocked(text, found[0], is_asctime=found[1], calendar=(year, reference_us, zone))


def _epoch(found: re.Match[bytes]) -> tuple[int, str, int] | None:
    digits, fraction = found[1], found[2]
    scale = {10: 1_000_000, 13: 1000, 16: 1}.get(len(digits))
    if fraction is not None and (scale is None or not fraction):
        return None
    if scale is None:
        value = int(digits)
        return (value // 1000, "parsed", found.end()) if value < 2**63 else None
    whole = int(digits) * scale
    unit = whole // max(int(digits), 1)
    return whole + int((fraction or b"0")[:6].ljust(6, b"0")) * unit // 1_000_000, "parsed", found.end()


def _numeric(text: bytes) -> tuple[_Wall, bool] | None:
    is_year_first = text[4:5] in {b"-", b"/", b"."} and text[2:3].isdigit()
    patterns = _YEAR_FIRST if is_year_first else _NUMERIC
    found = next((it for pattern in patterns if (it := re.match(pattern, text))), None)
    if found is None or "refused" in found.groupdict():
        return None
    parts = found.groupdict()
    if "name" in parts:
        return _day_month(found)
    month, day = int(parts["month"]), int(parts["day"])
    if "either" in parts and (month > 12 or parts["mark"] == b"."):
        month, day = day, month
    year = int(parts["year"]) if "year" in parts else 2000 + int(parts["short"]) if "short" in parts else None
    return _Wall(year, month, day, found.end()), False


def _day_month(found: re.Match[bytes]) -> tuple[_Wall, bool] | None:
    name = found["name"].lower()
    if name not in _MONTHS:
        return None
    return _Wall(int(found["year"]), _MONTHS.index(name) + 1, int(found["day"]), found.end()), False


def _named(text: bytes) -> tuple[_Wall, bool] | None:
    name = text[:3].lower()
    if name in _MONTHS:
        found = re.match(rb"...  ?(?P<day>\d{1,2}+),?(?: (?P<year>\d{4})(?=[ ,]),?)?" + _AFTER, text)
        # A year takes the place of the blank before a clock, so what follows the day must be one.
        if not found or not re.match(rb"...  ?\d{1,2}+,? ", text):
            return None
        year = int(found["year"]) if found["year"] else None
        return _Wall(year, _MONTHS.index(name) + 1, int(found["day"]), found.end()), False
    if name not in _DAYS:
        return None
    at = 5 if text[3:4] == b"," else 4
    rest = text[at:]
    if (month := rest[:3].lower()) in _MONTHS:
        found = re.match(rb"...  ?(\d{1,2}+) ", rest)
        return (_Wall(None, _MONTHS.index(month) + 1, int(found[1]), at + found.end()), True) if found else None
    pattern = _NUMERIC[0].replace(rb"(?P<day>\d\d)", rb"(?P<day>\d)", 1) if rest[1:2] == b" " else _NUMERIC[0]
    found = re.match(pattern, rest)
    day = _day_month(found) if found else None
    return (day[0]._replace(at=at + day[0].at), False) if day else None


def _clocked(
    text: bytes, wall: _Wall, *, is_asctime: bool, calendar: tuple[int | None, int, Sequence[tuple[int, int]]]
) -> tuple[int, str, int] | None:
    found = _clock(text, wall.at)
    if found is None:
        return None
    (hour, minute, second, us), end = found
    offset: int | None = None
    year = wall.year
    if is_asctime:
        if text[end : end + 5] in {b" UTC ", b" GMT "}:
            offset, end = 0, end + 4
        if stated := re.match(rb" (\d{4})", text[end:]):
            year, end = int(stated[1]), end + 5
    else:
        offset, end = _zone(text, end)
    if text[end : end + 1].isalnum() or hour > 23 or minute > 59 or second > 60:
        return None
    of_day = ((hour * 60 + minute) * 60 + second) * 1_000_000 + us
    moment = _moment(year, wall, of_day, offset, calendar)
    return (*moment, end) if moment else None


def _clock(text: bytes, at: int) -> tuple[tuple[int, int, int, int], int] | None:
    found = _CLOCK.match(text, at)
    if found is None:
        return None
    end = found.end()
    hour = int(found["hour"])
    if found["packed"]:
        minute, second = int(found["packed"][:2]), int(found["packed"][2:])
    else:
        minute, second = int(found["minute"]), int(found["second"] or 0)
        if found["second"] is None and text[end - 1 : end] == found["mark"]:
            return None
    us = 0
    if fraction := _FRACTION.match(text, end):
        us, end = int(fraction[1][:6].ljust(6, b"0")), fraction.end()
    if (noon := _NOON.match(text, end)) and 1 <= hour <= 12:
        hour, end = hour % 12 + (12 if noon[0].lower() == b" pm" else 0), noon.end()
    return (hour, minute, second, us), end


def _zone(text: bytes, at: int) -> tuple[int | None, int]:
    if text[at : at + 1] in {b"Z", b"z"} and not text[at + 1 : at + 2].isalnum():
        return 0, at + 1
    if found := re.compile(rb" ?(?:UTC|GMT)(?![0-9A-Za-z])").match(text, at):
        return 0, found.end()
    found = _ZONE.match(text, at)
    if found is None or text[found.end() : found.end() + 1].isalnum():
        return None, at
    hours, minutes = int(found["hours"]), found["minutes"]
    if hours > 18 or (minutes and int(minutes) > 59) or (found["space"] and not minutes):
        return None, at
    east = (hours * 60 + int(minutes or 0)) * 60
    return (east if found["sign"] == b"+" else -east), found.end()


def _moment(
    year: int | None,
    wall: _Wall,
    of_day: int,
    offset: int | None,
    calendar: tuple[int | None, int, Sequence[tuple[int, int]]],
) -> tuple[int, str] | None:
    assumed, reference_us, zone = calendar

    def us_in(year: int) -> int | None:
        try:
            day = datetime(year, wall.month, wall.day, tzinfo=UTC)
        except ValueError:
            return None
        local = (day - _EPOCH).days * _DAY_US + of_day
        held = max(bisect_right(zone, local, key=lambda pair: pair[0]) - 1, 0)
        east = offset if offset is not None else zone[held][1] if zone else 0
        return local - east * 1_000_000

    if year is not None:
        us = us_in(year)
        return None if us is None else (us, "zone-assumed" if offset is None else "parsed")
    if assumed is not None:
        us = us_in(assumed)
        return None if us is None else (us, "year-assumed")
    latest = (_EPOCH + timedelta(microseconds=reference_us + _DAY_US)).year
    for candidate in range(latest, latest - 9, -1):
        us = us_in(candidate)
        if us is not None and us <= reference_us + _DAY_US:
            return us, "year-assumed"
    return None
