"""How a line of a reflog becomes a draft, and which commits only a reflog still knows."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.location import Location
from ami_audit.adapters.sources.git.message import message_facts
from ami_audit.adapters.sources.git.moments import stamp_of, written_date
from ami_audit.adapters.sources.git.naming import Setting, digest, observation, warning
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.adapters.sources.git.reflogs import Move, moves_of
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import ActorType, Outcome
from ami_audit.domain.text import readable_path

_ASKED_AT_ONCE = 1_000


class Reflogs:
    """Tells who moved which name from where to where, and whether what it pointed to is still reached."""

    def __init__(self, plumbing: Plumbing, location: Location, *, tips: Sequence[str]) -> None:
        """Take the repository, and the commits that its names point to today."""
        self._plumbing = plumbing
        self._location = location
        self._tips = tips

    def drafts(self, identities: Identities, setting: Setting) -> Iterator[AuditDraft]:
        """Yield a draft for each line; names in order, oldest first."""
        moves = moves_of(self._location)
        kinds = ObjectReader(self._plumbing, contents=False)
        while some := list(islice(moves, _ASKED_AT_ONCE)):
            hashes = sorted({name for move in some for name in (move.old, move.new) if name.strip("0")})
            states = {answer.name: answer.kind for answer in kinds.read(hashes)}
            dropped = self._dropped([name for name, kind in states.items() if kind == "commit"])
            states |= dict.fromkeys(dropped, "dropped")
            for move in some:
                yield _draft(move, states, identities, setting=setting)

    def _dropped(self, commits: Sequence[str]) -> set[str]:
        """Return those of the commits that no name leads to."""
        wanted = "".join((*(f"{name}\n" for name in commits), *(f"^{tip}\n" for tip in self._tips)))
        finished = self._plumbing.run("rev-list", "--ignore-missing", "--stdin", "--", stdin=wanted.encode())
        return set(finished.output.decode("ascii").split()).intersection(commits)


def _draft(move: Move, states: dict[str, str], identities: Identities, *, setting: Setting) -> AuditDraft:
    if not move.is_sound:
        return _malformed(move, setting)
    identity = identities.identity(move.who.signer)
    old, new = (_state(name, states) for name in (move.old, move.new))
    context: dict[str, Any] = {
        "from": move.old if move.old.strip("0") else None,
        "to": move.new if move.new.strip("0") else None,
        "from_state": old,
        "to_state": new,
        "by": {**identity.facts, **written_date(move.who.date)},
        "message": message_facts(move.message)["subject"],
    }
    signer, date = move.who
    line = (move.ref, move.old, move.new, repr(signer), repr(date), repr(move.message), old, new)
    draft = observation("git.reflog", readable_path(move.ref), setting, context=context, observed=digest(*line))
    found = tuple(_doubts(draft.target, context))
    return draft._replace(
        actor=identity.actor,
        actor_type=ActorType.PERSON,
        timestamp=stamp_of(date),
        findings=found,
    )


def _state(name: str, states: dict[str, str]) -> str:
    if not name.strip("0"):
        return "none"
    kind = states.get(name, "missing")
    return "reached" if kind == "commit" else kind


def _doubts(ref: str, context: dict[str, Any]) -> Iterator[AuditFinding]:
    if context["to"] is not None and context["from"] is not None and context["from_state"] == "dropped":
        yield warning(
            "git.commits-dropped",
            f"`{ref}` was moved away from {context['from']}, to which no branch or tag leads any more.",
            location=ref,
            recommendation="If it was not meant to go, keep it with `git branch` and this hash before git prunes it.",
        )


def _malformed(move: Move, setting: Setting) -> AuditDraft:
    target = readable_path(move.ref)
    context = message_facts(move.message)
    finding = warning(
        "git.reflog-malformed", f"A line of `{target}`'s reflog is not as git writes it.", location=target
    )
    draft = observation(
        "git.reflog", target, setting, context=context, observed=digest("malformed", move.ref, repr(move.message))
    )
    return draft._replace(outcome=Outcome.PARTIAL, findings=(finding,))
