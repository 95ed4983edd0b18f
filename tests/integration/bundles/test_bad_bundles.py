"""Is every way to tamper with a bundle noticed, by both verifiers, and by name?"""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.bundle_attacks import ATTACKS, Document
from tests.support.bundles import PINNED, append, both, opened, respelt

from ami_audit.domain.segment import SegmentClaim
from ami_audit.services.segments import index_whole, sealed_claims
from ami_audit.services.session import Session
from ami_audit.services.usecases.bundle import Question, made_bundle
from ami_audit.services.verification.verifier import Verifier

_SEGMENT = 16
_ASKED: dict[str, str | int] = {"actor": "user3", "since": "2026-01-02T03:08:00.000000Z"}


@pytest.fixture
async def document(session: Session) -> Document:
    """A bundle that answers who did what since when, as its JSON says it."""
    bundle = await made_bundle(session, Question(_ASKED))
    found: Document = json.loads(bundle.text())
    return found


@pytest.mark.parametrize("attack", ATTACKS)
async def test_tampering_is_named(attack: str, document: Document) -> None:
    """A sentence for each, the same from both, and no level that would pass."""
    tamper, checks = ATTACKS[attack]
    whole = both(respelt(document), pins=PINNED)
    assert whole is not None
    assert whole["faults"] == []
    tamper(document)
    verdict = both(respelt(document), pins=PINNED)
    assert verdict is not None
    assert {fault["check"] for fault in verdict["faults"]} >= checks
    assert not verdict["complete"]
    assert verdict["proven"] == []
    assert verdict["level"] in {"none", "links", "hashes", "signatures", "pinned-keys"}


async def test_a_record_of_another_trail_does_not_fit(document: Document, tmp_path: Path) -> None:
    """It is sound where it comes from; here its hash is of another name."""
    other = await opened(tmp_path / "other")
    other.new_origin = "example.org/other"
    await append(other, 40)
    foreign = json.loads((await made_bundle(other, Question(_ASKED))).text())
    await other.close()
    document["records"][2] = foreign["records"][2]
    verdict = both(respelt(document), pins=PINNED)
    assert verdict is not None
    assert {fault["check"] for fault in verdict["faults"]} >= {"hash", "proof"}


async def test_a_left_out_rotation_is_noticed(rotated: Session) -> None:
    """Without it a key that signs nothing any more would pass for one that does."""
    bundle = await made_bundle(rotated, Question({"actor": "user1"}))
    document = json.loads(bundle.text())
    document["records"] = [item for item in document["records"] if '"action":"key.rotated"' not in item["canonical"]]
    verdict = both(respelt(document), pins=PINNED)
    assert verdict is not None
    assert {fault["check"] for fault in verdict["faults"]} >= {"omitted", "unknown-key"}


@pytest.mark.parametrize(
    "break_it",
    [
        lambda document: document["records"].reverse(),
        lambda document: document["records"].append(copy.deepcopy(document["records"][-1])),
        lambda document: document.update(schema="ami-audit/bundle/2"),
        lambda document: document.update(more=1),
        lambda document: document.pop("filter"),
        lambda document: document["filter"].update(actor=None),
        lambda document: document["filter"].update(after=-1),
        lambda document: document["filter"].update(severity="HIGH"),
        lambda document: document["filter"].update(since="yesterday"),
        lambda document: document["filter"].update(color="red"),
        lambda document: document.update(checkpoint="hello"),
        lambda document: document.update(checkpoint=""),
        lambda document: document.update(checkpoint=document["checkpoint"] + "x\n"),
        lambda document: document.update(disclosures=[1]),
        lambda document: document["records"][0].update(sequence=True),
        lambda document: document["records"][0].update(sequence=2**53),
        lambda document: document["records"][0].update(sequence=0.0),
        lambda document: document["records"][0].update(nonce=0),
        lambda document: document["records"][0].update(nonce="00"),
        lambda document: document["records"][0].update(nonce=str(2**64)),
        lambda document: document["records"][0].update(signatures="AA="),
        lambda document: document["records"][0].update(signatures="A A="),
        lambda document: document["records"][0].update(record_hash="AB" * 32),
        lambda document: document["records"][0].update(record_hash="ab" * 31),
        lambda document: document["records"][0].update(proof=["ab" * 32 + "\n"]),
    ],
)
async def test_what_is_not_of_the_shape_is_no_bundle(
    break_it: Callable[[Document], object], document: Document
) -> None:
    """There is no verdict on what cannot be read in one way only."""
    break_it(document)
    assert both(respelt(document), pins=PINNED) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b'"\\ud800"',
        b"[" * 100_000,
        b'{"schema":"ami-audit/bundle/1","schema":"ami-audit/bundle/1"}',
        b"NaN",
        b"1e5",
        b"9" * 5000,
    ],
)
def test_garbage_is_no_bundle(text: bytes) -> None:
    """Whatever it is."""
    assert both(text) is None


async def test_another_spelling_is_no_bundle(document: Document) -> None:
    """One bundle, one file: spaces and another order would make a second one."""
    assert both(json.dumps(document).encode()) is None
    assert both(respelt(document) + b"\n") is None


async def test_an_index_that_lies_is_found_by_whoever_holds_the_segment(session: Session) -> None:
    """The trail's owner can seal a false index; a bundle of the segment and `verify` both say so."""
    trail = await session.trail()
    await index_whole(trail, segment_size=_SEGMENT)
    honest = (await sealed_claims(session.store))[0]
    false = SegmentClaim(honest.first, honest.end, {**honest.fields, "actor": honest.fields["action"]})
    sealed = await trail.append([false.draft(trail.origin)])
    verdict = both((await made_bundle(session, Question({}))).text(), pins=PINNED)
    assert verdict is not None
    assert [(fault["check"], fault["where"]) for fault in verdict["faults"]] == [
        ("segment", f"record {sealed[0].sequence}")
    ]
    report = await Verifier(session.store, session.core, clock=session.clock).verify()
    assert [(fault.check, fault.sequence) for fault in report.faults] == [("segment", sealed[0].sequence)]


async def test_an_index_that_is_none_is_found(session: Session) -> None:
    """A record of that name that indexes what comes after it, or nothing."""
    trail = await session.trail()
    await index_whole(trail, segment_size=_SEGMENT)
    honest = (await sealed_claims(session.store))[0]
    later = SegmentClaim(honest.first, 10_000, honest.fields)
    sealed = await trail.append([later.draft(trail.origin)])
    verdict = both((await made_bundle(session, Question({}))).text(), pins=PINNED)
    assert verdict is not None
    assert [fault["where"] for fault in verdict["faults"]] == [f"record {sealed[0].sequence}"]
    report = await Verifier(session.store, session.core, clock=session.clock).verify()
    assert [(fault.check, fault.sequence) for fault in report.faults] == [("segment", sealed[0].sequence)]


async def test_an_unsigned_record_keeps_the_level_low(session: Session) -> None:
    """It is there, and proven to be there, and nobody has signed it: said, not hidden."""
    trail = await session.trail()
    signers, trail._signers = trail.signers, ()
    await append(session, 1)
    trail._signers = signers
    verdict = both((await made_bundle(session, Question({}))).text(), pins=PINNED)
    assert verdict is not None
    assert (verdict["faults"], verdict["level"], verdict["unsigned"]) == ([], "hashes", 1)
    assert verdict["not_proven"][0] == "1 records carry no signature."
