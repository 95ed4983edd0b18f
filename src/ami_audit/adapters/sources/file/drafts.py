"""How what was seen of a file becomes a draft."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from ami_audit.adapters.sources.file.findings import finding, is_gap
from ami_audit.adapters.sources.file.owners import Groups, Owners
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType, Outcome
from ami_audit.domain.masking import masked
from ami_audit.ports.scanner import ScannedFile

_ACTION = "file.observed"

# What stands in a draft between its context and what was observed, and after it: the same for every file.
_FIELDS = AuditDraft._fields
_BETWEEN = tuple(AuditDraft._field_defaults[name] for name in _FIELDS[_FIELDS.index("context") + 1 : -2])


class Drafter:
    """Makes drafts, asking for each owner's name once; lives for one run."""

    def __init__(self, source: str) -> None:
        """Args: `source` is the drafts' source."""
        self._source = source
        self._owners = Owners()
        self._groups = Groups()

    def drafts(self, files: Iterable[ScannedFile]) -> list[AuditDraft]:
        """Return a draft a file, in their order."""
        owners, groups, source = self._owners, self._groups, self._source
        make, file_type, succeeded = AuditDraft._make, AuditTargetType.FILE, Outcome.SUCCESS
        drafts = []
        for target, uid, gid, observed, facts, faults in files:
            actor, actor_type, owner = owners[uid]
            if uid is not None:
                facts["group"], facts["owner"] = groups[gid], owner
            if "link" in facts:
                facts["link"] = _without_secrets(facts["link"])
            if "acl" in facts:
                self._name(facts["acl"])
            start = (_ACTION, target, file_type, source, actor, actor_type, facts.get("modified_at"), succeeded, None)
            # The whole tuple at once: tens of thousands a run, and keywords cost more than all the rest.
            draft = make((*start, facts, *_BETWEEN, observed, ""))
            drafts.append(_judged(draft, faults) if faults else draft)
        return drafts

    def _name(self, lists: Mapping[str, list[dict[str, object]]]) -> None:
        """Say who the numbers in access control lists are."""
        for line in chain.from_iterable(lists.values()):
            number = line.get("id")
            if isinstance(number, int):
                known = self._owners[number].facts if line["tag"] == "user" else self._groups[number]
                line.update(known)


def _without_secrets(link: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a link; a target with credentials in it is told without them, and not as bytes either."""
    shown = masked(link.get("target") or "")
    if not shown.kinds:
        return link
    return {name: value for name, value in link.items() if not name.startswith("target")} | {"target": shown.text}


def _judged(draft: AuditDraft, faults: list[list[str]]) -> AuditDraft:
    """Return the draft with what is odd or could not be known told as findings."""
    findings = tuple(finding(draft.target, kind, masked(reason).text) for kind, reason in faults)
    is_partial = any(is_gap(kind) for kind, _ in faults)
    return draft._replace(findings=findings, outcome=Outcome.PARTIAL if is_partial else draft.outcome)
