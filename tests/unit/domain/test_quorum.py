"""Policies: what is asked of witnesses, and that a bad file is refused where it is bad."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.witnesses import log_key, witness_key

from ami_audit.domain.errors import FormatError, UsageError
from ami_audit.domain.note import NoteKey
from ami_audit.domain.quorum import QuorumPolicy, profile, quorum_of

_W = [str(witness_key(f"example.org/w{number}")) for number in range(5)]
_TWO = f"witness a {_W[0]}\nwitness b {_W[1]}\n"


def _parsed(text: str) -> QuorumPolicy:
    return QuorumPolicy.parse(text.encode())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "policy: it says no `quorum`"),
        ("# nothing\n", "it says no `quorum`"),
        (_TWO, "line 2: it says no `quorum`"),
        ("quorum none", "line 1: the last line does not end"),
        ("quorum none\r\n", "line 1: it holds the control character 0x0D"),
        ("quorum none\n\x7f\n", "line 2: it holds the control character 0x7F"),
        ("Quorum none\n", "line 1: `Quorum` is none of"),
        ("quorum\n", "line 1: `quorum` has 0 words after it"),
        ("quorum a b\n", "line 1: `quorum` has 2 words after it"),
        ("quorum none\nquorum none\n", "line 2: `quorum` is said twice"),
        ("quorum a\n", "line 1: `a` is no witness or group named before"),
        (f"quorum a\n{_TWO}", "line 1: `a` is no witness or group named before"),
        (f"witness a {_W[0]} https://w x\n", "line 1: `witness` has 4 words after it"),
        (f"witness none {_W[0]}\n", "line 1: the name `none` is taken"),
        (f"witness a {_W[0]}\nwitness a {_W[1]}\n", "line 2: the name `a` is taken"),
        (f"witness a {_W[0]}\nwitness b {_W[0]}\n", "line 2: the key of `example.org/w0` is named twice"),
        (f"witness a {log_key('l')}\n", "line 1: `l` is no witness's key"),
        ("witness a w+01020304+AAAA\n", "line 1: `w` is no witness's key: its signature type is 0"),
        ("witness a nothing\n", "line 1: `nothing` is not of the form `name.hash.base64`"),
        (f"log {log_key('l')}\nlog {log_key('l')}\n", "line 2: the key of `l` is named twice"),
        (f"log {_W[0]}\n", "line 1: `example.org/w0` is a witness's key"),
        (f"{_TWO}group g 3 a b\n", "line 3: `3` is not `all`, `any` or a number from 1 to 2"),
        (f"{_TWO}group g 0 a b\n", "line 3: `0` is not"),
        (f"{_TWO}group g 01 a b\n", "line 3: `01` is not"),
        (f"{_TWO}group g ANY a b\n", "line 3: `ANY` is not"),
        (f"{_TWO}group g any\n", "line 3: `group` has 2 words after it"),
        (f"{_TWO}group g any a a\n", "line 3: `a` is a member already"),
        (f"{_TWO}group g any a none\n", "line 3: `none` is no witness"),
        (f"{_TWO}group g any a g\n", "line 3: `g` is no witness"),
        (f"{_TWO}group g any a\ngroup h any a b\n", "line 4: `a` is a member already"),
        (f"{_TWO}group a any b\n", "line 3: the name `a` is taken"),
    ],
)
def test_a_bad_policy_is_refused_where_it_is_bad(text: str, reason: str) -> None:
    """Whoever reads a policy otherwise than its writer trusts the wrong witnesses."""
    with pytest.raises(FormatError, match=reason):
        _parsed(text)


def test_blanks_and_comments_say_nothing() -> None:
    """Tabs, spaces before and after, empty lines and comments are for people."""
    policy = _parsed(f"\n  # who\n\twitness\ta  {_W[0]}\t\n   \n quorum \t a \n")
    assert policy.judge({"a"}).is_reached


def test_octets_above_ascii_are_names_like_others() -> None:
    """They are compared as they are, even where they are no UTF-8."""
    policy = QuorumPolicy.parse(b"witness \xff\xe9 " + _W[0].encode() + b"\nquorum \xff\xe9\n")
    assert policy.judge({policy.witnesses[0].name}).is_reached


def test_no_quorum_asks_for_nothing() -> None:
    """`none` is a policy, too: the answer counts nobody."""
    verdict = _parsed(f"{_TWO}quorum none\n").judge({"a", "b"})
    assert (verdict.is_reached, str(verdict)) == (True, "0/0")


def test_a_witness_outside_the_quorum_is_not_counted() -> None:
    """A known witness that the rule does not ask adds nothing."""
    policy = _parsed(f"{_TWO}quorum a\n")
    assert str(policy.judge({"a", "b"})) == "1/1"
    assert not policy.judge({"b"}).is_reached


def test_the_limits_that_the_specification_recommends_are_within_ours() -> None:
    """32 logs, 32 witnesses and 32 groups must be readable."""
    text = "".join(f"log {log_key(f'l{n}')}\n" for n in range(32))
    text += "".join(f"witness w{n} {witness_key(f'w{n}')}\n" for n in range(32))
    text += (
        "".join(f"group g{n} any w{n}\n" for n in range(31)) + f"group g all {' '.join(f'g{n}' for n in range(31))}\n"
    )
    policy = _parsed(text + "quorum g\n")
    assert policy.fewest == 31
    assert policy.judge({f"w{n}" for n in range(31)}).is_reached


@pytest.mark.parametrize(("witnesses", "faulty", "needed"), [(5, 1, 4), (4, 1, 3), (7, 2, 5), (1, 0, 1), (3, 0, 2)])
def test_a_quorum_outvotes_two_faces(witnesses: int, faulty: int, needed: int) -> None:
    """Any two quorums share more witnesses than may lie, and the honest ones alone reach one."""
    assert quorum_of(witnesses, faulty=faulty) == needed
    assert 2 * needed - witnesses > faulty
    assert witnesses - faulty >= needed


def test_too_few_witnesses_are_refused() -> None:
    """Three cannot outvote a liar among them and still do without one who is down."""
    with pytest.raises(UsageError, match="4 or more"):
        quorum_of(3)


def test_the_usual_policy_asks_four_of_five() -> None:
    """n=5, f=1."""
    keys = [(NoteKey.parse(key), f"http://127.0.0.1:{number}") for number, key in enumerate(_W)]
    policy = _parsed(profile(keys, logs=[log_key("example.org/trail")]))
    names = [witness.name for witness in policy.witnesses]
    assert [witness.url for witness in policy.witnesses] == [url for _, url in keys]
    assert all(policy.judge(four).is_reached for four in combinations(names, 4))
    assert not any(policy.judge(three).is_reached for three in combinations(names, 3))
    assert (policy.fewest, policy.knows_log("example.org/trail"), policy.knows_log("other")) == (4, True, False)


@given(
    st.sets(st.sampled_from(["w1", "w2", "w3", "w4", "w5"])), st.sets(st.sampled_from(["w1", "w2", "w3", "w4", "w5"]))
)
def test_two_quorums_share_three_witnesses(one: set[str], other: set[str]) -> None:
    """So two forks are both accepted only when three witnesses have signed both."""
    policy = _parsed(profile([(NoteKey.parse(key), "") for key in _W]))
    if policy.judge(one).is_reached and policy.judge(other).is_reached:
        assert len(one & other) >= 3


@given(st.binary(max_size=300))
def test_no_file_ends_in_anything_but_a_policy_or_a_refusal(raw: bytes) -> None:
    """A policy comes from somebody else."""
    try:
        policy = QuorumPolicy.parse(raw)
    except FormatError:
        return
    assert policy.text.encode("utf-8", "surrogateescape") == raw
