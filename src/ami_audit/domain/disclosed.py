"""What the disclosures of a bundle disclose (RFC 9901), and which digests its records are committed to."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

_TEXT = re.compile("[A-Za-z0-9_-]+")


def digest_of(text: str) -> str:
    """Return the digest by which a record is committed to a disclosure."""
    return base64.urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def value_in(text: str) -> list[Any] | None:
    """Return the value that a disclosure discloses, alone in a list; None when it is no disclosure."""
    if not _TEXT.fullmatch(text):
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(found, list) and len(found) in {2, 3} and all(isinstance(part, str) for part in found[:-1])
    return [found[-1]] if is_one else None


def digests_in(value: object) -> Iterator[str]:
    """Yield the digests that a value is committed to."""
    waiting: list[Any] = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            listed = found.get("_sd")
            candidates: Iterable[Any] = [*(listed if isinstance(listed, list) else [listed]), found.get("...")]
            yield from (digest for digest in candidates if isinstance(digest, str))
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def committed(contents: Iterable[object], disclosures: Sequence[str]) -> set[str]:
    """Return every digest that stands in the contents, or in what the disclosures disclose."""
    values = (*contents, *map(value_in, disclosures))
    return {digest for value in values for digest in digests_in(value)}


def connected(contents: Sequence[object], disclosures: Sequence[str]) -> tuple[str, ...]:
    """Return the disclosures that open something: a digest in the contents, or in a value that is disclosed."""
    wanted = committed(contents, ())
    kept: dict[str, None] = {}
    grown = True
    while grown:
        more = [text for text in disclosures if text not in kept and digest_of(text) in wanted]
        kept |= dict.fromkeys(more)
        wanted |= committed((), more)
        grown = bool(more)
    return tuple(text for text in disclosures if text in kept)
