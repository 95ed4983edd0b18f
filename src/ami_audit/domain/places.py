"""Where a value stands inside a record: `context.user.email`, `context.tags[1]`, and patterns of such places."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from ami_audit.domain.errors import UsageError

Place = tuple[str | int, ...]
"""Names of members and indices of elements, from the outside in; empty for the whole."""

UNKNOWN = "?"
"""What stands for a member whose name nobody here knows; a member of that name is written in quotes."""

_PLAIN = re.compile(r"[A-Za-z0-9_$@:/-]+")
_PART = re.compile(
    r'(?P<dot>\.)?(?:(?P<plain>[A-Za-z0-9_$@:/-]+)|(?P<any>\*)|(?P<quoted>"(?:[^"\\]|\\.)*"))|\[(?P<index>\d+|\*)\]'
)


def written(place: Place, *, unknown: bool = False) -> str:
    """Return a place as text; names that would read as more than one part stand in quotes.

    Args:
        place: The place.
        unknown: It is one member of that place, and its name is not known.
    """
    parts = [f"[{part}]" if isinstance(part, int) else f".{_name(part)}" for part in place]
    return "".join((*parts, f".{UNKNOWN}") if unknown else parts).removeprefix(".")


def _name(part: str) -> str:
    return part if _PLAIN.fullmatch(part) else json.dumps(part, ensure_ascii=False)


def read_place(text: str) -> tuple[Place, bool]:
    """Return the place that `written` wrote, and whether it is a member of that place whose name is not known."""
    is_unknown = text == UNKNOWN or text.endswith("." + UNKNOWN)
    known = text.removesuffix(UNKNOWN).removesuffix(".") if is_unknown else text
    return tuple(part for part in _parts(known) if part is not None), is_unknown


class Pattern(NamedTuple):
    """Places that are alike: a name or an index each, None for any one of them."""

    text: str
    parts: tuple[str | int | None, ...]

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """Return the pattern that a person wrote: `actor`, `context.customer.*`, `context.tags[*]`, `context."a.b"`.

        Raises:
            UsageError: It is none; says what it should look like.
        """
        parts = tuple(_parts(text))
        if not parts or not isinstance(parts[0], str):
            raise UsageError(f"`{text}` is no path; write it as `context.user.email`, `context.customer.*` or `actor`")
        return cls(text, parts)


def _parts(text: str) -> Iterator[str | int | None]:
    start = 0
    while start < len(text):
        found = _PART.match(text, start)
        # A dot stands between two names: after the first, and nowhere else.
        if found is None or (found["index"] is None and bool(found["dot"]) != bool(start)):
            raise UsageError(f"`{text}` is no path; it cannot be read from character {start + 1} on")
        start = found.end()
        yield _part(found)


def _part(found: re.Match[str]) -> str | int | None:
    if found["index"]:
        return None if found["index"] == "*" else int(found["index"])
    if found["any"]:
        return None
    if found["plain"]:
        return found["plain"]
    try:
        return str(json.loads(found["quoted"]))
    except ValueError as error:
        raise UsageError(f"{found['quoted']} is not a quoted name") from error
