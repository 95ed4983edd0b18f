"""What every draft of this source shares."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType

NAME = "git"
SOURCE = "git_source/1"
NOBODY = "unknown"


class Setting(NamedTuple):
    """What every draft of one run shares: how it was observed, and why."""

    metadata: Mapping[str, Any]
    reason: str | None


def digest(*parts: str) -> str:
    """Return the hex SHA-256 that stands for an observation."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def observation(action: str, target: str, setting: Setting, *, context: Mapping[str, Any], observed: str) -> AuditDraft:
    """Return a draft of something seen, of which nobody can say who did it."""
    return AuditDraft(
        action=action,
        target=target,
        target_type=AuditTargetType.GIT,
        source=SOURCE,
        actor=NOBODY,
        reason=setting.reason,
        context=context,
        metadata=setting.metadata,
        observed=observed,
    )


def warning(
    finding_type: str,
    description: str,
    *,
    location: str,
    recommendation: str | None = None,
    severity: AuditSeverity = AuditSeverity.WARNING,
) -> AuditFinding:
    """Return a finding: a warning about what could not be known, unless another severity is given."""
    # Sealing numbers a record's findings anew; until then equal findings are equal.
    return AuditFinding(
        finding_id=digest(finding_type, location)[:32],
        finding_type=finding_type,
        severity=severity,
        description=description,
        location=location,
        recommendation=recommendation,
    )


def digest_of(context: Mapping[str, Any]) -> str:
    """Return the digest of what a record's context holds, for a fact that is all of it."""
    return hashlib.sha256(json.dumps(context, sort_keys=True).encode()).hexdigest()
