"""When it was what time: the rules of the place where a log was written."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from ami_audit.domain.errors import UsageError

_FIRST, _LAST = 1970, 2037
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_STEP_S = 14 * 86_400
_LONG_AGO_US = -62_135_596_800_000_000  # the year 1

Table = tuple[tuple[int, int], ...]


def zone_table(name: str | None) -> Table:
    """Return from which wall-clock time on (microseconds, as if it were UTC) how many seconds east of UTC hold.

    Where an hour is there twice, the first is meant.

    Args:
        name: `UTC`, `+02:00`, `Europe/Berlin`; None means the rules of this machine. An empty table means UTC.

    Raises:
        UsageError: No zone is called so.
    """
    if name is not None and name.upper() in {"UTC", "Z", "GMT"}:
        return ()
    if name is not None and (fixed := _OFFSET.fullmatch(name)):
        seconds = (int(fixed[2]) * 3600 + int(fixed[3]) * 60) * (-1 if fixed[1] == "-" else 1)
        return ((_LONG_AGO_US, seconds),)
    table = _table(_here if name is None else _named(name))
    return () if all(seconds == 0 for _, seconds in table) else table


def _here(moment_s: int) -> int:
    return time.localtime(moment_s).tm_gmtoff


def _named(name: str) -> Callable[[int], int]:
    from zoneinfo import ZoneInfo

    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"`{name}` is no time zone; write `Europe/Berlin`, `+02:00` or `UTC`.") from error

    def offset(moment_s: int) -> int:
        span = datetime.fromtimestamp(moment_s, UTC).astimezone(zone).utcoffset()
        return 0 if span is None else int(span.total_seconds())

    return offset


def _table(offset: Callable[[int], int]) -> Table:
    start, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (_FIRST, _LAST + 1))
    table = [(_LONG_AGO_US, offset(start))]
    before = start
    for moment in range(start + _STEP_S, end, _STEP_S):
        if offset(moment) != table[-1][1]:
            change = _change(offset, before, moment)
            was, becomes = table[-1][1], offset(change)
            table.append(((change + max(was, becomes)) * 1_000_000, becomes))
        before = moment
    return tuple(table)


def _change(offset: Callable[[int], int], low: int, high: int) -> int:
    """Return the first second with the later offset."""
    was = offset(low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == was else (low, middle)
    return high
