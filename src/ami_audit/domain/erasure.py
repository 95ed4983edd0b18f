"""An erasure: which committed values can never be disclosed again, and on whose authority."""

import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import VALUE
from ami_audit.domain.kinds import ActorType, AuditTargetType
from ami_audit.domain.linkage import ErasedValue

ERASED = "subject.erased"
BY_LIST = -1
_SOURCE = "erasure/1"
_ROW = struct.Struct(">Q32s")


class ErasureAnswer(BaseModel):
    """What an erasure did.

    Attributes:
        origin: The trail.
        subject: The keyed pseudonym of whom it was about, hex; without the vault it says nothing.
        values: How many values were erased.
        records: How many records they stood in.
        sequence: The record that says so.
        is_scrubbed: Whether the database file and its log were overwritten; if not, somebody was reading them.
    """

    model_config = VALUE

    origin: str
    subject: str
    values: int
    records: int
    sequence: int
    record_id: str
    is_scrubbed: bool


def values_digest(values: Iterable[ErasedValue]) -> str:
    """Return what an erasure record says of the values it erased: SHA-256 over sequence (u64 BE) and digest, sorted."""
    rows = sorted(_ROW.pack(value.sequence, value.digest) for value in values)
    return hashlib.sha256(b"".join(rows)).hexdigest()


def erasure_draft(
    subject: bytes,
    values: Sequence[ErasedValue],
    *,
    authority: str,
    reason: str | None,
    actor: str,
    actor_type: ActorType,
    provenance: Mapping[str, Any],
) -> AuditDraft:
    """Return the record of an erasure; the subject is named by its pseudonym alone."""
    return AuditDraft(
        action=ERASED,
        target=subject.hex(),
        target_type=AuditTargetType.TRAIL,
        source=_SOURCE,
        actor=actor,
        actor_type=actor_type,
        reason=reason,
        context={
            "subject": subject.hex(),
            "authority": authority,
            "values": len(values),
            "records": len({value.sequence for value in values}),
            "digest": values_digest(values),
        },
        metadata=provenance,
    )


def is_said_by(content: Mapping[str, Any], values: Sequence[ErasedValue]) -> bool:
    """Return whether an erasure's record says that it erased exactly these values."""
    facts = content.get("context")
    if content.get("action") != ERASED or not isinstance(facts, Mapping):
        return False
    return facts.get("values") == len(values) and facts.get("digest") == values_digest(values)
