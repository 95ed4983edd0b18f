"""Does our witness answer the published requests as litewitness does?

One answer differs, on purpose: litewitness of that day answered 403 where the log is unknown; the specification (C2SP
tlog-witness) asks for 404 there and keeps 403 for signatures.
"""

import json
from pathlib import Path

from tests.support.witness_processes import running

from ami_audit.domain.note import NoteKey
from ami_audit.domain.witnessing import CosignRequest

_DATA = Path(__file__).parent / "data"
_CASES = json.loads((_DATA / "tlog-witness" / "litewitness-requests.json").read_text(encoding="utf-8"))
_LOG = NoteKey.of(_CASES["log_origin"], bytes.fromhex(_CASES["log_public_key_hex"]))
_EARLIER = {("unknown log", 403): 404}


def _wanted(case: dict[str, object]) -> tuple[int, str, bool]:
    """Return status, text, and whether the body is that text or holds it."""
    (expectation,) = case["expect"]
    _, relation, said = expectation.split(" ", 2)
    text = json.loads(said)
    status = _EARLIER.get((text, case["expect_status"]), case["expect_status"])
    return status, text, relation == "=="


def test_the_published_requests_are_answered_in_order(tmp_path: Path) -> None:
    """Growth with proof is cosigned; forks, rollbacks, strangers and forgeries are not, each with its own code."""
    with running(tmp_path / "w", name="example.com/witness", logs=[_LOG]) as witness:
        for number, case in enumerate(_CASES["requests"]):
            status, text, is_whole = _wanted(case)
            said = witness.ask(case["body"])
            assert said.status == status, (number, said)
            assert said.body == text if is_whole else text in said.body, (number, said)
            assert (said.content_type == "text/x.tlog.size") is (status == 409)


def test_the_example_request_is_written_back_byte_for_byte() -> None:
    """What is carried to a witness by hand is the same text that is sent."""
    example = (_DATA / "c2sp" / "tlog-witness.block2.txt").read_bytes()
    request = CosignRequest.parse(example)
    assert str(request).encode() == example
    assert (request.old_size, len(request.proof), request.signed.checkpoint.size) == (20852014, 128, 20852163)


def test_all_published_requests_are_here() -> None:
    """A file that lost its cases would pass."""
    assert [case["expect_status"] for case in _CASES["requests"]] == [200, 403, 403, 422, 422, 200, 409, 200, 409]
