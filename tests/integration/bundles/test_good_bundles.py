"""Does a bundle prove what it should, to both verifiers?"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.bundles import ORIGIN, PINNED, SCRIPT, append, both, note_of, opened, respelt
from tests.support.golden import ALICE, BOB
from tests.support.witnesses import cosigned, log_key, witness_key

from ami_audit.adapters.bundles import packed, unpacked
from ami_audit.domain.bundle import Bundle
from ami_audit.domain.errors import NotFoundError, UsageError
from ami_audit.domain.linkage import StoredCosignature
from ami_audit.domain.note import NoteKey
from ami_audit.domain.query import AuditFilter
from ami_audit.services.session import Session
from ami_audit.services.usecases.bundle import Question, made_bundle

# A filter, and whether anything answers it.
_QUESTIONS: dict[str, tuple[dict[str, str | int], bool]] = {
    "everything": ({}, True),
    "an action": ({"action": "file.observed"}, True),
    "an action that begins a name": ({"action": "file"}, False),
    "an actor": ({"actor": "user3"}, True),
    "nobody": ({"actor": "nobody"}, False),
    "before all": ({"actor": ""}, False),
    "after all": ({"actor": "\U0010ffff"}, False),
    "a target": ({"target": "src/package_3/module_3.py"}, True),
    "a folder": ({"target": "src/package_3/"}, True),
    "a folder's beginning": ({"target": "src/package"}, False),
    "a module": ({"module": "src/package_3"}, True),
    "a time": ({"since": "2026-01-02T03:14:00.000000Z"}, True),
    "times": ({"since": "2026-01-02T03:14:00.000000Z", "until": "2026-01-02T03:20:00.000000Z"}, True),
    "an empty time": ({"since": "2026-01-02T03:20:00.000000Z", "until": "2026-01-02T03:14:00.000000Z"}, False),
    "a severity": ({"severity": "warning"}, True),
    "no severity": ({"severity": "critical"}, False),
    "a least severity": ({"min_severity": "warning"}, True),
    "a source": ({"source": "file_source"}, True),
    "a kind of target": ({"target_type": "trail"}, True),
    "a run": ({"run_id": "r1"}, True),
    "a window": ({"after": 9, "before": 20}, True),
    "a window beyond": ({"after": 4000}, False),
    "many things": ({"action": "file.observed", "actor": "user3", "target": "src/package_3", "after": 2}, True),
}


async def told(session: Session, asked: dict[str, Any] | None, *names: str, **trusted: Any) -> dict[str, Any]:
    """Return what both verifiers say of the bundle that answers a question."""
    bundle = await made_bundle(session, Question(asked, names))
    assert Bundle.read(bundle.text()) == bundle
    verdict = both(bundle.text(), **{"pins": PINNED, **trusted})
    assert verdict is not None
    return verdict


@pytest.mark.parametrize("case", _QUESTIONS)
async def test_every_kind_of_question_is_answered_whole(case: str, session: Session) -> None:
    """An answer with a record too few would look just the same without the proof; `query` says how many there are."""
    asked, expected = _QUESTIONS[case]
    verdict = await told(session, asked)
    assert (verdict["faults"], verdict["level"], verdict["complete"]) == ([], "checkpoint", True)
    found = await session.store.query(AuditFilter.model_validate({**asked, "limit": 1000}))
    assert (verdict["matching"], bool(verdict["matching"])) == (len(found), expected)
    assert verdict["filter"] == asked


async def test_records_that_are_picked_claim_nothing_about_the_others(session: Session) -> None:
    """And say so."""
    record = (await session.store.read(17, count=1))[0]
    verdict = await told(session, None, record.record_id, record.record_hash.hex()[:12])
    assert (verdict["faults"], verdict["level"], verdict["complete"]) == ([], "checkpoint", False)
    assert verdict["matching"] is None
    with pytest.raises(NotFoundError, match="query"):
        await made_bundle(session, Question(None, ("ffffffffffff",)))


async def test_the_same_question_is_the_same_bytes_and_seals_nothing_more(session: Session) -> None:
    """What was sealed for the first bundle serves the next ones, and no key is asked for."""
    first = await made_bundle(session, Question({"actor": "user1"}))
    head = await session.store.head()
    session._trail = None
    session.signers = _nobody
    again = await made_bundle(session, Question({"actor": "user1"}))
    assert packed(first.text()) == packed(again.text())
    assert await session.store.head() == head


def _nobody(*_: object) -> Any:
    raise AssertionError("a key was asked for")


async def test_a_trail_that_went_on_is_indexed_to_its_new_end(session: Session) -> None:
    """The index of an open segment is followed by a longer one; closed segments keep theirs."""
    await told(session, {"actor": "user1"})
    await append(session, 10)
    verdict = await told(session, {"actor": "user1"})
    assert (verdict["faults"], verdict["complete"]) == ([], True)
    assert verdict["size"] > 54


async def test_keys_that_changed_hands_are_proven_from_the_trail(rotated: Session) -> None:
    """Alice's key began the trail, Bob's signs its end; the rotation cannot be left out."""
    verdict = await told(rotated, {"actor": "user1"})
    assert (verdict["faults"], verdict["level"]) == ([], "checkpoint")
    assert [(key["signer"], key["valid_from"], key["valid_to"]) for key in verdict["keys"]] == [
        (ALICE.signer, 0, 22),
        (BOB.signer, 21, None),
    ]


async def test_without_a_key_to_trust_the_level_stays_low(session: Session) -> None:
    """Anybody can begin a trail and sign it."""
    assert (await told(session, {}, pins=()))["level"] == "signatures"
    assert (await told(session, {}, pins=(BOB.key_id.hex(),)))["level"] == "signatures"


async def test_witnesses_raise_the_level_when_the_policy_is_met(session: Session) -> None:
    """Four of five, each once, and none that the quorum does not ask; a policy that asks nobody proves nothing."""
    bundle = await made_bundle(session, Question({"actor": "user1"}))
    document = json.loads(bundle.text())
    note = note_of(document)
    names = [f"w{number}.example" for number in range(5)]
    lines = [cosigned(note.checkpoint, name) for name in names]
    keys = "".join(f"witness {name} {witness_key(name)}\n" for name in names)
    rule = f"{keys}group four 4 {' '.join(names)}\nquorum four\n"
    log = f"log {NoteKey.of(ORIGIN, ALICE.public_key)}\n"
    for held, policy, level in (
        (5, rule, "witnessed"),
        (4, rule, "witnessed"),
        (3, rule, "checkpoint"),
        (0, rule, "checkpoint"),
        (4, log + rule, "witnessed"),
        (4, f"log {log_key('other.example')}\n{rule}", "checkpoint"),
        (4, f"log {log_key(ORIGIN)}\n{rule}", "checkpoint"),
        (0, f"{keys}quorum none\n", "checkpoint"),
        (5, f"{keys}quorum none\n", "checkpoint"),
        (4, rule.replace("quorum four", f"quorum {names[4]}"), "checkpoint"),
    ):
        document["checkpoint"] = note.with_signatures(*lines[:held]).note()
        verdict = both(respelt(document), pins=PINNED, policy=policy.encode())
        assert verdict is not None
        assert (verdict["faults"], verdict["level"]) == ([], level), (held, policy)
        assert verdict["witnesses"]["cosigned"] == (held if "four" in policy.rpartition("quorum")[2] else 0)
    by_log = both(respelt(document), policy=(log + rule).encode())
    assert by_log is not None
    assert by_log["level"] == "witnessed"
    asks_nobody = both(respelt(document), policy=(log + f"{keys}quorum none\n").encode())
    assert asks_nobody is not None
    assert asks_nobody["level"] == "checkpoint"
    assert asks_nobody["not_proven"][0] == "The policy asks for no witness."


async def test_an_empty_trail_has_nothing_to_show(tmp_path: Path) -> None:
    """One sentence, and what to do."""
    empty = await opened(tmp_path / "empty")
    with pytest.raises(UsageError, match="ami-audit repo"):
        await made_bundle(empty, Question({}))
    await empty.close()


async def test_the_single_file_needs_nothing_but_python(session: Session, tmp_path: Path) -> None:
    """Isolated, without site-packages, from the archive and from the JSON alone."""
    bundle = await made_bundle(session, Question({"actor": "user1"}))
    archive = tmp_path / "bundle.zip"
    archive.write_bytes(packed(bundle.text()))
    assert unpacked(archive) == bundle.text()
    alone = tmp_path / "bundle.json"
    alone.write_bytes(bundle.text())
    for file in (archive, alone):
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-I", "-S", SCRIPT, file, "--pin", *PINNED, "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert (done.returncode, done.stderr) == (0, "")
        said = json.loads(done.stdout)
        assert (said["level"], said["required"], said["is_sound"]) == ("checkpoint", "checkpoint", True)


async def test_cosignatures_that_the_store_keeps_are_packed(session: Session) -> None:
    """Bundle, cosign, bundle again: nothing is sealed in between that the witness has not seen."""
    first = await made_bundle(session, Question({"actor": "user1"}))
    note = note_of(json.loads(first.text()))
    line = cosigned(note.checkpoint, "w.example")
    kept = StoredCosignature(note.checkpoint.size, str(witness_key("w.example")), line.signature)
    await session.store.add_cosignatures([kept])
    policy = f"witness w {witness_key('w.example')}\nquorum w\n".encode()
    verdict = await told(session, {"actor": "user1"}, policy=policy)
    assert (verdict["faults"], verdict["level"]) == ([], "witnessed")
    assert verdict["size"] == note.checkpoint.size
