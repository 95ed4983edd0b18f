"""What of a record is hashed: its own facts, as one JSON object."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.finding import AuditFinding, AuditViolation
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.moment import utc, written
from ami_audit.domain.values import frozen

FORMAT = "ami-audit/record/v1"

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode


def content_of(
    draft: AuditDraft,
    *,
    record_id: str,
    run_id: str,
    sequence: int | None,
    recorded_at: str | None,
) -> dict[str, Any]:
    """Return the object that is hashed when `draft` is sealed at that position.

    Args:
        draft: The facts.
        record_id: The record's UUIDv7.
        run_id: The UUIDv7 of the collection run, or empty outside one.
        sequence: The position in the trail; None before sealing.
        recorded_at: When it is sealed, canonical text; None before sealing.

    Raises:
        MalformedError: The draft's timestamp has no zone.
    """
    moment, findings, violations = draft.timestamp, draft.findings, draft.violations
    metadata: Mapping[str, Any] = draft.metadata
    if draft.observed:
        metadata = {**metadata, "observed": draft.observed}
    # In the order of RFC 8785, so that nothing is left to sort.
    return {
        "action": draft.action,
        "actor": draft.actor,
        "actor_type": draft.actor_type,
        "classification": draft.classification,
        "context": draft.context,
        "findings": findings and [_finding(finding, record_id, index) for index, finding in enumerate(findings)],
        "format": FORMAT,
        "metadata": metadata,
        "outcome": draft.outcome,
        "reason": draft.reason,
        "record_id": record_id,
        "recorded_at": recorded_at,
        "run_id": run_id,
        "sequence": sequence,
        "severity": worst(draft) if findings or violations else draft.severity,
        "source": draft.source,
        "target": draft.target,
        "target_type": draft.target_type,
        "timestamp": recorded_at if moment is None else _canonical_time(moment),
        "violations": violations
        and [_violation(violation, record_id, index) for index, violation in enumerate(violations)],
    }


def worst(draft: AuditDraft) -> AuditSeverity:
    """Return the draft's severity, raised to its worst finding or violation."""
    judged: tuple[AuditFinding | AuditViolation, ...] = (*draft.findings, *draft.violations)
    return max(
        (draft.severity, *(item.severity for item in judged)),
        key=lambda severity: severity.weight,
    )


def encoded(content: Mapping[str, Any]) -> bytes:
    """Return content as JSON text (not yet canonical), UTF-8.

    Raises:
        MalformedError: A value that is not JSON; names its path.
    """
    try:
        return _encode(content).encode()
    except (TypeError, ValueError, RecursionError) as error:
        frozen(content)  # names the path
        raise MalformedError("", str(error)) from error


def _canonical_time(moment: datetime | str) -> str:
    return moment if isinstance(moment, str) else written(utc(moment))


def _finding(finding: AuditFinding, record_id: str, index: int) -> dict[str, Any]:
    return {
        **finding.model_dump(mode="json"),
        "finding_id": _part_id(record_id, "finding", index),
    }


def _violation(violation: AuditViolation, record_id: str, index: int) -> dict[str, Any]:
    return {
        **violation.model_dump(mode="json"),
        "violation_id": _part_id(record_id, "violation", index),
    }


def _part_id(record_id: str, part: str, index: int) -> str:
    # RFC 9562 section 5.5: a name-based UUID, so that the same record always has the same parts.
    try:
        space = uuid.UUID(record_id)
    except (AttributeError, TypeError, ValueError) as error:
        raise MalformedError("record_id", f"`{record_id}` is not a UUID") from error
    return str(uuid.uuid5(space, f"{part}/{index}"))
