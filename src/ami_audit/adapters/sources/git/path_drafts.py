"""What is said of one file's history as a whole."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ami_audit.adapters.sources.git.commit import commit_of
from ami_audit.adapters.sources.git.follow import Followed, Name
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.moments import stamp_of
from ami_audit.adapters.sources.git.naming import Setting, digest_of, observation, warning
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import Outcome
from ami_audit.domain.text import readable_path

_CHUNK = 256
_KEPT = 500


def path_draft(
    followed: Followed, reader: ObjectReader, *, is_there: bool, identities: Identities, setting: Setting
) -> AuditDraft:
    """Return the draft of one file's history: its names, how often it was touched, by whom, from when to when.

    Args:
        followed: The history across renames.
        reader: Reads the commits.
        is_there: Whether the file is in the commit of `HEAD`.
        identities: Who knows the authors.
        setting: What all drafts of the run share.
    """
    authors: Counter[str] = Counter()
    stamps: list[str] = []
    commits = sorted(followed.touched)
    for start in range(0, len(commits), _CHUNK):
        for answer in reader.read(commits[start : start + _CHUNK]):
            author = commit_of(answer.name, answer.data).author
            authors[identities.identity(author.signer).actor] += 1
            stamps = [stamp for stamp in (*stamps, stamp_of(author.date)) if stamp]
            stamps = [min(stamps), max(stamps)] if stamps else []
    target = readable_path(followed.names[0].path)
    context: dict[str, Any] = {
        "names": [_written(name) for name in followed.names],
        "commits": len(commits),
        "authors": dict(sorted(authors.most_common(_KEPT))),
        "first": stamps[0] if stamps else None,
        "last": stamps[-1] if stamps else None,
        "at_head": is_there,
    }
    draft = observation("git.path", target, setting, context=context, observed=digest_of(context))
    return _doubted(draft, followed.unknown) if followed.unknown else draft


def _written(name: Name) -> dict[str, Any]:
    said: dict[str, Any] = {"path": readable_path(name.path)}
    return {**said, "renamed_to": readable_path(name.renamed_to), "by": name.renamed_by} if name.renamed_by else said


def _doubted(draft: AuditDraft, unknown: Sequence[str]) -> AuditDraft:
    finding = warning(
        "git.rename-unknown",
        f"Whether `{draft.target}` was renamed cannot be told: objects are missing that commit {unknown[0]} needs. "
        f"Such commits: {len(unknown)}.",
        location=draft.target,
        recommendation="Fetch the missing objects (`git fetch --refetch`), then audit again with --full.",
    )
    return draft._replace(outcome=Outcome.PARTIAL, findings=(finding,))
