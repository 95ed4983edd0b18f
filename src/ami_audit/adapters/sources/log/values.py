"""How what a log holds is written in a record: bounded, without secrets, and as JSON that everybody reads alike."""

import hashlib
import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ami_audit.domain.masking import Masked, is_secret_name, masked, masked_value
from ami_audit.domain.moment import written

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_INTEGER = 2**53 - 1
_DEEPEST = 16
_FIELDS_BYTES = 16_384
# What RFC 9901 writes into a record whose values are protected.
_RESERVED = frozenset({"_sd", "_sd_alg", "..."})


def moment(us: int | None) -> str | None:
    """Return a time as records write it; None for none, and for one that no calendar can write."""
    if us is None:
        return None
    try:
        return written(_EPOCH + timedelta(microseconds=us))
    except OverflowError:
        return None


def said(text: str, most: int) -> str:
    """Return at most so many characters of a text, without secrets."""
    shown = masked(text).text
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def of_logger(logger: str | None, message: str) -> Masked:
    """Return a message without secrets: of the line `X-Api-Key: hunter2` the name was taken for who wrote it."""
    shown = masked(message)
    if not logger or not is_secret_name(logger):
        return shown
    found = masked(f"{logger}: {message}")
    return found._replace(text=found.text.removeprefix(f"{logger}: ")) if found.kinds else shown


def of_loggers(loggers: Iterable[str], message: str) -> Masked:
    """Return a message, one of those loggers' own, likewise: one word alone may be the value of a secret name."""
    is_alone = len(message.split()) == 1 and any(map(is_secret_name, loggers))
    return Masked("[masked secret]", ("secret",)) if is_alone else masked(message)


def storable(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a structured line as a record can hold them.

    Integers beyond 2^53 and numbers that are none become text; names that records keep for themselves get an
    underscore; of more than 16 KiB only the names are kept.
    """
    shown = _storable(masked_value(fields), 0)
    if len(json.dumps(shown, ensure_ascii=False)) > _FIELDS_BYTES:
        return {"omitted": sorted(str(name)[:80] for name in shown)[:100]}
    return dict(shown)


def _storable(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        if depth >= _DEEPEST:
            return "…"
        return {f"_{name}" if name in _RESERVED else name: _storable(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return "…" if depth >= _DEEPEST else [_storable(item, depth + 1) for item in value]
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= _LARGEST_INTEGER):
        return str(value)
    return value


def digest(*parts: object) -> str:
    """Return the SHA-256 of JSON values, hex."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
