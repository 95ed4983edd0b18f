"""The look into a stored text that bulk verification takes, in plain Python."""

import re
from datetime import datetime

_STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(rb"0|[1-9][0-9]*")
_MOMENT = re.compile(rb"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{6})Z")
_MEMBERS = (b"recorded_at", b"sequence")


def own_members(canonical: bytes) -> tuple[int | None, str | None]:
    """Return a record's own sequence and moment, as far as its text has them.

    Keys must rise up to `sequence`; what follows it is not looked at.
    """
    if len(canonical) < 2 or canonical[:1] != b"{" or canonical[-1:] != b"}":
        return None, None
    try:
        members = _members(canonical[1:-1])
    except ValueError:
        return None, None
    return _sequence(members.get(b"sequence", b"")), canonical_moment(members.get(b"recorded_at", b""))


def _members(inside: bytes) -> dict[bytes, bytes]:
    members: dict[bytes, bytes] = {}
    at, before = 0, None
    while at < len(inside):
        matched = _STRING.match(inside, at)
        if matched is None:
            raise ValueError("no key")
        key = matched[1]
        if key > b"sequence":
            break
        if before is not None and key <= before:
            raise ValueError("keys out of order")
        if inside[matched.end() : matched.end() + 1] != b":":
            raise ValueError("no value")
        end = _value_end(inside, matched.end() + 1)
        if key in _MEMBERS:
            members[key] = inside[matched.end() + 1 : end]
        at, before = end + 1, key
    return members


def _value_end(text: bytes, at: int) -> int:
    depth, start = 0, at
    while at < len(text) and (depth or text[at : at + 1] != b","):
        if text[at : at + 1] == b'"':
            matched = _STRING.match(text, at)
            if matched is None:
                raise ValueError("an open string")
            at = matched.end()
            continue
        depth += (text[at : at + 1] in {b"{", b"["}) - (text[at : at + 1] in {b"}", b"]"})
        if depth < 0:
            raise ValueError("a stray bracket")
        at += 1
    if depth or at == start:
        raise ValueError("no value")
    return at


def _sequence(value: bytes) -> int | None:
    matched = _NUMBER.fullmatch(value)
    return int(value) if matched and int(value) < 2**64 else None


def canonical_moment(value: bytes) -> str | None:
    """Return the moment that a JSON value is, or None."""
    matched = _MOMENT.fullmatch(value[1:-1]) if value[:1] == value[-1:] == b'"' else None
    if matched is None:
        return None
    try:
        datetime(*(int(part) for part in matched.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - a calendar check
    except ValueError:
        return None
    return matched[0].decode()
