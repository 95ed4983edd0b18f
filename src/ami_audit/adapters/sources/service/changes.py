"""Which services are otherwise than at the last look."""

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

from ami_audit.domain.draft import AuditDraft
from ami_audit.ports.progress import Progress


class Changes:
    """Remembers how each service was when this source looked at it last; safe from any thread."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self._lock = Lock()
        self._last: dict[tuple[str, str, str], str] = {}

    def only(
        self, batches: Iterator[Sequence[AuditDraft]], *, root: str, progress: Progress
    ) -> Iterator[Sequence[AuditDraft]]:
        """Yield what differs from the last look at the same place; what does not is counted as unchanged."""
        for batch in batches:
            fresh = [draft for draft in batch if draft.observed or self._is_new(draft, root)]
            if len(fresh) < len(batch):
                progress.unchanged(len(batch) - len(fresh))
            yield fresh

    def _is_new(self, draft: AuditDraft, root: str) -> bool:
        key, told = (root, draft.action, draft.target), repr(_standing(draft))
        with self._lock:
            before = self._last.get(key)
            self._last[key] = told
        return before != told


def _standing(draft: AuditDraft) -> list[Any]:
    """Return what of a draft is worth telling again when it changes: not what is used, nor how long it took."""
    facts: Mapping[str, Any] = draft.context
    container: Mapping[str, Any] = facts.get("container") or {}
    return [
        draft.outcome,
        sorted({(finding.finding_type, finding.location) for finding in draft.findings}),
        facts.get("state"),
        facts.get("members"),
        facts.get("started_at"),
        facts.get("restarts"),
        facts.get("unit", {}).get("sub"),
        [container.get(name) for name in ("id", "image_id", "privileged")],
        [(port["port"], sorted(port.get("listening", ()))) for port in facts.get("ports") or ()],
        [(answer["kind"], answer.get("address"), answer["verdict"]) for answer in facts.get("health") or ()],
    ]
