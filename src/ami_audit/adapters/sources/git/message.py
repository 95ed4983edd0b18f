"""How a commit's or tag's message is written in a record."""

import hashlib
import operator
from itertools import dropwhile, takewhile
from typing import Any

from ami_audit.adapters.sources.git.identity import decoded
from ami_audit.domain.text import is_exact

_KEPT_BYTES = 64 << 10
_SUBJECT_CHARACTERS = 1_000
_ENCODING_BYTES = 64


def message_facts(raw: bytes, encoding: bytes = b"") -> dict[str, Any]:
    """Return `subject` and `message`; what text or size cannot hold is told by `message_cut` and `message_sha256`.

    Args:
        raw: The message as the object holds it.
        encoding: The object's `encoding` header; empty means UTF-8.
    """
    kept = raw if len(raw) <= _KEPT_BYTES else _whole_characters(raw[:_KEPT_BYTES])
    text = decoded(kept, encoding)
    facts: dict[str, Any] = {"subject": subject_of(text), "message": text}
    if encoding:
        facts["encoding"] = encoding[:_ENCODING_BYTES].decode("ascii", "backslashreplace")
    if kept is not raw:
        facts["message_cut"] = {"kept_bytes": len(kept), "size_bytes": len(raw)}
    if kept is not raw or not (encoding or is_exact(raw, text)):
        facts["message_sha256"] = hashlib.sha256(raw).hexdigest()
    return facts


def subject_of(text: str) -> str:
    """Return the first paragraph on one line, as git shows it; at most 1,000 characters."""
    first, _, rest = text.partition("\n")
    if first.strip() and rest[:1] in ("", "\n"):
        return first.rstrip()[:_SUBJECT_CHARACTERS]
    lines = (line.rstrip() for line in text.split("\n"))
    paragraph = takewhile(bool, dropwhile(operator.not_, lines))
    return " ".join(paragraph)[:_SUBJECT_CHARACTERS]


def _whole_characters(raw: bytes) -> bytes:
    """Return the bytes without the beginning of a UTF-8 character that was cut off."""
    start = next((at for at in range(len(raw) - 1, len(raw) - 5, -1) if raw[at] & 0xC0 != 0x80), len(raw) - 1)
    width = 1 + sum(raw[start] >= first for first in (0xC0, 0xE0, 0xF0))
    return raw if len(raw) - start >= width else raw[:start]
