"""What a source hands over: one fact about the world, not yet sealed."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ami_audit.domain.finding import AuditFinding, AuditViolation
from ami_audit.domain.kinds import (
    ActorType,
    AuditSeverity,
    AuditTargetType,
    DataClassification,
    Outcome,
)


class AuditDraft(NamedTuple):
    """One fact about the world before it is sealed.

    A named tuple, because a run makes tens of thousands of them and building one must cost less than hashing it.
    Nothing is checked here; sealing refuses what cannot be sealed, with its path.

    Attributes:
        action: What happened, dotted: `git.commit`, `file.observed`.
        target: What it happened to, relative to the audited root where there is one.
        target_type: What kind of thing the target is.
        source: Who collected it, with the version: `git_source/1`.
        actor: Who did it (a git author, an OS user, a service).
        actor_type: What kind of thing the actor is.
        timestamp: When it happened: an aware datetime, or canonical text (`2026-11-23T20:50:13.000000Z`).
            None means: when it is sealed.
        outcome: How the action ended.
        reason: Why it was done, when that is known.
        context: What was observed: JSON values.
        metadata: How it was observed: JSON values (host, repository, tool versions).
        findings: Judgements about it.
        violations: Broken rules.
        severity: The record's own severity; sealing raises it to its worst finding.
        classification: Who may read its values.
        observed: Hex SHA-256 of what was observed, or empty. With `source` (without its version) and `target` it is
            the fact's identity: a later run does not record the same fact again.
        record_id: A UUIDv7 when the caller has already given one, else empty.
    """

    action: str
    target: str
    target_type: AuditTargetType
    source: str
    actor: str
    actor_type: ActorType = ActorType.UNKNOWN
    timestamp: datetime | str | None = None
    outcome: Outcome = Outcome.SUCCESS
    reason: str | None = None
    context: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    findings: tuple[AuditFinding, ...] = ()
    violations: tuple[AuditViolation, ...] = ()
    severity: AuditSeverity = AuditSeverity.INFO
    classification: DataClassification = DataClassification.INTERNAL
    observed: str = ""
    record_id: str = ""


FACT_MARK = "observed_hmac"
"""The member of a record's metadata that stands for its fact where the fact itself is hidden."""
_MARK = re.compile("[0-9a-f]{64}")


def fact_key(source: str, target: str, observed: str) -> bytes:
    """Return the 32-byte identity of a fact: SHA-256 of source family, target and observation.

    Args:
        source: The draft's source; its version (`/1`) is left out, so that an upgrade alone records nothing anew.
        target: The draft's target.
        observed: The draft's `observed`.
    """
    family = source.partition("/")[0]
    return hashlib.sha256(f"{family}\n{target}\n{observed}".encode("utf-8", "surrogatepass")).digest()


def fact_mark(said: object) -> bytes:
    """Return the 32 bytes of what stands under `FACT_MARK`, a fact's digest under the owner's key; else nothing."""
    return bytes.fromhex(said) if isinstance(said, str) and _MARK.fullmatch(said) else b""
