"""Does a trail that says nonsense about itself get an answer, and each nonsense its name?"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.damage import unguarded
from tests.support.golden import BOB
from tests.support.trails import CORE, FILE, verified, verified_anew, verified_range, verified_sample

from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.verification import VerificationReport

_CHECKS: list[Callable[[Path], VerificationReport]] = [
    verified,
    verified_anew,
    lambda folder: verified_range(folder, 300, 300),
    lambda folder: verified_range(folder, 590, 600),
    lambda folder: verified_sample(folder, 3, "seed"),
]
_NAMES = ["whole", "incremental", "record", "range", "sample"]


def _named_key() -> dict[str, Any]:
    public_key = base64.b64encode(BOB.public_key).decode()
    return {"key_id": BOB.key_id.hex(), "public_key": public_key, "signer": "bob"}


def _insert(trail: Path, sequence: int) -> None:
    """Put a record about a key at a place before the first."""
    with unguarded(trail / FILE) as database:
        names = [name for (name,) in database.execute("SELECT name FROM pragma_table_info('records')")]
        (values,) = database.execute("SELECT * FROM records WHERE sequence = 600").fetchall()
        row = dict(zip(names, values, strict=True))
        told = json.loads(row["canonical"])
        told |= {"action": "key.added", "target_type": "key", "sequence": sequence, "context": _named_key()}
        odd = bytes(31) + bytes([-sequence])
        row |= {"canonical": CORE.canonicalize(json.dumps(told).encode()), "sequence": sequence}
        row |= {"record_id": f"x{sequence}", "previous_hash": odd, "record_hash": odd}
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO records ({', '.join(names)}) VALUES ({marks})"
        database.execute(statement, tuple(row[name] for name in names))


@pytest.mark.parametrize("sequences", [(-1,), (-5,), (-2, -1), (-7, -1)])
@pytest.mark.parametrize("check", _CHECKS[:2], ids=_NAMES[:2])
def test_a_key_record_before_the_first_record_is_named(
    trail: Path, check: Callable[[Path], VerificationReport], sequences: tuple[int, ...]
) -> None:
    """It is a fault by itself; the records after it are sound, and are told as such."""
    for sequence in sequences:
        _insert(trail, sequence)
    report = check(trail)
    assert {fault.sequence for fault in report.faults if fault.check == "sequence"} == set(sequences)
    assert {fault.sequence for fault in report.faults if fault.check != "pages"} == set(sequences)
    assert report.level is VerificationLevel.NONE


@pytest.mark.parametrize("check", _CHECKS, ids=_NAMES)
def test_a_key_table_with_a_place_before_the_first_record_is_named(
    trail: Path, check: Callable[[Path], VerificationReport]
) -> None:
    """No record is there that could say so."""
    with unguarded(trail / FILE) as database:
        database.execute("INSERT INTO key_events VALUES (-1, 0, 'added', ?, ?, 'bob')", (BOB.key_id, BOB.public_key))
    report = check(trail)
    found = {(fault.check, fault.where) for fault in report.faults if fault.check != "pages"}
    assert found == {("key", "key of record -1" if check in {verified, verified_anew} else "record -1")}


@pytest.mark.parametrize(
    "facts",
    [
        {"difficulty_bits": -1},
        {"difficulty_bits": 257},
        {"difficulty_bits": 10**20},
        {"difficulty_bits": True},
        {"origin": "half \ud800"},
        {"origin": ""},
    ],
    ids=ascii,
)
@pytest.mark.parametrize("check", _CHECKS, ids=_NAMES)
def test_a_first_record_that_makes_no_sense_is_named(
    trail: Path, check: Callable[[Path], VerificationReport], facts: dict[str, Any]
) -> None:
    """Nobody can say which trail it is then."""
    with unguarded(trail / FILE) as database:
        ((sealed,),) = database.execute("SELECT canonical FROM records WHERE sequence = 0").fetchall()
        content = json.loads(sealed)
        content["context"] |= facts
        text = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
        database.execute("UPDATE records SET canonical = ? WHERE sequence = 0", (text,))
    report = check(trail)
    told = [fault.where for fault in report.faults if "not a genesis record" in fault.detail]
    assert told == ["record 0"]
    assert report.level is VerificationLevel.NONE
