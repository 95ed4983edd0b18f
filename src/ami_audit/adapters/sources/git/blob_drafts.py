"""How a large file of the history becomes a draft."""

from collections.abc import Iterator, Sequence
from typing import Any

from ami_audit.adapters.sources.git.blobs import LargeFile
from ami_audit.adapters.sources.git.commit import commit_of
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.moments import stamp_of
from ami_audit.adapters.sources.git.naming import Setting, digest_of, observation, warning
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import ActorType, AuditSeverity
from ami_audit.domain.text import readable_path

_KEPT = 500
_UNREACHED = "(in no commit)"


def blob_drafts(
    files: Sequence[LargeFile], reader: ObjectReader, *, identities: Identities, setting: Setting
) -> Iterator[AuditDraft]:
    """Yield a draft for each large file, the largest first; its actor is who committed its largest content."""
    for file in files:
        draft = _draft(file, setting)
        yield _by_author(draft, file.contents[0].commit, reader, identities=identities)


def _draft(file: LargeFile, setting: Setting) -> AuditDraft:
    target = readable_path(file.path) or _UNREACHED
    context: dict[str, Any] = {
        "largest_bytes": file.contents[0].size_bytes,
        "total_bytes": sum(content.size_bytes for content in file.contents),
        "count": len(file.contents),
        "binary": file.is_binary,
        "at_head": file.at_head,
        "contents": [
            {"blob": content.name, "size_bytes": content.size_bytes, "commit": content.commit or None}
            for content in file.contents[:_KEPT]
        ],
    }
    if len(file.contents) > _KEPT:
        context["omitted"] = len(file.contents) - _KEPT
    draft = observation("git.blob", target, setting, context=context, observed=digest_of(context))
    return draft._replace(findings=(_finding(file, target, context),))


def _finding(file: LargeFile, target: str, context: dict[str, Any]) -> AuditFinding:
    kind = {True: "binary", False: "text", None: "unreadable"}[file.is_binary]
    largest, together, count = (context[name] for name in ("largest_bytes", "total_bytes", "count"))
    sizes = f"{kind}, largest {largest} bytes, together {together} bytes, contents {count}"
    where = "is at HEAD" if file.at_head else "is no longer at HEAD, but still in the history"
    if not file.path:
        return warning(
            "git.blob-unreached",
            f"Large contents are stored that no commit asked for here has ({sizes}).",
            location=target,
            recommendation="`git gc --prune=now` drops them when nothing else needs them.",
            severity=AuditSeverity.INFO,
        )
    # Versions of a text are stored as differences; those of a binary mostly are not.
    return warning(
        "git.blob-large",
        f"`{target}` ({sizes}) {where}; every clone fetches it.",
        location=target,
        recommendation="Keep such files elsewhere (Git LFS, an artifact store); rewrite history only with everybody's "
        "consent.",
        severity=AuditSeverity.INFO if file.is_binary is False else AuditSeverity.WARNING,
    )


def _by_author(draft: AuditDraft, name: str, reader: ObjectReader, *, identities: Identities) -> AuditDraft:
    answer = reader.read_one(name) if name else None
    if answer is None or answer.kind != "commit":
        return draft
    commit = commit_of(answer.name, answer.data)
    return draft._replace(
        actor=identities.identity(commit.author.signer, commit.encoding).actor,
        actor_type=ActorType.PERSON,
        timestamp=stamp_of(commit.author.date),
    )
