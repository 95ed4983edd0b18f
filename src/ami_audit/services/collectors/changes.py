"""Tells which measurements say what the ones before them said."""

from ami_audit.domain.draft import AuditDraft

_Said = tuple[object, ...]


class Changes:
    """Remembers how each measured thing was last; lives for one run.

    A measurement (a draft that is no fact: a service's memory, a tool's time) differs a little every time. What counts
    here is its outcome, the state that it names, and what was judged about it.
    """

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, str], _Said] = {}

    def is_news(self, draft: AuditDraft) -> bool:
        """Return whether a draft is a fact, or says something else than the last one about the same thing."""
        if draft.observed:
            return True
        thing, says = (draft.source, draft.action, draft.target), _said(draft)
        if self._last.get(thing) == says:
            return False
        self._last[thing] = says
        return True


def _said(draft: AuditDraft) -> _Said:
    judged = sorted((finding.finding_type, str(finding.severity), str(finding.location)) for finding in draft.findings)
    broken = sorted((violation.rule, str(violation.file_path), violation.line_number) for violation in draft.violations)
    return (draft.outcome, draft.context.get("state"), tuple(judged), tuple(broken))
