"""What the index says of a record: computed from its canonical bytes, here and nowhere else."""

import re
from typing import Any, NamedTuple

import msgspec

from ami_audit.domain.draft import FACT_MARK, fact_key, fact_mark
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.moment import microseconds, read

_WEIGHTS: dict[str, int] = {severity.value: severity.weight for severity in AuditSeverity}
_ID_MARK = b'"record_id":"'
_PLAIN_ID = re.compile("[0-9a-f-]+")


class IndexRow(NamedTuple):
    """One row of `record_index`; None stands for what the canonical bytes do not say."""

    sequence: int
    record_id: str | None
    record_hash: bytes
    happened_us: int | None
    action: str | None
    actor: str | None
    target: str | None
    target_type: str | None
    source: str | None
    severity: int | None
    run_id: str | None
    fact: bytes | None


class _Metadata(msgspec.Struct):
    observed: str | None = None
    mark: str | None = msgspec.field(default=None, name=FACT_MARK)


class _Said(msgspec.Struct):
    """The part of a record's content that is indexed; the rest is passed over, at a quarter of the cost."""

    record_id: str | None = None
    timestamp: str | None = None
    action: str | None = None
    actor: str | None = None
    target: str | None = None
    target_type: str | None = None
    source: str | None = None
    severity: str | None = None
    run_id: str | None = None
    metadata: _Metadata | None = None


_decode = msgspec.json.Decoder(_Said).decode


def projected(record: SealedRecord) -> IndexRow:
    """Return a record's row of the index, whatever its canonical bytes are."""
    said = _said(record.canonical)
    return IndexRow(
        record.sequence,
        said.record_id,
        record.record_hash,
        _happened_us(said.timestamp),
        said.action,
        said.actor,
        said.target,
        said.target_type,
        None if said.source is None else said.source.partition("/")[0],
        None if said.severity is None else _WEIGHTS.get(said.severity),
        said.run_id,
        _fact(said),
    )


def is_id_of(record: SealedRecord) -> bool:
    """Return whether `record_id` is what the canonical bytes say; a tenth of the cost of `projected`.

    A quotation mark inside a JSON text is escaped, so the mark that is looked for is always a key. Where it stands
    once it is the record's own; a second one stands in an object inside, and then the bytes are parsed.
    """
    start = record.canonical.find(_ID_MARK) + len(_ID_MARK)
    is_only = start >= len(_ID_MARK) and record.canonical.find(_ID_MARK, start) < 0
    if is_only and _PLAIN_ID.fullmatch(record.record_id):
        return record.canonical.startswith(record.record_id.encode() + b'"', start)
    return _said(record.canonical).record_id == record.record_id


def _said(canonical: bytes) -> _Said:
    try:
        return _decode(canonical)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _salvaged(canonical)


def _salvaged(canonical: bytes) -> _Said:
    """Return what can be read of bytes that are not a record's content: values of the wrong kind count as unsaid."""
    try:
        found: Any = msgspec.json.decode(canonical)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _Said()
    if not isinstance(found, dict):
        return _Said()
    texts = {name: value for name, value in found.items() if name in _Said.__struct_fields__ and isinstance(value, str)}
    metadata = found.get("metadata")
    told = metadata if isinstance(metadata, dict) else {}
    observed, mark = (value if isinstance(value, str) else None for value in map(told.get, ("observed", FACT_MARK)))
    texts.pop("metadata", None)
    return _Said(**texts, metadata=_Metadata(observed, mark))


def _happened_us(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return microseconds(read(text))
    except (MalformedError, OverflowError):
        return None


def _fact(said: _Said) -> bytes | None:
    if said.metadata is None:
        return None
    if said.source is None or said.target is None or not said.metadata.observed:
        return fact_mark(said.metadata.mark) or None
    return fact_key(said.source, said.target, said.metadata.observed)
