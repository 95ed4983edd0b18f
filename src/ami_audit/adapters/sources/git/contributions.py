"""Who wrote how much: a history added up by author, as the mailmap names them."""

from collections.abc import Iterator, Sequence
from typing import Any

from ami_audit.adapters.sources.git.changes import Changes
from ami_audit.adapters.sources.git.commit import Commit
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.moments import stamp_of
from ami_audit.adapters.sources.git.naming import SOURCE, Setting, digest_of
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import ActorType, AuditTargetType
from ami_audit.domain.query import is_under

_KEPT_EMAILS = 100
# Pairs of author and file that are told apart; a history with more of them gets `files` as "at least".
_MOST_PAIRS = 2_000_000


class _Author:
    """What one author has done so far."""

    __slots__ = ("added", "commits", "deleted", "emails", "files", "first", "last", "merges", "uncounted")

    def __init__(self) -> None:
        self.commits = self.merges = self.added = self.deleted = self.uncounted = 0
        self.files: set[int] = set()
        self.emails: dict[str, None] = {}
        self.first = self.last = ""


class Contributions:
    """Adds up commits; memory grows with the authors and the files that each of them touched."""

    def __init__(self, identities: Identities, *, paths: Sequence[str] = ()) -> None:
        """Take who knows the authors, and the files and folders that count; none means all."""
        self._paths = tuple(paths)
        self._identities = identities
        self._authors: dict[str, _Author] = {}
        self._pairs = 0
        self._is_exact = True

    def add(self, commit: Commit, changes: Changes | None) -> None:
        """Count one commit; `changes` is None for a merge, of which git counts no lines."""
        identity = self._identities.identity(commit.author.signer, commit.encoding)
        author = self._authors.setdefault(identity.actor, _Author())
        author.commits += 1
        if len(author.emails) < _KEPT_EMAILS:
            author.emails[identity.facts.get("raw", identity.actor)] = None
        stamp = stamp_of(commit.author.date)
        if stamp:
            author.first = min(author.first or stamp, stamp)
            author.last = max(author.last, stamp)
        if changes is None:
            author.merges += 1
        else:
            self._count(author, changes)

    def _count(self, author: _Author, changes: Changes) -> None:
        entries = [entry for entry in changes.entries if not self._paths or self._counts(entry["path"])]
        author.added += sum(entry.get("added") or 0 for entry in entries) if self._paths else changes.added
        author.deleted += sum(entry.get("deleted") or 0 for entry in entries) if self._paths else changes.deleted
        author.uncounted += bool(changes.problem)
        before = len(author.files)
        if self._pairs < _MOST_PAIRS:
            author.files.update(hash(entry["path"]) for entry in entries)
        self._pairs += len(author.files) - before
        if self._pairs >= _MOST_PAIRS or changes.files > len(changes.entries):
            self._is_exact = False

    def _counts(self, path: str) -> bool:
        return any(is_under(path, wanted) for wanted in self._paths)

    def drafts(self, setting: Setting, *, has_lines: bool) -> Iterator[AuditDraft]:
        """Yield a draft for each author, who has most commits first; the same sums again are the same fact."""
        for actor, author in sorted(self._authors.items(), key=_most_first):
            context: dict[str, Any] = {
                "commits": author.commits,
                "merges": author.merges,
                "added": author.added if has_lines else None,
                "deleted": author.deleted if has_lines else None,
                "files": len(author.files),
                "files_exact": self._is_exact,
                "first": author.first or None,
                "last": author.last or None,
                "identities": list(author.emails),
            }
            if author.uncounted:
                context["uncounted_commits"] = author.uncounted
            yield AuditDraft(
                action="git.contribution",
                target=actor,
                target_type=AuditTargetType.GIT,
                source=SOURCE,
                actor=actor,
                actor_type=ActorType.PERSON,
                timestamp=author.last or None,
                reason=setting.reason,
                context=context,
                metadata=setting.metadata,
                observed=digest_of(context),
            )


def _most_first(item: tuple[str, _Author]) -> tuple[int, str]:
    return -item[1].commits, item[0]
