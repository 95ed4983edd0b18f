"""What a source handed over, in the shapes tests ask for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import GitSource


class Counting:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.steps: list[tuple[str, int, int | None]] = []
        self.unchanged_facts = 0
        self.left_out: list[tuple[str, str]] = []

    def step(self, what: str, *, done: int, total: int | None = None) -> None:
        """Remember a step."""
        self.steps.append((what, done, total))

    def unchanged(self, count: int) -> None:
        """Add to the unchanged."""
        self.unchanged_facts += count

    def skipped(self, what: str, *, why: str, count: int = 1) -> None:
        """Remember what was left out."""
        self.left_out.extend([(what, why)] * count)


def drafts_of(target: Path | str, repo_path: Path | str | None = None, **options: Any) -> list[AuditDraft]:
    """Return every draft the git source makes of a target."""
    return [draft for batch in GitSource(repo_path).stream(str(target), AuditOptions(**options)) for draft in batch]


def commits_of(target: Path | str, repo_path: Path | str | None = None, **options: Any) -> dict[str, AuditDraft]:
    """Return the drafts of commits by hash, in their order."""
    return {draft.target: draft for draft in drafts_of(target, repo_path, **options) if draft.action == "git.commit"}


def only(drafts: Sequence[AuditDraft], action: str) -> list[AuditDraft]:
    """Return the drafts of one action."""
    return [draft for draft in drafts if draft.action == action]


def the_repository(target: Path | str) -> AuditDraft:
    """Return the one draft about the repository as a whole."""
    (draft,) = only(drafts_of(target), "git.repository")
    return draft


def key_of(draft: AuditDraft) -> bytes:
    """Return the draft's fact key."""
    return fact_key(draft.source, draft.target, draft.observed)


def knowing(drafts: Sequence[AuditDraft]) -> Callable[[Sequence[bytes]], Sequence[bool]]:
    """Return the answers of a trail that holds these drafts."""
    keys = {key_of(draft) for draft in drafts}
    return lambda asked: [key in keys for key in asked]
