"""What can a bundle still show of a trail whose old records are gone?"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.bundles import CORE, PINNED, both, opened
from tests.support.sealing import draft

from ami_audit.adapters.archives import FileArchive
from ami_audit.adapters.vaults import FileVault
from ami_audit.domain.classification import policy_of
from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import ActorType
from ami_audit.services.portal import portal
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.bundle import Question, bundle_of
from ami_audit.services.usecases.retention import prune

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class _Somebody:
    name = "tester@here"
    actor_type = ActorType.PERSON

    def provenance(self, _target: str) -> dict[str, Any]:
        return {"host": "here"}


def opener(folder: Path, now: datetime) -> Callable[[], Any]:
    """Return what opens the trail of a folder at a moment."""

    async def session() -> Session:
        begun = await opened(folder, segment_size=64)
        begun.clock = lambda: now
        begun.policy = policy_of('[retention]\nkeep = "365 days"\n', where="policy.toml")
        begun.vault_of = lambda origin: FileVault(folder / "subjects", origin, CORE)
        return begun

    return session


def test_single_records_are_shown_and_nothing_is_claimed_of_what_is_gone(tmp_path: Path) -> None:
    """The tree is whole, so what is left is proven; that nothing is missing is not, and is not said."""
    with AuditStore(opener(tmp_path, _LONG_AGO)) as store:
        portal.run(store.append([draft(number) for number in range(400)]))
    with AuditStore(opener(tmp_path, _NOW)) as store:
        portal.run(store.append([draft(number) for number in range(400, 500)]))
        portal.run(
            prune(
                store,
                by=_Somebody(),
                root=".",
                reason=None,
                archive_of=lambda _origin, cut: FileArchive(tmp_path / f"{cut}.jsonl"),
            )
        )
    with AuditStore(opener(tmp_path, _NOW)) as store:
        with pytest.raises(UsageError, match="were pruned"):
            portal.run(bundle_of(store, Question({"actor": "user1"})))
        name = portal.run(_last(store))
        text = portal.run(bundle_of(store, Question(None, (name,)))).text()
        assert portal.run(store.verify()).faults == ()
    verdict = both(text, pins=PINNED)
    assert verdict is not None
    assert (verdict["faults"], verdict["level"], verdict["complete"]) == ([], "checkpoint", False)
    assert "That nothing was left out: the bundle does not claim it." in verdict["not_proven"]
    assert {record["sequence"] for record in json.loads(text)["records"]} >= {0}


async def _last(store: AuditStore) -> str:
    session = await store.session()
    head = await session.store.head()
    return (await session.store.read(head.size - 1, count=1))[0].record_id
