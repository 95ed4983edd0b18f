"""What every draft of this source shares."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding, AuditViolation
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType, Outcome

NAME = "module"
SOURCE = "module_source/1"
NOBODY = "unknown"

_LONGEST = 300
_NAMED = 10
# A record holds a mebibyte; what is judged stands beside its context.
_MOST_CONTEXT = 400_000
_MOST_JUDGED = 400


class Setting(NamedTuple):
    """What every draft of one run shares.

    Attributes:
        module: How the trail calls the module: its path below the repository, `.` for the repository itself.
        metadata: How it was observed.
        reason: Why.
    """

    module: str
    metadata: Mapping[str, Any]
    reason: str | None

    def place(self, path: str) -> str:
        """Return how the trail calls a path below the module."""
        if not path:
            return self.module
        return path if self.module == "." else f"{self.module}/{path}"


def digest(*parts: str) -> str:
    """Return the hex SHA-256 that stands for an observation."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def observation(
    action: str,
    target: str,
    setting: Setting,
    *,
    context: Mapping[str, Any],
    findings: Sequence[AuditFinding] = (),
    violations: Sequence[AuditViolation] = (),
    outcome: Outcome = Outcome.SUCCESS,
) -> AuditDraft:
    """Return a draft of something seen; what was judged is part of its identity."""
    judged = [[it.finding_type, it.description] for it in findings] + [[it.rule, it.message] for it in violations]
    observed = digest(action, json.dumps([context, judged], sort_keys=True))
    more = len(findings) - _MOST_JUDGED
    if more > 0:
        rest = finding("more", f"{more} more findings of this kind are not told.", location=short(target))
        findings = [*findings[:_MOST_JUDGED], rest]
    return AuditDraft(
        action=action,
        target=target,
        target_type=AuditTargetType.MODULE,
        source=SOURCE,
        actor=NOBODY,
        outcome=outcome,
        reason=setting.reason,
        context=_fitted(context),
        metadata=setting.metadata,
        findings=tuple(findings),
        violations=tuple(violations[:_MOST_JUDGED]),
        observed=observed,
    )


def finding(
    finding_type: str,
    description: str,
    *,
    location: str,
    severity: AuditSeverity = AuditSeverity.WARNING,
    recommendation: str | None = None,
) -> AuditFinding:
    """Return a finding of this source, `module.` put before its type."""
    # Sealing numbers a record's findings anew; until then equal findings are equal.
    return AuditFinding(
        finding_id=digest(finding_type, location, description)[:32],
        finding_type=f"module.{finding_type}",
        severity=severity,
        description=description,
        location=short(location),
        recommendation=recommendation,
    )


def violation(
    rule: str, message: str, *, path: str, line: int | None = None, severity: AuditSeverity = AuditSeverity.WARNING
) -> AuditViolation:
    """Return a broken rule at one place."""
    return AuditViolation(
        violation_id=digest(rule, path, str(line), message)[:32],
        rule=rule,
        severity=severity,
        message=message,
        file_path=short(path),
        line_number=line,
    )


def _fitted(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the context without its largest members, which are named, where it would not fit into a record."""
    sizes = {name: len(json.dumps(value)) for name, value in context.items()}
    omitted = []
    while sum(sizes.values()) > _MOST_CONTEXT:
        omitted.append(max(sizes, key=lambda name: sizes[name]))
        del sizes[omitted[-1]]
    return {**{name: context[name] for name in sizes}, "omitted": sorted(omitted)} if omitted else context


def short(text: object) -> str:
    """Return a value of a document as text of bounded length."""
    said = text if isinstance(text, str) else str(text)
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


def listed(names: Sequence[str]) -> str:
    """Return the first few names for a sentence: `a, b and 7 more`."""
    if len(names) <= _NAMED:
        return ", ".join(f"`{short(name)}`" for name in names)
    return f"{listed(names[: _NAMED - 1])} and {len(names) - _NAMED + 1} more"
