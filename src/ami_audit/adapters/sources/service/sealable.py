"""Makes what was seen such that it can be sealed: text that can be encoded, and not more than a record holds."""

import json
from collections.abc import Mapping
from typing import Any

# A record may have 1 MiB; findings and the rest need room too.
_MOST_BYTES = 500_000
_LEAST_BYTES = 200
_MORE = "…"


def sealable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts that a record can hold: what no encoding can write is escaped, what is too much is cut and told."""
    try:
        size = len(json.dumps(facts, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return sealable(_encodable(facts))
    return dict(facts) if size <= _MOST_BYTES else _fitting(facts, _MOST_BYTES)


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list | tuple) else value


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def _fitting(value: Any, room: int) -> Any:
    """Return a value of at most about that many bytes; its first parts stay, and a mark says that there was more."""
    if _size(value) <= room:
        return value
    if isinstance(value, str):
        return value[: room // 4] + _MORE
    if isinstance(value, Mapping):
        return _fitting_mapping(value, room)
    return _fitting_list(value, room) if isinstance(value, list | tuple) else value


def _fitting_mapping(value: Mapping[str, Any], room: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in value.items():
        if room < _LEAST_BYTES + 4 * len(name):
            found[_MORE] = f"{len(value) - len(found)} more were left out: there were too many"
            return found
        found[name] = _fitting(item, room // 2)
        room -= _size({name: found[name]})
    return found


def _fitting_list(value: list[Any] | tuple[Any, ...], room: int) -> list[Any]:
    found: list[Any] = []
    for item in value:
        if room < _LEAST_BYTES:
            return [*found, f"{len(value) - len(found)} more were left out: there were too many"]
        found.append(_fitting(item, room // 2))
        room -= _size(found[-1])
    return found
