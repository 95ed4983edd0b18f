"""Is every example block of the C2SP tlog-policy specification read as it is meant?"""

import itertools
import re
from pathlib import Path

import pytest
from tests.support.witnesses import log_key, witness_key

from ami_audit.domain.errors import FormatError
from ami_audit.domain.quorum import QuorumPolicy

_DATA = Path(__file__).parent / "data" / "c2sp"


def _block(number: int) -> str:
    return (_DATA / f"tlog-policy.fenced{number}.txt").read_text(encoding="utf-8")


def _with_keys(text: str) -> str:
    """Put keys in place of the examples' `<vkey>`."""
    numbers = itertools.count()
    text = re.sub(r"log <vkey>", lambda _: f"log {log_key('example.org/log')}", text)
    return re.sub(r"<vkey>", lambda _: str(witness_key(f"example.org/w{next(numbers)}")), text)


@pytest.mark.parametrize(
    ("cosigners", "is_reached"),
    [
        ({"X1", "X2", "Y1"}, True),
        ({"X1", "X2", "X3", "Y1", "Y2", "Y3"}, True),
        ({"X1", "X2", "X3"}, False),
        ({"X1", "Y1", "Y2", "Y3"}, False),
        (set(), False),
    ],
)
def test_the_example_policy_asks_two_of_one_kind_and_any_of_the_other(cosigners: set[str], *, is_reached: bool) -> None:
    """Two organisations must both have seen the log."""
    policy = QuorumPolicy.parse(_with_keys(_block(1)).encode())
    assert policy.judge(cosigners).is_reached is is_reached
    assert (policy.fewest, len(policy.counted), [log.key.name for log in policy.logs]) == (3, 6, ["example.org/log"])


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6])
def test_each_form_of_a_line_is_read(number: int) -> None:
    """With and without the optional URL; all, any and a number."""
    before = _with_keys("witness <name> <vkey>\n") if number in {4, 6} else ""
    for form in _block(number).splitlines():
        line = form.replace("<name>...", "<name>").replace("<k>", "1")
        line = line.replace("group <name>", "group a-group")
        for text in {re.sub(r" \[<url>\]", "", line), re.sub(r"\[<url>\]", "https://example.org/w", line)}:
            rest = "" if text.startswith("quorum") else "quorum none\n"
            assert QuorumPolicy.parse(_with_keys(f"{before}{text}\n{rest}").encode())


@pytest.mark.parametrize("number", [1, 2, 3, 4, 6])
def test_a_form_as_it_stands_is_no_policy(number: int) -> None:
    """`<vkey>` is not a key, and `<name>` is nobody's name."""
    with pytest.raises(FormatError, match="policy, line 1:"):
        QuorumPolicy.parse(_block(number).encode())
