"""Which values a record may hold: JSON, frozen through and through."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Never

from ami_audit.domain.errors import MalformedError

# I-JSON's range (RFC 7493 section 2.2): beyond it two readers may see two numbers.
_LARGEST_INTEGER = 2**53 - 1
# From here on canonical JSON writes a double with an exponent (RFC 8785 section 3.2.2.3).
_FIRST_WITH_EXPONENT = 1e21
_DEEPEST = 128
_TEXT_ONLY = {str}


def _refuse(*_args: object, **_kwargs: object) -> Never:
    raise TypeError("a record's values are frozen; make a new record instead")


class FrozenDict(dict[str, Any]):
    """A dict that equals its like and refuses every change."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self)))

    def __copy__(self) -> "FrozenDict":
        return self

    def __deepcopy__(self, _memo: object) -> "FrozenDict":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (dict(self),))


class FrozenList(list[Any]):
    """A list that equals its like and refuses every change."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(len(self))

    def __copy__(self) -> "FrozenList":
        return self

    def __deepcopy__(self, _memo: object) -> "FrozenList":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (list(self),))


def frozen(value: Any, path: str = "") -> Any:
    """Return `value` as frozen JSON.

    Args:
        value: Anything; mappings become FrozenDict, lists and tuples FrozenList.
        path: Where the value stands, for the error: `context.user`.

    Raises:
        MalformedError: A value that is not JSON or that two readers could read differently; names its path.
    """
    try:
        return _quickly(value, _DEEPEST)
    except _OddError:
        return _frozen(value, path, 0)


class _OddError(Exception):
    """A value that is not plain JSON of exact types, or must be refused: look again, with its path at hand."""


def _quickly(value: Any, levels: int) -> Any:
    """Return the usual value frozen, at a fraction of the cost: no path is made for what is never refused."""
    kind = type(value)
    if kind is str:
        if value.isascii() or _is_encodable(value):
            return value
    elif kind is dict:
        if levels and _has_usual_keys(value):
            below = levels - 1
            return FrozenDict(
                {
                    name: item if type(item) is str and item.isascii() else _quickly(item, below)
                    for name, item in value.items()
                }
            )
    elif kind is list or kind is tuple:
        if levels:
            return FrozenList([_quickly(item, levels - 1) for item in value])
    elif kind is int:
        if -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER:
            return value
    elif value is None or kind is bool or (kind is float and math.isfinite(value)):
        return value
    raise _OddError


def _has_usual_keys(value: dict[Any, Any]) -> bool:
    """Return whether every key is a plain text that can be encoded; asked of all of them at once."""
    return not value or (set(map(type, value)) == _TEXT_ONLY and _is_encodable("".join(value)))


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _frozen(value: Any, path: str, depth: int) -> Any:
    if value is None or value is True or value is False:
        return value
    if depth > _DEEPEST:
        raise MalformedError(path, f"nested deeper than {_DEEPEST} levels")
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, int):
        return _integer(int(value), path)
    if isinstance(value, float):
        return _number(value, path)
    if isinstance(value, Mapping):
        return FrozenDict(
            (_key(name, path), _frozen(item, _below(path, name), depth + 1)) for name, item in value.items()
        )
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return FrozenList(_frozen(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value))
    raise MalformedError(path, _advice(value))


def _below(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _text(value: str, path: str) -> str:
    plain = str(value) if type(value) is str else str.__str__(value)
    if not plain.isascii():
        try:
            plain.encode()
        except UnicodeEncodeError as error:
            raise MalformedError(path, f"a lone surrogate at character {error.start}") from error
    return plain


def _key(name: object, path: str) -> str:
    if not isinstance(name, str):
        raise MalformedError(_below(path, name), f"a key must be text, not {type(name).__name__}")
    return _text(name, _below(path, name))


def _integer(value: int, path: str) -> int:
    if abs(value) > _LARGEST_INTEGER:
        raise MalformedError(path, "an integer beyond ±(2^53−1); write it as text")
    return value


def _number(value: float, path: str) -> float:
    if not math.isfinite(value):
        raise MalformedError(path, f"{value} is not a JSON number")
    if _LARGEST_INTEGER < abs(value) < _FIRST_WITH_EXPONENT:
        raise MalformedError(path, "a number that JSON writes as an integer beyond ±(2^53−1); write it as text")
    return value


def _advice(value: object) -> str:
    if isinstance(value, date):
        return "a date is not JSON; write it as RFC 3339 text with its zone"
    if isinstance(value, bytes | bytearray | memoryview):
        return "bytes are not JSON; write them as base64 text"
    return f"{type(value).__name__} is not a JSON value"
