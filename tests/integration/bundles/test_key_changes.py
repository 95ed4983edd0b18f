"""Is a change of keys believed only from those who may say so, by both verifiers?"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.support.bundles import MALLORY, ORIGIN, PINNED, about_key, append, both, opened, respelt, slip_in
from tests.support.golden import ALICE, BOB, CORE, SeedSigner
from tests.support.sealing import draft

from ami_audit.domain.draft import AuditDraft
from ami_audit.services.checkpoints import checkpoint
from ami_audit.services.session import Session
from ami_audit.services.usecases.bundle import Question, made_bundle

_SIZE = 20


class _Change(NamedTuple):
    """A record about keys, who has signed it, and who goes on after it."""

    draft: AuditDraft
    signers: tuple[SeedSigner, ...]
    follower: SeedSigner


_ATTACKS = {
    "a key that adds itself": _Change(about_key("key.added", MALLORY), (MALLORY,), MALLORY),
    "a key that takes over by itself": _Change(about_key("key.rotated", ALICE, MALLORY), (MALLORY,), MALLORY),
    "a rotation that another key of the trail has signed": _Change(
        about_key("key.rotated", ALICE, MALLORY), (BOB, MALLORY), MALLORY
    ),
    "a rotation that the new key has not signed": _Change(about_key("key.rotated", ALICE, MALLORY), (ALICE,), MALLORY),
    "an added key that has not signed": _Change(about_key("key.added", MALLORY), (ALICE, BOB), MALLORY),
    "an added key that nobody has signed": _Change(about_key("key.added", MALLORY), (), MALLORY),
    "a rotation from a key that the trail does not name": _Change(
        about_key("key.rotated", MALLORY, MALLORY), (BOB, MALLORY), MALLORY
    ),
    "a revocation by a stranger": _Change(about_key("key.revoked", ALICE), (MALLORY,), BOB),
    "a revocation that nobody has signed": _Change(about_key("key.revoked", ALICE), (), BOB),
}
_GOOD = {
    "a key that one of two adds": _Change(about_key("key.added", MALLORY), (BOB, MALLORY), MALLORY),
    "a key that both add": _Change(about_key("key.added", MALLORY), (ALICE, BOB, MALLORY), MALLORY),
    "a rotation": _Change(about_key("key.rotated", ALICE, MALLORY), (ALICE, MALLORY), MALLORY),
    "a rotation of the added key": _Change(about_key("key.rotated", BOB, MALLORY), (BOB, MALLORY), MALLORY),
    "a revocation by the other": _Change(about_key("key.revoked", ALICE), (BOB,), BOB),
    "a revocation by the key itself": _Change(about_key("key.revoked", ALICE), (ALICE,), BOB),
}


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[Session]:
    """A trail of Alice's to which she has added Bob's key."""
    begun = await opened(tmp_path)
    await append(begun, _SIZE)
    trail = await begun.trail()
    await trail.append([about_key("key.added", BOB)], also_signed_by=(BOB,))
    yield begun
    await begun.store.close()


async def _go_on(session: Session, follower: SeedSigner) -> None:
    """Append and sign for it with tools of one's own: ami-audit goes on with no trail that others have appended to."""
    for index in range(3):
        await slip_in(session, draft(index, context={"n": index}), follower)
    await checkpoint(session.store, CORE, origin=ORIGIN, signers=(follower,), guard=session.guard_of(ORIGIN))


async def _verdict(session: Session, folder: Path, change: _Change) -> tuple[int, dict[str, Any]]:
    """Return where the change stands, and the verdict on a bundle made after the follower has gone on."""
    place = await slip_in(session, change.draft, *change.signers)
    following = await opened(folder, change.follower)
    await _go_on(following, change.follower)
    verdict = both((await made_bundle(following, Question({"actor": "user1"}))).text(), pins=PINNED)
    await following.close()
    assert verdict is not None
    return place, verdict


@pytest.mark.parametrize("case", _GOOD)
async def test_a_change_by_those_who_may_is_believed(case: str, shared: Session, tmp_path: Path) -> None:
    """Else keys could never change hands."""
    _, verdict = await _verdict(shared, tmp_path, _GOOD[case])
    assert (verdict["faults"], verdict["level"], verdict["complete"]) == ([], "checkpoint", True)


@pytest.mark.parametrize("case", _ATTACKS)
async def test_a_change_by_others_is_named(case: str, shared: Session, tmp_path: Path) -> None:
    """Whoever can write into the store could go on with a trail of theirs as if it were its owner's."""
    place, verdict = await _verdict(shared, tmp_path, _ATTACKS[case])
    faults = [fault for fault in verdict["faults"] if fault["check"] != "unknown-key"]
    assert faults == [
        {
            "check": "key-not-valid",
            "where": f"record {place}",
            "detail": "it changes who may sign, and is not signed by those who may say so",
        }
    ]
    assert (verdict["level"], verdict["complete"], verdict["proven"]) == ("hashes", False, [])


async def test_a_retired_key_lets_nobody_in(rotated: Session, tmp_path: Path) -> None:
    """What Alice once signed she may sign no more, so she admits neither herself nor another."""
    again = _Change(about_key("key.added", ALICE), (ALICE,), ALICE)
    place, verdict = await _verdict(rotated, tmp_path, again)
    assert [(fault["check"], fault["where"]) for fault in verdict["faults"]] == [("key-not-valid", f"record {place}")]
    friend = _Change(about_key("key.added", MALLORY), (MALLORY,), MALLORY)
    place, verdict = await _verdict(rotated, tmp_path, friend)
    assert ("key-not-valid", f"record {place}") in {(fault["check"], fault["where"]) for fault in verdict["faults"]}


async def test_what_a_refused_key_does_later_is_judged_by_itself(shared: Session, tmp_path: Path) -> None:
    """One fault for the door that was forced, none for each step behind it: the report stays readable."""
    await slip_in(shared, about_key("key.added", MALLORY), MALLORY)
    place, verdict = await _verdict(
        shared, tmp_path, _Change(about_key("key.rotated", MALLORY, BOB), (MALLORY, BOB), BOB)
    )
    assert [fault["where"] for fault in verdict["faults"]] == [f"record {place - 1}"]


@pytest.mark.parametrize(
    ("said", "changed"),
    [('"action":"key.added"', '"action":[]'), ('"action":"key.added"', '"action":{}'), (BOB.signer, "\\ud800")],
)
async def test_a_key_record_that_says_nonsense_gets_a_verdict(said: str, changed: str, shared: Session) -> None:
    """It is no change of keys then, and its faults are told like any other's."""
    document = json.loads((await made_bundle(shared, Question(None, ()))).text())
    record = next(item for item in document["records"] if '"action":"key.added"' in item["canonical"])
    record["canonical"] = record["canonical"].replace(said, changed)
    verdict = both(respelt(document), pins=PINNED)
    assert verdict is not None
    assert {fault["check"] for fault in verdict["faults"]} >= {"hash", "unknown-key"}
    assert BOB.key_id.hex() not in {key["key_id"] for key in verdict["keys"]}
