"""Makes what is recorded: commits as a real history has them, 1.1 kB of canonical JSON each, the same every time."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from ami_audit.domain.content import content_of, encoded
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import ActorType, AuditTargetType

_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_RUN = "0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f"
_WORDS = ("trail", "record", "sealed", "évidence", "proof", "chain", "leaf", "naïve", "verify", "append", "head")


def drafts(count: int, *, seed: int = 1) -> list[AuditDraft]:
    """Return that many commits; their contents are about 1,100 bytes long."""
    chance = Random(seed)
    return [_draft(index, chance) for index in range(count)]


def contents(count: int) -> list[dict[str, Any]]:
    """Return what is hashed of that many records, as plain Python values: the form that every peer takes."""
    sealed = [
        content_of(
            draft,
            record_id=f"0193a5b0-7e1c-7c3a-9d2f-{index:012x}",
            run_id=_RUN,
            sequence=index,
            recorded_at="2026-01-02T03:04:05.000678Z",
        )
        for index, draft in enumerate(drafts(count))
    ]
    return [json.loads(encoded(content)) for content in sealed]


def entries(made: Sequence[AuditDraft]) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Return drafts as `auditchain` takes them: actor, action, subject, and everything else as metadata."""
    return [(draft.actor, draft.action, draft.target, _rest(draft, index)) for index, draft in enumerate(made)]


def _rest(draft: AuditDraft, index: int) -> dict[str, Any]:
    taken = ("actor", "action", "target", "sequence", "recorded_at")
    content = content_of(draft, record_id=f"{index:036x}", run_id=_RUN, sequence=index, recorded_at="")
    return {name: value for name, value in json.loads(encoded(content)).items() if name not in taken}


def _draft(index: int, chance: Random) -> AuditDraft:
    name = chance.choice(("Ana Lima", "Bo Ek", "Çelik Su", "Dara Ó Briain"))
    when = _BEGAN + timedelta(minutes=index, microseconds=index)
    files = [
        {"added": chance.randrange(90), "deleted": chance.randrange(40), "path": f"src/{chance.choice(_WORDS)}/{n}.py"}
        for n in range(3)
    ]
    return AuditDraft(
        action="git.commit",
        target=chance.randbytes(20).hex(),
        target_type=AuditTargetType.GIT,
        source="git_source/1",
        actor=f"{name} <{name.split()[0].lower()}@example.org>",
        actor_type=ActorType.PERSON,
        timestamp=when,
        context={
            "author_date": when.isoformat(),
            "files": files,
            "message": " ".join(chance.choice(_WORDS) for _ in range(20)),
            "parents": [chance.randbytes(20).hex()],
            "ratio": chance.random(),
            "signature": "none",
        },
        metadata={"host": "example", "repository": "example", "versions": {"git": "2.47.1"}},
        observed=chance.randbytes(32).hex(),
    )
