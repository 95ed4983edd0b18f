"""How a branch, a tag or `HEAD` becomes a draft."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from ami_audit.adapters.sources.git.commit import Person, commit_of, person_of, signed_part
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.message import message_facts
from ami_audit.adapters.sources.git.moments import stamp_of
from ami_audit.adapters.sources.git.naming import Setting, digest, observation, warning
from ami_audit.adapters.sources.git.objects import GitObject, ObjectReader
from ami_audit.adapters.sources.git.refs import Ref
from ami_audit.adapters.sources.git.signature import Signatures, Signed, settled
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import ActorType, Outcome

_TAGGER = re.compile(rb"^tagger (.*)$", re.MULTILINE)
_ARMOR = re.compile(rb"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----$", re.MULTILINE)


def ref_drafts(
    refs: Sequence[Ref], reader: ObjectReader, *, identities: Identities, signatures: Signatures, setting: Setting
) -> Iterator[AuditDraft]:
    """Yield the drafts of some refs; the signatures of their tags and commits are checked meanwhile."""
    commits = list(dict.fromkeys(ref.commit for ref in refs if ref.is_walked))
    tips = {answer.name: signatures.state(_signed(answer)) for answer in reader.read(commits)}
    for ref in refs:
        draft = _ref_draft(ref, identities=identities, signatures=signatures, setting=setting)
        if ref.is_walked:
            draft = draft._replace(context={**draft.context, "commit_signature": settled(tips[ref.commit])})
        yield draft


def _signed(answer: GitObject) -> Signed:
    commit = commit_of(answer.name, answer.data)
    return Signed(commit.signature, partial(signed_part, commit.data), commit.committer.date)


def _ref_draft(ref: Ref, *, identities: Identities, signatures: Signatures, setting: Setting) -> AuditDraft:
    """Return the draft of one ref; a ref that has moved is a new fact."""
    context: dict[str, Any] = {"kind": ref.kind, "object": ref.points_to or None, "object_kind": ref.object_kind}
    context |= {"commit": ref.commit or None, "walked": ref.is_walked}
    if ref.symbolic:
        context["symbolic"] = ref.symbolic
    if ref.kind == "head":
        context |= {"detached": not ref.symbolic, "unborn": bool(ref.symbolic) and not ref.points_to}
    draft = observation(
        "git.ref", ref.name, setting, context=context, observed=digest("ref", ref.points_to, ref.symbolic)
    )
    if ref.tags:
        draft = _annotated(draft, ref.tags[0], identities=identities, signatures=signatures)
    return _doubted(draft, ref)


def _annotated(draft: AuditDraft, tag: GitObject, *, identities: Identities, signatures: Signatures) -> AuditDraft:
    header, _, body = tag.data.partition(b"\n\n")
    found = _TAGGER.search(header)
    tagger = person_of(found[1]) if found else None
    message, signed = _split(tag.data, body)
    facts = {
        "tagger": identities.person(tagger) if tagger else None,
        "signature": settled(signatures.state(signed)),
        **message_facts(message),
    }
    return _made_by(draft._replace(context={**draft.context, "tag": facts}), tagger, identities)


def _made_by(draft: AuditDraft, tagger: Person | None, identities: Identities) -> AuditDraft:
    if tagger is None:
        return draft
    return draft._replace(
        actor=identities.identity(tagger.signer).actor,
        actor_type=ActorType.PERSON,
        timestamp=stamp_of(tagger.date),
    )


def _split(data: bytes, body: bytes) -> tuple[bytes, Signed]:
    # A tag's signature stands at the end of its message and is over everything before it.
    found = _ARMOR.search(body)
    if found is None:
        return body, Signed(b"", bytes)
    signature = body[found.start() :]
    return body[: found.start()], Signed(signature, partial(bytes, data[: len(data) - len(signature)]))


def _doubted(draft: AuditDraft, ref: Ref) -> AuditDraft:
    is_broken = bool(ref.points_to) and ref.object_kind in ("missing", "corrupt")
    is_astray = bool(ref.tags) and not ref.commit
    if not (is_broken or is_astray):
        return draft
    what = f"the object {ref.points_to} is {ref.object_kind}" if is_broken else "its tag leads to no readable commit"
    finding = warning("git.object-missing", f"`{ref.name}` points nowhere: {what}.", location=ref.name)
    return draft._replace(outcome=Outcome.PARTIAL, findings=(finding,))
