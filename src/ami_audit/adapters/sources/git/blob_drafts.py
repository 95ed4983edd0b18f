"""How a large content of the history becomes a draft."""

from collections.abc import Iterator
from typing import Any

from ami_audit.adapters.sources.git.blobs import Blob, Blobs
from ami_audit.adapters.sources.git.commit import commit_of
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.moments import stamp_of
from ami_audit.adapters.sources.git.naming import Setting, digest_of, observation, warning
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import ActorType
from ami_audit.domain.text import readable_path


def blob_drafts(
    blobs: Blobs, reader: ObjectReader, *, identities: Identities, setting: Setting
) -> Iterator[AuditDraft]:
    """Yield a draft for each large content, the largest first; whoever first committed it is its actor."""
    for blob in blobs.found:
        yield _draft(blob, reader, identities, setting=setting)


def _draft(blob: Blob, reader: ObjectReader, identities: Identities, *, setting: Setting) -> AuditDraft:
    paths = [readable_path(path) for path in blob.paths]
    target = paths[0] if paths else blob.name
    context: dict[str, Any] = {
        "blob": blob.name,
        "size_bytes": blob.size_bytes,
        "binary": blob.is_binary,
        "commit": blob.commit or None,
        "paths": paths,
        "at_head": blob.at_head,
    }
    kind = {True: "binary", False: "text", None: "unreadable"}[blob.is_binary]
    where = "is still there" if blob.at_head else "is not at HEAD any more"
    described = f"`{target}` ({blob.size_bytes} bytes, {kind}) came with commit {blob.commit} and {where}."
    lost = f"The content {blob.name} ({blob.size_bytes} bytes, {kind}) is stored, but no commit asked for here has it."
    finding = warning(
        "git.blob-large",
        described if blob.commit else lost,
        location=target,
        recommendation="Every clone fetches it: keep such files elsewhere (Git LFS, an artifact store), and rewrite "
        "the history only with everybody's consent.",
    )
    draft = observation("git.blob", target, setting, context=context, observed=digest_of(context))
    return _by_author(draft._replace(findings=(finding,)), blob, reader, identities=identities)


def _by_author(draft: AuditDraft, blob: Blob, reader: ObjectReader, *, identities: Identities) -> AuditDraft:
    answer = reader.read_one(blob.commit) if blob.commit else None
    if answer is None or answer.kind != "commit":
        return draft
    commit = commit_of(answer.name, answer.data)
    return draft._replace(
        actor=identities.identity(commit.author.signer, commit.encoding).actor,
        actor_type=ActorType.PERSON,
        timestamp=stamp_of(commit.author.date),
    )
