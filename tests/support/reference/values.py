"""Values as JSON texts in plain Python, and the chain over texts that are canonical already."""

import json
from collections.abc import Sequence
from math import isfinite
from typing import Any

from tests.support.reference.canonical import ecmascript_number
from tests.support.reference.hashes import payload_hash, pieces, record_hash

_DEEPEST = 128
_LARGEST_INTEGER = 2**53 - 1


class NotPlainError(ValueError):
    """A value is not plain JSON; `args` is its position."""


def encode(values: Sequence[object]) -> tuple[bytes, list[int], bool]:
    """Return values as JSON texts, where each ends, and whether every key is plain ASCII and no text too long.

    Raises:
        NotPlainError: The first value that is not plain JSON.
    """
    texts: list[bytes] = []
    for position, value in enumerate(values):
        try:
            texts.append(_written(value, 0).encode())
        except (TypeError, ValueError) as error:
            raise NotPlainError(position) from error
    ends = [sum(map(len, texts[: index + 1])) for index in range(len(texts))]
    is_canonical = all(map(_is_plain, values)) and all(len(text) <= 1 << 20 for text in texts)
    return b"".join(texts), ends, is_canonical


def chain(texts: bytes, ends: Sequence[int], *, tag: bytes, previous_hash: bytes) -> bytes:
    """Return the record hashes of canonical texts, each linked to the one before."""
    hashes: list[bytes] = []
    for text in pieces(texts, ends):
        previous_hash = record_hash(tag, previous_hash, payload_hash(text), nonce=0)
        hashes.append(previous_hash)
    return b"".join(hashes)


def _written(value: Any, depth: int) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(_checked(int(value), is_fit=abs(value) <= _LARGEST_INTEGER))
    if isinstance(value, float):
        return ecmascript_number(_checked(value, is_fit=isfinite(value) and not 2**53 <= abs(value) < 1e21))
    if depth == _DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, list | tuple):
        return f"[{','.join(_written(item, depth + 1) for item in value)}]"
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise TypeError("not JSON")
    # Keys sort by their bytes as written, which is by UTF-16 unit while they are plain ASCII.
    keys = sorted(value, key=lambda key: _written(key, 0)[1:-1].encode())
    return "{" + ",".join(f"{_written(key, 0)}:{_written(value[key], depth + 1)}" for key in keys) + "}"


def _checked(value: Any, *, is_fit: bool) -> Any:
    if not is_fit:
        raise ValueError("two readers could read it differently")
    return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() and len(_written(key, 0)) == len(key) + 2 for key in value) and all(
            map(_is_plain, value.values())
        )
    return all(map(_is_plain, value)) if isinstance(value, list | tuple) else True
