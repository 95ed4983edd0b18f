"""Does a bundle open what its reader may see, and nothing else?"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.bundles import CORE, PINNED, append, both, opened, respelt
from tests.support.sealing import draft

from ami_audit.adapters.vaults import FileVault
from ami_audit.domain.classification import policy_of
from ami_audit.domain.kinds import DataClassification
from ami_audit.services.session import Session
from ami_audit.services.usecases.bundle import Question, made_bundle

_POLICY = """
subject = "context.person"

[[values]]
paths = ["context.email", "actor"]
class = "CONFIDENTIAL"

[[values]]
paths = ["context.health"]
class = "RESTRICTED"
"""
_EMAIL, _HEALTH = "ann-secret@example.org", "a broken leg"


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[Session]:
    """A trail that keeps what it knows of Ann behind commitments."""
    begun = await opened(tmp_path)
    begun.policy = policy_of(_POLICY, where="policy.toml")
    begun.vault_of = lambda origin: FileVault(tmp_path / "subjects", origin, CORE)
    trail = await begun.trail()
    await append(begun, 5)
    facts = {"person": "ann", "email": _EMAIL, "health": _HEALTH, "count": 1}
    await trail.append([draft(7, action="order.placed", actor="Ann", context=facts)])
    yield begun
    await begun.close()


async def told(session: Session, clearance: DataClassification) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a bundle for a reader with that clearance, as JSON, and both verifiers' verdict."""
    session.clearance = clearance
    text = (await made_bundle(session, Question({"action": "order.placed"}))).text()
    verdict = both(text, pins=PINNED)
    assert verdict is not None
    assert (verdict["faults"], verdict["level"], verdict["matching"]) == ([], "checkpoint", 1)
    return json.loads(text), verdict


@pytest.mark.parametrize(
    ("clearance", "shown"),
    [
        (DataClassification.INTERNAL, set()),
        (DataClassification.CONFIDENTIAL, {_EMAIL, "Ann"}),
        (DataClassification.RESTRICTED, {_EMAIL, "Ann", _HEALTH}),
    ],
)
async def test_only_what_the_reader_may_see_is_opened(
    clearance: DataClassification, shown: set[str], session: Session
) -> None:
    """The rest stays committed to: proven to have been there, and not said."""
    document, verdict = await told(session, clearance)
    assert {_value(text) for text in document["disclosures"]} & {_EMAIL, "Ann", _HEALTH} == shown
    hidden = {_EMAIL, _HEALTH} - shown
    assert not any(secret in respelt(document).decode() for secret in hidden)
    withheld = [line for line in verdict["not_proven"] if "withheld" in line]
    assert bool(withheld) == bool(hidden)


async def test_a_changed_disclosure_is_named(session: Session) -> None:
    """Another value is another digest, and no record is committed to that."""
    document, _ = await told(session, DataClassification.RESTRICTED)
    for place in range(len(document["disclosures"])):
        changed = json.loads(json.dumps(document))
        text = changed["disclosures"][place]
        changed["disclosures"][place] = text[:-1] + ("A" if text[-1] != "A" else "B")
        verdict = both(respelt(changed), pins=PINNED)
        assert verdict is not None
        assert [fault["where"] for fault in verdict["faults"]] == [f"disclosure {place}"]


async def test_what_was_erased_is_in_no_bundle_made_later(session: Session) -> None:
    """The record is proven as before; the value is gone for ever."""
    before, _ = await told(session, DataClassification.RESTRICTED)
    vault = await session.vault_here()
    assert vault is not None
    for pseudonym in await asyncio.to_thread(vault.pseudonyms, "ann"):
        vault.destroy(pseudonym, moment="2026-01-02T03:04:05.000000Z")
    after, _ = await told(session, DataClassification.RESTRICTED)
    assert {_value(text) for text in before["disclosures"]} >= {_EMAIL, _HEALTH}
    assert not {_value(text) for text in after["disclosures"]} & {_EMAIL, _HEALTH}


def _value(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))[-1]
