"""Are proof files read and written as other people's tools do?"""

import json
from pathlib import Path

import pytest

from ami_audit.domain.errors import ProofError
from ami_audit.domain.proof import TlogProof

_CASES = json.loads((Path(__file__).parent / "data" / "tlog-proof" / "cases.json").read_text())
_GOOD = dict(_CASES["serialise_ok"])
_BAD = dict(_CASES["parse_must_fail"])


def test_the_published_cases_are_all_here() -> None:
    """A file that lost its cases would pass every test below."""
    assert (len(_GOOD), len(_BAD)) == (3, 8)


@pytest.mark.parametrize("name", _GOOD)
def test_a_published_proof_is_read_and_written_byte_for_byte(name: str) -> None:
    """A reader that drops something would write something else."""
    assert TlogProof.parse(_GOOD[name]).format() == _GOOD[name]


@pytest.mark.parametrize("name", _BAD)
def test_a_published_fault_is_refused(name: str) -> None:
    """What other readers refuse must not pass here."""
    with pytest.raises(ProofError):
        TlogProof.parse(_BAD[name])
