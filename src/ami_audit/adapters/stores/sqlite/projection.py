"""What the index says of a record: computed from its canonical bytes, here and nowhere else."""

from typing import Any, NamedTuple

import orjson

from ami_audit.domain.draft import fact_key
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.moment import microseconds, read

_WEIGHTS: dict[Any, int] = {severity.value: severity.weight for severity in AuditSeverity}


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


def projected(record: SealedRecord) -> IndexRow:
    """Return a record's row of the index, whatever its canonical bytes are."""
    said = content(record).get
    source, target = _text(said("source")), _text(said("target"))
    return IndexRow(
        record.sequence,
        _text(said("record_id")),
        record.record_hash,
        _happened_us(said("timestamp")),
        _text(said("action")),
        _text(said("actor")),
        target,
        _text(said("target_type")),
        None if source is None else source.partition("/")[0],
        _WEIGHTS.get(_text(said("severity"))),
        _text(said("run_id")),
        _fact(source, target, said("metadata")),
    )


def content(record: SealedRecord) -> dict[str, Any]:
    """Return what the canonical bytes say; nothing when they are not a JSON object."""
    try:
        value = orjson.loads(record.canonical)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def fact_of(record: SealedRecord) -> bytes | None:
    """Return the key of the fact that a record states, or None when it states none."""
    said = content(record).get
    return _fact(_text(said("source")), _text(said("target")), said("metadata"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _happened_us(value: object) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return microseconds(read(value))
    except (MalformedError, OverflowError):
        return None


def _fact(source: str | None, target: str | None, metadata: object) -> bytes | None:
    observed = metadata.get("observed") if isinstance(metadata, dict) else None
    if source is None or target is None or not isinstance(observed, str) or not observed:
        return None
    return fact_key(source, target, observed)
