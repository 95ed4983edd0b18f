"""Does an archive prove itself, and is one that was changed found out?"""

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.golden import ALICE, BOB
from tests.support.retention import CORE, NOW, Place, facts

from ami_audit.adapters.archives import FileArchive
from ami_audit.domain.errors import FormatError, StoreError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.services.portal import portal
from ami_audit.services.usecases.archive import check_archive


def test_the_archive_proves_itself(place: Place) -> None:
    """With nothing but the file: every hash, link and signature, and that the checkpoint covers them."""
    answer = place.pruned()
    kept = FileArchive(Path(answer.archive))
    with kept.lines() as lines:
        verdict = check_archive(lines, CORE, location=kept.location)
    assert (verdict.first, verdict.cut, verdict.records, verdict.faults) == (0, 768, 768, ())
    assert verdict.signer == BOB.signer


@pytest.mark.parametrize(
    ("old", "new"),
    [("src/9.py", "src/8.py"), ('"nonce": "0"', '"nonce": "1"'), ('"sequence": 10,', '"sequence": 11,')],
)
def test_a_changed_archive_is_found_out(place: Place, old: str, new: str) -> None:
    """One character of one record, and the record is named."""
    file = Path(place.pruned().archive)
    lines = file.read_text().splitlines(keepends=True)
    lines[11] = lines[11].replace(old, new, 1)
    verdict = check_archive(lines, CORE, location="archive")
    assert {10, 11} & {fault.sequence for fault in verdict.faults}


@pytest.mark.parametrize(
    ("pinned", "level"),
    [
        ([], VerificationLevel.SIGNATURES),
        ([ALICE.key_id], VerificationLevel.SIGNATURES),
        ([ALICE.key_id, BOB.key_id], VerificationLevel.PINNED_KEYS),
    ],
)
def test_whose_archive_it_is_shows_by_a_pinned_key_alone(
    place: Place, pinned: Sequence[bytes], level: VerificationLevel
) -> None:
    """It names its keys itself: anybody can make one that is sound."""
    lines = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    verdict = check_archive(lines, CORE, location="archive", pinned=pinned)
    assert (verdict.level, verdict.key_id, verdict.faults) == (level, BOB.key_id.hex(), ())
    assert any("--pin" in reason for reason in verdict.reasons) == (level < VerificationLevel.PINNED_KEYS)


@pytest.mark.parametrize(
    ("pins", "code", "said"),
    [
        ([], 0, "Proven to: signatures."),
        ([], 0, "is not proven"),
        ([], 0, BOB.key_id.hex()),
        ([ALICE.key_id.hex()], 1, "name it with `--pin KEY_ID`"),
        ([BOB.key_id.hex()], 0, "Proven to: pinned-keys."),
        (["nothing"], 2, "64 hex digits"),
    ],
)
def test_the_command_says_whose_an_archive_is(place: Place, pins: Sequence[str], code: int, said: str) -> None:
    """And fails where it is not of the key that the caller names."""
    program, home = Path(sys.executable).with_name("ami-audit"), {"HOME": str(place.folder)}
    words = [word for pin in pins for word in ("--pin", pin)]
    done = subprocess.run(
        [program, "retention", "check", place.pruned().archive, *words],
        cwd=place.folder,
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done


def _with_keys(line: str, change: Callable[[list[dict[str, Any]]], object]) -> str:
    said = json.loads(line)
    change(said["keys"])
    return json.dumps(said) + "\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda keys: keys.append({**keys[0], "sequence": 5}),
        lambda keys: keys.pop(),
        lambda keys: keys[0].update(signer="somebody@else"),
    ],
)
def test_an_archive_that_lies_about_its_keys_is_found_out(
    place: Place, change: Callable[[list[dict[str, Any]]], object]
) -> None:
    """Its records say which keys there were."""
    head, *rest = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    verdict = check_archive([_with_keys(head, change), *rest], CORE, location="archive", pinned=[BOB.key_id])
    assert "key" in {fault.check for fault in verdict.faults}


def test_a_later_archive_that_gives_a_key_the_id_of_a_trusted_one_is_found_out(place: Place) -> None:
    """The records that named the keys are not in it."""
    place.pruned()
    with place.opened(BOB) as store:
        portal.run(store.append(facts(900, 300)))
    answer = place.pruned(now=NOW + timedelta(days=800))
    head, *rest = Path(answer.archive).read_text().splitlines(keepends=True)
    assert check_archive([head, *rest], CORE, location="archive", pinned=[BOB.key_id]).faults == ()
    lying = _with_keys(head, lambda keys: [key.update(key_id=ALICE.key_id.hex()) for key in keys])
    with pytest.raises(FormatError, match="by an id that is not its own"):
        check_archive([lying, *rest], CORE, location="archive", pinned=[ALICE.key_id])


def test_a_key_that_admits_itself_in_an_archive_is_found_out(place: Place) -> None:
    """A record that is signed by nobody but the key that it adds; everything after it is not needed to see that."""
    head, *rest = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    said = json.loads(rest[5])
    content = json.loads(said["canonical"])
    key = {"key_id": ALICE.key_id.hex(), "public_key": b64encode(ALICE.public_key).decode(), "signer": "mallory"}
    content |= {"action": "key.added", "context": key}
    said |= {"canonical": CORE.canonicalize(json.dumps(content).encode()).decode(), "signatures": ""}
    verdict = check_archive([head, *rest[:5], json.dumps(said), *rest[6:]], CORE, location="archive")
    assert ("key-not-valid", 5) in {(fault.check, fault.sequence) for fault in verdict.faults}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"digest": "ab" * 32}, "belongs to no commitment"),
        ({"digest": "ab"}, None),
        ({"subject": ""}, None),
        ({"sealed": "?"}, None),
        ({"sealed": 7}, None),
    ],
)
def test_what_opens_an_archived_value_fits_its_record(place: Place, change: dict[str, Any], said: str | None) -> None:
    """Its digest is one that the record commits to; and it has the form of one."""
    lines = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    record = json.loads(lines[6])
    record["disclosures"][0] |= change
    lines[6] = json.dumps(record) + "\n"
    if said is None:
        with pytest.raises(FormatError, match="line 7 is no record"):
            check_archive(lines, CORE, location="archive")
        return
    verdict = check_archive(lines, CORE, location="archive")
    assert [(fault.check, fault.where) for fault in verdict.faults] == [("disclosure", "record 5")]
    assert said in verdict.faults[0].detail


def test_an_archive_that_was_cut_is_found_out(place: Place) -> None:
    """Its first line says where it ends."""
    lines = Path(place.pruned().archive).read_text().splitlines(keepends=True)
    verdict = check_archive(lines[:-5], CORE, location="archive")
    assert [fault.check for fault in verdict.faults] == ["sequence"]


def test_an_archive_is_never_overwritten(place: Place) -> None:
    """And nothing is pruned then."""
    (place.folder / "768.jsonl").write_text("something")
    with pytest.raises(StoreError, match="such a file already"):
        place.pruned()
    assert place.verified().size == 822
