"""How a commit becomes a draft."""

from typing import Any

from ami_audit.adapters.sources.git.changes import Changes
from ami_audit.adapters.sources.git.commit import Commit
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.message import message_facts
from ami_audit.adapters.sources.git.moments import stamp_of
from ami_audit.adapters.sources.git.naming import SOURCE, Setting, digest, observation, warning
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import ActorType, AuditTargetType, Outcome
from ami_audit.ports.history_parser import CommitRow

_FETCH = "Fetch what is missing (`git fetch --unshallow` in a shallow clone, else `--refetch`), then audit with --full."
_KEPT_PARENTS = 1_000
# Looked up once: reading an enumeration's member costs more than the rest of such a line.
_PERSON, _GIT, _PARTIAL, _SUCCESS = ActorType.PERSON, AuditTargetType.GIT, Outcome.PARTIAL, Outcome.SUCCESS


def observed_commit(name: str, *, counts_lines: bool = True) -> str:
    """Return what identifies the observation of a commit: its hash says all, for ever.

    A commit whose lines were not counted is observed again when they are.
    """
    return digest("commit" if counts_lines else "commit-names", name)


def commit_draft(
    commit: Commit,
    changes: Changes | None,
    signature: dict[str, str],
    *,
    identities: Identities,
    setting: Setting,
    counts_lines: bool = True,
) -> AuditDraft:
    """Return the draft of one commit.

    Args:
        commit: What stands in it.
        changes: What it changed; None for a merge, of which git counts no lines.
        signature: What is known of its signature.
        identities: Who knows the authors.
        counts_lines: Whether lines were counted.
        setting: What all drafts of the run share.
    """
    encoding = commit.encoding
    stamp = stamp_of(commit.author.date)
    author = identities.person(commit.author, encoding)
    is_same = commit.committer == commit.author
    context: dict[str, Any] = {
        "author": author,
        "committer": author if is_same else identities.person(commit.committer, encoding),
        "parents": list(commit.parents[:_KEPT_PARENTS]),
        "merge": len(commit.parents) > 1,
        "tree": commit.tree,
        **message_facts(commit.message, encoding),
        "signature": signature,
    }
    if len(commit.parents) > _KEPT_PARENTS:
        context["parents_omitted"] = len(commit.parents) - _KEPT_PARENTS
    if changes is not None:
        context.update(_change_facts(changes, counts_lines=counts_lines))
    findings = () if commit.is_sound and stamp and not (changes and changes.problem) else _doubts(commit, changes)
    return AuditDraft(
        action="git.commit",
        target=commit.name,
        target_type=_GIT,
        source=SOURCE,
        actor=identities.identity(commit.author.signer, encoding).actor,
        actor_type=_PERSON,
        timestamp=stamp or stamp_of(commit.committer.date),
        outcome=_PARTIAL if findings else _SUCCESS,
        reason=setting.reason,
        context=context,
        metadata=setting.metadata,
        findings=findings,
        observed=observed_commit(commit.name, counts_lines=counts_lines),
    )


def quick_draft(
    name: str,
    row: CommitRow,
    changes: Changes | None,
    *,
    signature: dict[str, str],
    identities: Identities,
    setting: Setting,
    counts_lines: bool = True,
) -> AuditDraft:
    """Return the draft of a commit of which nothing is doubtful; the row's facts become the draft's.

    Args:
        name: The commit's hash.
        row: What stands in it.
        changes: What it changed, all of it known; None for a merge.
        signature: What is known of its signature.
        identities: Who knows the authors.
        setting: What all drafts of the run share.
        counts_lines: Whether lines were counted.
    """
    author, context = identities.named(row.author_name, row.author_email), row.facts
    context["author"] = context["committer"] = {**author.facts, **row.author_date}
    if row.committer_date is not None:
        committer = identities.named(row.committer_name or "", row.committer_email or "")
        context["committer"] = {**committer.facts, **row.committer_date}
    context["signature"] = signature
    if changes is not None:
        context.update(_change_facts(changes, counts_lines=counts_lines))
    return AuditDraft(
        action="git.commit",
        target=name,
        target_type=_GIT,
        source=SOURCE,
        actor=author.actor,
        actor_type=_PERSON,
        timestamp=row.moment,
        outcome=_SUCCESS,
        reason=setting.reason,
        context=context,
        metadata=setting.metadata,
        observed=observed_commit(name, counts_lines=counts_lines),
    )


def _change_facts(changes: Changes, *, counts_lines: bool) -> dict[str, Any]:
    totals = {"files": changes.files, "added": changes.added, "deleted": changes.deleted}
    if not counts_lines:
        totals = {"files": changes.files}
    facts: dict[str, Any] = {"changes": changes.entries, "totals": totals}
    if changes.files > len(changes.entries):
        facts["omitted"] = changes.files - len(changes.entries)
    if changes.problem:
        facts["changes_unknown"] = changes.problem
    return facts


def _doubts(commit: Commit, changes: Changes | None) -> tuple[AuditFinding, ...]:
    found = []
    if not commit.is_sound:
        found.append(
            warning(
                "git.commit-malformed",
                f"The headers of commit {commit.name} are not as git writes them; they are given as they stand.",
                location=commit.name,
            )
        )
    if stamp_of(commit.author.date) is None:
        found.append(
            warning(
                "git.date-unusable",
                f"The author date of commit {commit.name} is none or lies outside the years 1 to 9999.",
                location=commit.name,
            )
        )
    if changes is not None and changes.problem:
        found.append(
            warning(
                "git.object-missing",
                f"What commit {commit.name} changed is not wholly known: {changes.problem}.",
                location=commit.name,
                recommendation=_FETCH,
            )
        )
    return tuple(found)


def lost_draft(name: str, why: str, setting: Setting) -> AuditDraft:
    """Return the draft that says a commit could not be read at all."""
    draft = observation("git.commit-lost", name, setting, context={"why": why}, observed=digest("lost", name, why))
    finding = warning(
        "git.object-missing",
        f"Commit {name} is part of the history but cannot be read: {why}.",
        location=name,
        recommendation=_FETCH,
    )
    return draft._replace(outcome=Outcome.FAILURE, findings=(finding,))
