"""Broken rules as a tool tells them, and how they become drafts."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ami_audit.adapters.sources.quality.masking import masked
from ami_audit.adapters.sources.quality.reading import sha256_of
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding, AuditViolation
from ami_audit.domain.kinds import ActorType, AuditSeverity, AuditTargetType

ACTION = "quality.violations"
# A record holds at most so many violations, of so many bytes; the rest goes into further records.
_MOST = 500
_MOST_BYTES = 200_000
_LONGEST_MESSAGE = 20_000


class Broken(NamedTuple):
    """One broken rule; `line` and `column` count from 1, as the tool prints them."""

    rule: str
    severity: AuditSeverity
    message: str
    line: int | None = None
    column: int | None = None


class Checked(NamedTuple):
    """What a tool says of one file.

    Attributes:
        path: As records name it.
        broken: In the tool's order.
        facts: What else it says, for the record's context.
        findings: What could not be checked.
        timestamp: When it was checked, when that is not now.
        sha256: Of the content that was checked, when that is known already.
    """

    path: str
    broken: Sequence[Broken]
    facts: Mapping[str, Any] = MappingProxyType({})
    findings: tuple[AuditFinding, ...] = ()
    timestamp: str | None = None
    sha256: str = ""


class Drafter:
    """Makes the drafts of one tool's run."""

    def __init__(self, source: str, tool: str, *, version: str, root: Path) -> None:
        """Args: `source` is the drafts' source, `root` where the files lie."""
        self._source = source
        self._tool = tool
        self.version = version
        self._root = root
        self.count = 0
        self.files = 0
        self.rules: Counter[str] = Counter()

    def drafts(self, checked: Checked) -> Iterator[AuditDraft]:
        """Yield one draft, or several when one cannot hold all."""
        digest = checked.sha256 or sha256_of(self._root / checked.path, self._root)
        self.files += 1
        parts = list(_parts(checked.broken)) or [()]
        for number, part in enumerate(parts, 1):
            rules = Counter(broken.rule for broken in part)
            self.rules.update(rules)
            self.count += len(part)
            context = {
                **checked.facts,
                "count": len(part),
                "part": number,
                "parts": len(parts),
                "rules": dict(sorted(rules.items())),
                "sha256": digest,
                "tool": self._tool,
                "version": self.version,
            }
            yield AuditDraft(
                action=ACTION,
                target=checked.path,
                target_type=AuditTargetType.QUALITY,
                source=self._source,
                actor=self._tool,
                actor_type=ActorType.SYSTEM,
                timestamp=checked.timestamp,
                context=context,
                findings=checked.findings if number == 1 else (),
                violations=tuple(_violation(broken, checked.path) for broken in part),
                observed=_identity(checked, part, also=(self._tool, f"{number}/{len(parts)}", digest)),
            )


def _identity(checked: Checked, broken: Iterable[Broken], *, also: tuple[str, ...]) -> str:
    """Return the fact's identity: a new version of the tool that says the same is no news."""
    findings = [(it.finding_type, it.description) for it in checked.findings]
    fact = (*also, list(broken), findings, checked.timestamp, dict(checked.facts))
    return hashlib.sha256(json.dumps(fact, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def _parts(broken: Sequence[Broken]) -> Iterator[tuple[Broken, ...]]:
    held: list[Broken] = []
    size = 0
    for one in broken:
        if held and (len(held) == _MOST or size + len(one.message) > _MOST_BYTES):
            yield tuple(held)
            held, size = [], 0
        held.append(one)
        size += min(len(one.message), _LONGEST_MESSAGE) + 200
    if held:
        yield tuple(held)


def _violation(broken: Broken, path: str) -> AuditViolation:
    # Sealing gives it an identity that follows from its record's.
    return AuditViolation(
        violation_id="",
        rule=broken.rule,
        severity=broken.severity,
        message=masked(_bounded(broken.message)),
        file_path=path,
        line_number=broken.line,
        column_number=broken.column,
    )


def _bounded(message: str) -> str:
    if len(message) <= _LONGEST_MESSAGE:
        return message
    digest = hashlib.sha256(message.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{message[:_LONGEST_MESSAGE]}… ({len(message)} characters, SHA-256 {digest})"
