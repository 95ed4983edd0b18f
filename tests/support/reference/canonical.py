"""RFC 8785 in plain Python, with every refusal of the record format."""

import json
import unicodedata
from decimal import Decimal
from math import isfinite
from typing import Any

_DEEPEST = 128
_LARGEST_INTEGER = 2**53 - 1
_LONGEST = 1 << 20


class RefusedError(ValueError):
    """A text has no canonical form; `args` are the value's path and the reason."""


class _Members(list[tuple[str, Any]]):
    """An object as it was written: duplicates kept, order kept."""


class _Bad:
    """A value that was read and must be refused where it stands."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def canonicalize(text: bytes) -> bytes:
    """Return the canonical form of a JSON text.

    Raises:
        RefusedError: The text has none.
    """
    canonical = _written(_read(text), "", 0).encode()
    if len(canonical) > _LONGEST:
        raise RefusedError("", "over 1 MiB of canonical bytes")
    return canonical


def ecmascript_number(value: float) -> str:
    """Return a finite double as ECMAScript's Number::toString writes it (ECMA-262 section 6.1.6.1.20)."""
    if value == 0:
        return "0"
    sign, digit_tuple, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, digit_tuple))
    point = len(digits) + int(exponent)
    return "-" * sign + _positioned(digits, point)


def _positioned(digits: str, point: int) -> str:
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


def _read(text: bytes) -> Any:
    try:
        return json.loads(
            text.decode(),
            object_pairs_hook=_Members,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=lambda _: _Bad("not a finite number"),
        )
    except UnicodeDecodeError as error:
        raise RefusedError("", "not UTF-8") from error
    except RecursionError as error:
        raise RefusedError("", f"nested deeper than {_DEEPEST} levels") from error
    except json.JSONDecodeError as error:
        raise RefusedError("", f"not JSON: {error}") from error


def _integer(token: str) -> int | _Bad:
    # Python refuses to read thousands of digits, and no safe integer has more than 16.
    if len(token) > 17 or abs(int(token)) > _LARGEST_INTEGER:
        return _Bad("an integer beyond ±(2^53−1); write it as text")
    return int(token)


def _double(token: str) -> float | _Bad:
    value = float(token)
    return value if isfinite(value) else _Bad("not a finite number")


def _written(value: Any, path: str, depth: int) -> str:
    if isinstance(value, _Bad):
        raise RefusedError(path, value.reason)
    if isinstance(value, str):
        return _string(value, path)
    if isinstance(value, float):
        return ecmascript_number(value)
    if isinstance(value, list) and depth == _DEEPEST:
        raise RefusedError(path, f"nested deeper than {_DEEPEST} levels")
    if isinstance(value, _Members):
        return _object(value, path, depth + 1)
    if isinstance(value, list):
        items = [_written(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
        return f"[{','.join(items)}]"
    return json.dumps(value)


def _object(members: _Members, path: str, depth: int) -> str:
    written: dict[str, str] = {}
    for key, value in members:
        place = _below(path, key)
        _string(key, path)
        if key in written:
            raise RefusedError(place, "a duplicate key")
        written[key] = _written(value, place, depth)
    ordered = sorted(written, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(f"{_string(key, path)}:{written[key]}" for key in ordered) + "}"


def _string(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise RefusedError(path, "a lone surrogate") from error
    return json.dumps(value, ensure_ascii=False)


def _below(path: str, key: str) -> str:
    if not key or any(character in '.[]"\\' or _is_blank(character) for character in key):
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cc"
