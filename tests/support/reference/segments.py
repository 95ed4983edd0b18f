"""The index of a segment in plain Python."""

import json
from collections.abc import Sequence
from hashlib import sha256

from tests.support.reference.canonical import RefusedError, canonicalize
from tests.support.reference.hashes import pieces
from tests.support.reference.scan import canonical_moment
from tests.support.reference.tree import subtree_root

FIELDS = ("action", "actor", "run_id", "severity", "source", "target", "target_type", "timestamp")
_SEVERITIES = ("debug", "info", "warning", "error", "critical")
_UNSAID = b"\xff\xff\xff\xff"


def segment_columns(texts: bytes, ends: Sequence[int]) -> list[bytes]:
    """Return one column a field: for each text its key behind its length."""
    rows = [_keys(text) for text in pieces(texts, ends)]
    return [b"".join(_written(row.get(field)) for row in rows) for field in FIELDS]


def segment_root(column: bytes, first_sequence: int) -> tuple[int, bytes]:
    """Return how many keys there are and the root over their leaves."""
    places: dict[bytes, list[int]] = {}
    for index, key in enumerate(_read(column)):
        if key is not None:
            places.setdefault(key, []).append(first_sequence + index)
    leaves = b"".join(segment_leaf(key, places[key]) for key in sorted(places))
    return len(places), subtree_root(leaves)


def segment_leaf(key: bytes, sequences: Sequence[int]) -> bytes:
    """Return the leaf hash of one key."""
    data = b"\x02" + len(key).to_bytes(4) + key + len(sequences).to_bytes(4)
    return sha256(b"\x00" + data + b"".join(number.to_bytes(8) for number in sequences)).digest()


def _keys(text: bytes) -> dict[str, str]:
    try:
        content = json.loads(text) if canonicalize(text) == text else None
    except RefusedError:
        content = None
    if not isinstance(content, dict) or any(mark < " " or mark in '"\\' for mark in "".join(content)):
        return {}
    said = {name: _key(name, value) for name, value in content.items() if name in FIELDS and isinstance(value, str)}
    return {name: key for name, key in said.items() if key is not None}


def _key(name: str, value: str) -> str | None:
    match name:
        case "severity":
            return str(_SEVERITIES.index(value)) if value in _SEVERITIES else None
        case "source":
            return value.partition("/")[0]
        case "timestamp":
            return canonical_moment(b'"' + value.encode() + b'"')
    return value


def _written(key: str | None) -> bytes:
    return _UNSAID if key is None else len(key.encode()).to_bytes(4) + key.encode()


def _read(column: bytes) -> list[bytes | None]:
    keys: list[bytes | None] = []
    while column:
        length, column = column[:4], column[4:]
        if length == _UNSAID:
            keys.append(None)
            continue
        end = int.from_bytes(length)
        keys.append(column[:end])
        column = column[end:]
    return keys
