"""What is kept of files that were read and found as recorded, so that the next run need not read them."""

from collections.abc import Sequence

from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.ports.source import Known

_ACTION = "file.seen"
# A record is worth it once reading all again would take a moment; less is read anew each time.
_WORTH_FILES = 256
_WORTH_BYTES = 16 << 20
_FILES = 500
_KEPT = (
    "changed_at",
    "group",
    "inode",
    "mime",
    "mode",
    "modified_at",
    "owner",
    "sha256",
    "size_bytes",
    "volume",
)


class Seen:
    """Gathers files whose facts the trail holds under other times, as after a fresh checkout."""

    def __init__(self, source: str, place: str, known: Known) -> None:
        """Args: `source` is the drafts' source, `place` their target; `known` tells what the trail holds."""
        self._source = source
        self._place = place
        self._known = known
        self._waiting: list[dict[str, object]] = []
        self._bytes = 0
        self._is_worth_it = False

    def add(self, drafts: Sequence[AuditDraft]) -> list[AuditDraft]:
        """Take in what was read, and return a draft whenever enough is together."""
        read = [draft for draft in drafts if "sha256" in draft.context and "path_bytes" not in draft.context]
        keys = [fact_key(draft.source, draft.target, draft.observed) for draft in read]
        for draft, is_known in zip(read, self._known(keys) if keys else (), strict=True):
            if is_known:
                self._take(draft)
        return self._full()

    def rest(self) -> list[AuditDraft]:
        """Return what is left."""
        return self._full(least=1)

    def _take(self, draft: AuditDraft) -> None:
        facts = {name: draft.context[name] for name in _KEPT if name in draft.context}
        facts["owner"], facts["group"] = ({"id": draft.context[name]["id"]} for name in ("owner", "group"))
        self._waiting.append({**facts, "target": draft.target})
        self._bytes += int(draft.context["size_bytes"])
        if len(self._waiting) >= _WORTH_FILES or self._bytes >= _WORTH_BYTES:
            self._is_worth_it = True

    def _full(self, least: int = _FILES) -> list[AuditDraft]:
        drafts = []
        while self._is_worth_it and len(self._waiting) >= least:
            files, self._waiting = self._waiting[:_FILES], self._waiting[_FILES:]
            drafts.append(
                AuditDraft(
                    _ACTION,
                    self._place,
                    AuditTargetType.FILE,
                    self._source,
                    actor="unknown",
                    context={"files": [dict(sorted(file.items())) for file in files]},
                )
            )
        return drafts
