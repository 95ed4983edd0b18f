"""Is every way to tamper with a bundle noticed, by both verifiers, and by name?"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.bundles import PINNED, append, both, opened, respelt

from ami_audit.domain.segment import SegmentClaim
from ami_audit.services.segments import index_whole, sealed_claims
from ami_audit.services.session import Session
from ami_audit.services.usecases.bundle import Question, made_bundle
from ami_audit.services.verification.verifier import Verifier

Document = dict[str, Any]
_SEGMENT = 16
_ASKED: dict[str, str | int] = {"actor": "user3", "since": "2026-01-02T03:08:00.000000Z"}


@pytest.fixture
async def document(session: Session) -> Document:
    """A bundle that answers who did what since when, as its JSON says it."""
    bundle = await made_bundle(session, Question(_ASKED))
    found: Document = json.loads(bundle.text())
    return found


def _record(document: Document, place: int) -> Document:
    found: Document = document["records"][place]
    return found


def _change_content(document: Document) -> None:
    record = _record(document, 2)
    record["canonical"] = record["canonical"].replace("success", "failure")


def _spell_otherwise(document: Document) -> None:
    record = _record(document, 2)
    record["canonical"] = record["canonical"].replace('{"action"', '{ "action"')


def _flip_hash(document: Document) -> None:
    record = _record(document, 2)
    record["record_hash"] = record["record_hash"][::-1]


def _strip_signature(document: Document) -> None:
    _record(document, 2)["signatures"] = ""


def _shorten_proof(document: Document) -> None:
    del _record(document, 2)["proof"][-1]


def _lengthen_proof(document: Document) -> None:
    _record(document, 2)["proof"].append("00" * 32)


def _swap_proofs(document: Document) -> None:
    one, other = _record(document, 1), _record(document, 2)
    one["proof"], other["proof"] = other["proof"], one["proof"]


def _leave_a_match_out(document: Document) -> None:
    del document["records"][2]


def _leave_the_index_out(document: Document) -> None:
    document["records"] = [item for item in document["records"] if "segment_indexed" not in item["canonical"]]


def _leave_the_end_out(document: Document) -> None:
    del document["records"][-1]


def _leave_a_segment_out(document: Document) -> None:
    del document["completeness"]["segments"][0]


def _leave_all_segments_out(document: Document) -> None:
    document["completeness"]["segments"] = []


def _claim_nothing(document: Document) -> None:
    document["completeness"] = None


def _hide_a_sequence(document: Document) -> None:
    run = document["completeness"]["segments"][0]["terms"][0][0]
    next(leaf for leaf in run["leaves"] if leaf["key"] == "user3")["sequences"].pop()


def _hide_a_key(document: Document) -> None:
    run = document["completeness"]["segments"][0]["terms"][0][0]
    run["leaves"] = [leaf for leaf in run["leaves"] if leaf["key"] != "user3"]


def _hide_the_whole_run(document: Document) -> None:
    document["completeness"]["segments"][0]["terms"] = []


def _show_another_run(document: Document) -> None:
    document["completeness"]["segments"][0]["terms"][0] = document["completeness"]["segments"][1]["terms"][0]


def _start_elsewhere(document: Document) -> None:
    document["completeness"]["segments"][0]["terms"][0][0]["start"] += 1


def _ask_for_less(document: Document) -> None:
    document["filter"]["actor"] = "user4"


def _ask_for_more(document: Document) -> None:
    del document["filter"]["since"]


def _take_another_trail(document: Document) -> None:
    document["checkpoint"] = document["checkpoint"].replace("bundled", "another")


def _lengthen_the_trail(document: Document) -> None:
    origin, size, rest = document["checkpoint"].split("\n", 2)
    document["checkpoint"] = f"{origin}\n{int(size) + 1}\n{rest}"


def _lengthen_it_beyond_all_bounds(document: Document) -> None:
    origin, _, rest = document["checkpoint"].split("\n", 2)
    document["checkpoint"] = f"{origin}\n{2**63 - 1}\n{rest}"


def _cut_the_trail_off(document: Document) -> None:
    origin, size, rest = document["checkpoint"].split("\n", 2)
    document["checkpoint"] = f"{origin}\n{int(size) - 1}\n{rest}"


def _disclose_what_nobody_committed_to(document: Document) -> None:
    document["disclosures"] = ["WyJzYWx0IiwgIm5hbWUiLCAidmFsdWUiXQ"]


def _forget_the_first_record(document: Document) -> None:
    del document["records"][0]


ATTACKS: dict[str, tuple[Callable[[Document], None], set[str]]] = {
    "a value changed": (_change_content, {"hash"}),
    "a record spelt otherwise": (_spell_otherwise, {"form", "hash"}),
    "a record's hash changed": (_flip_hash, {"hash", "proof", "signature"}),
    "a signature stripped": (_strip_signature, {"proof"}),
    "a proof cut": (_shorten_proof, {"proof"}),
    "a proof too long": (_lengthen_proof, {"proof"}),
    "proofs swapped": (_swap_proofs, {"proof"}),
    "a matching record left out": (_leave_a_match_out, {"omitted"}),
    "the indexes left out": (_leave_the_index_out, {"segment"}),
    "the trail's end left out": (_leave_the_end_out, {"segment"}),
    "a segment left out": (_leave_a_segment_out, {"segment"}),
    "all segments left out": (_leave_all_segments_out, {"omitted"}),
    "no claim of completeness": (_claim_nothing, {"completeness"}),
    "a record hidden in the index": (_hide_a_sequence, {"segment"}),
    "a key hidden in the index": (_hide_a_key, {"segment"}),
    "a run of the index left out": (_hide_the_whole_run, {"segment"}),
    "a run of another segment": (_show_another_run, {"segment"}),
    "a run at another place": (_start_elsewhere, {"segment"}),
    "another question": (_ask_for_less, {"extra", "omitted"}),
    "a wider question": (_ask_for_more, {"omitted"}),
    "another trail's checkpoint": (_take_another_trail, {"checkpoint"}),
    "a trail made longer": (_lengthen_the_trail, {"checkpoint", "omitted", "proof"}),
    "a trail made endless": (_lengthen_it_beyond_all_bounds, {"checkpoint", "omitted", "proof"}),
    "a trail cut off": (_cut_the_trail_off, {"checkpoint", "proof"}),
    "an invented disclosure": (_disclose_what_nobody_committed_to, {"disclosure"}),
    "no first record": (_forget_the_first_record, {"genesis"}),
}


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
