"""What records tell of files that were read, in plain Python."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_TAG = b"ami-audit/file-stamp/1\n"
_UNSETTLED = timedelta(seconds=2)
_RUN = re.compile(r"([0-9a-fA-F]{8}).([0-9a-fA-F]{4}).7.{21}", re.DOTALL)
_TEXTS = ("changed_at", "mime", "mode", "modified_at", "path_bytes", "sha256", "target", "volume")


class _UnusableError(Exception):
    """A record whose values are not of the types they should have."""


def file_stamps(records: Sequence[bytes], *, except_mime: Sequence[str]) -> bytes:
    """Return the stamps of all files that the records tell completely, sorted, each once."""
    found: set[bytes] = set()
    for text in records:
        try:
            found.update(_stamps(json.loads(text), set(except_mime)))
        except (_UnusableError, ValueError):
            continue
    return b"".join(sorted(found))


def _stamps(record: Any, except_mime: set[str]) -> Iterator[bytes]:
    _check(record)
    settled = _settled(record.get("run_id"))
    if settled is None or record["outcome"] != "success":
        return
    files: list[tuple[Any, Any]] = []
    if record["action"] == "file.observed":
        files = [(record["target"], record["context"])]
    elif record["action"] == "file.seen":
        files = [(facts.get("target"), facts) for facts in record["context"].get("files", ())]
    for target, facts in files:
        stamp = _stamp(target, facts, settled=settled, except_mime=except_mime)
        if stamp is not None:
            yield stamp


def _check(record: Any) -> None:
    if not isinstance(record, dict):
        raise _UnusableError
    if not all(isinstance(record.get(name), str) for name in ("action", "outcome", "target")):
        raise _UnusableError
    if not isinstance(record.get("run_id"), str | None):
        raise _UnusableError
    _check_facts(record.get("context"))


def _check_facts(facts: Any) -> None:
    if not isinstance(facts, dict) or not isinstance(facts.get("files", []), list):
        raise _UnusableError
    if not all(isinstance(facts.get(name), str | None) for name in _TEXTS):
        raise _UnusableError
    for name in ("inode", "size_bytes"):
        value = facts.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str | None):
            raise _UnusableError
        if isinstance(value, int) and not 0 <= value < 1 << 64:
            raise _UnusableError
    for name in ("owner", "group"):
        _check_owner(facts.get(name))
    for inner in facts.get("files", []):
        _check_facts(inner)


def _check_owner(owner: Any) -> None:
    if owner is None:
        return
    number = owner.get("id") if isinstance(owner, dict) else None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 1 << 32:
        raise _UnusableError


def _settled(run_id: Any) -> str | None:
    matched = _RUN.fullmatch(run_id) if isinstance(run_id, str) else None
    if matched is None:
        return None
    milliseconds = int(matched[1] + matched[2], 16)
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds) - _UNSETTLED
    except OverflowError:
        return None
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z" if milliseconds >= 2000 else None


def _stamp(target: Any, facts: dict[str, Any], *, settled: str, except_mime: set[str]) -> bytes | None:
    if facts.get("path_bytes") is not None or facts.get("sha256") is None:
        return None
    if facts.get("mime") is None or facts["mime"] in except_mime:
        return None
    parts = [
        target,
        facts.get("volume"),
        _number(facts.get("inode")),
        _number(facts.get("size_bytes")),
        facts.get("modified_at"),
        facts.get("changed_at"),
        facts.get("mode"),
        *(str(facts[name]["id"]) if facts.get(name) else None for name in ("owner", "group")),
    ]
    if None in parts or facts["changed_at"] >= settled:
        return None
    hasher = hashlib.sha256(_TAG)
    for part in map(str.encode, parts):
        hasher.update(len(part).to_bytes(8) + part)
    return hasher.digest()[:16]


def _number(value: Any) -> str | None:
    if isinstance(value, str):
        is_number = re.fullmatch(r"\+?[0-9]+", value) and int(value) < 1 << 64
        return str(int(value)) if is_number else None
    return None if value is None else str(value)
