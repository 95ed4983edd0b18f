"""Rules of a trail: read strictly, valid where they stand, and never lowered by the owner alone."""

from collections.abc import Callable

import pytest
from tests.support.witnesses import witness_key

from ami_audit.domain.approvals import ApprovalRule, rule_for
from ami_audit.domain.errors import ConfigurationError
from ami_audit.domain.keyring import Validity
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.rules import Rules, approvals_of, quorum_history, rules_as_facts, rules_at, rules_in

_DEPLOY = ApprovalRule(action="deploy.*", needed=2)


def _policy(*names: str) -> QuorumPolicy:
    lines = [f"witness {name} {witness_key(name)}\n" for name in names]
    return QuorumPolicy.parse("".join([*lines, f"group all all {' '.join(names)}\n", "quorum all\n"]).encode())


_STRICT, _LAX = _policy("w1", "w2", "w3"), _policy("w1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[approvals", "it is not TOML"),
        ("approvals = 3", "`approvals` must be a table"),
        ('[approvals]\n"a" = 3', '`approvals."a"` must be'),
        ('[approvals]\n"a" = {needed = 0}', '`approvals."a"` must be'),
        ('[approvals]\n"a" = {needed = 2, of = ["one"]}', "more persons than it names"),
        ('[approvals]\n"a" = {needed = 2, of = ["one", "one"]}', "more persons than it names"),
        ('[approvals]\n"a" = {needed = 1, off = ["one"]}', '`approvals."a"` must be'),
        ('[approvals]\n"" = {needed = 1}', '`approvals.""` must be'),
        ('[approvals]\n"a" = {needed = 1, of = ["66d87c5afb92"]}', "the key `66d87c5afb92` by too few digits"),
    ],
)
def test_a_bad_policy_is_refused(text: str, said: str) -> None:
    """A rule that is read wrongly asks for nothing."""
    with pytest.raises(ConfigurationError) as caught:
        approvals_of(text, where="policy.toml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("policy.toml: ")


@pytest.mark.parametrize(
    ("named", "signer", "counts"),
    [
        ("66d87c5afb92", "66d87c5afb92", False),
        ("66d87c5afb92", "ann", False),
        ("66D87C5AFB92", "66D87C5AFB92", False),
        ("66d87c5afb92" * 3, "66d87c5afb92" * 3, False),
        ("ab" * 15, "ann", False),
        ("ab" * 16, "ann", True),
        ("AB" * 32, "ann", True),
        ("ann", "ann", True),
        ("ann", "bob", False),
    ],
)
def test_what_looks_like_a_key_id_names_no_person(named: str, signer: str, *, counts: bool) -> None:
    """Anybody may call a new key what another key's id begins with; half an id is what nobody can make a key for."""
    key = Validity(b"\xab" * 32, bytes(32), signer, 0)
    assert ApprovalRule(action="a", needed=1, of=(named,)).counts(key) is counts


def test_other_tables_of_the_file_are_passed_over() -> None:
    """The same file says what is classified, and for how long it is kept."""
    text = '[retention]\nkeep = "7 years"\n[approvals]\n"deploy.*" = {needed = 2}\n'
    assert approvals_of(text, where="policy.toml") == (_DEPLOY,)
    assert approvals_of("", where="policy.toml") == ()


def test_the_most_exact_rule_holds() -> None:
    """A name beats a pattern, a longer pattern a shorter one."""
    rules = [ApprovalRule(action=action, needed=1) for action in ("*", "deploy.*", "deploy.prod.*", "deploy.prod.db")]
    for action, rule in {
        "deploy.prod.db": "deploy.prod.db",
        "deploy.prod.web": "deploy.prod.*",
        "deploy.test": "deploy.*",
        "file.observed": "*",
    }.items():
        found = rule_for(rules, action)
        assert found is not None
        assert found.action == rule
    assert rule_for([_DEPLOY], "Deploy.x") is None


@pytest.mark.parametrize("sequence", [0, 5])
def test_rules_that_are_stated_are_read_back(sequence: int) -> None:
    """They stand in the record's context, under its hash."""
    action = "policy.changed" if sequence else "trail.created"
    content = {"action": action, "context": rules_as_facts(_STRICT, [_DEPLOY])}
    assert rules_in(content, sequence) == Rules(sequence, _STRICT, (_DEPLOY,))
    assert content["context"]["quorum"]["required"] == 3


def test_a_trail_without_rules_states_none() -> None:
    """As trails did before there were any."""
    content = {"action": "trail.created", "context": {"quorum": {"witnesses": 0, "required": 0}}}
    assert rules_in(content, 0) == Rules(0)


@pytest.mark.parametrize(
    ("content", "sequence"),
    [
        ({"action": "trail.created", "context": rules_as_facts(_STRICT, [])}, 7),
        ({"action": "file.observed", "context": rules_as_facts(_STRICT, [])}, 7),
        ({"action": "policy.changed", "context": []}, 7),
        ({"action": "policy.changed", "context": {"quorum": {"policy": "quorum nobody\n"}}}, 7),
        ({"action": "policy.changed", "context": {"quorum": {"policy": "\ud800"}}}, 7),
        ({"action": "policy.changed", "context": {"approvals": [{"action": "x"}]}}, 7),
    ],
)
def test_what_states_no_rules_changes_none(content: dict[str, object], sequence: int) -> None:
    """Rules that cannot be read leave those before them in force."""
    assert rules_in(content, sequence) is None


def test_rules_hold_for_what_comes_after_them() -> None:
    """The record that states them was sealed under those before."""
    stated = [Rules(0), Rules(5, None, (_DEPLOY,))]
    assert [rules_at(stated, sequence).approvals for sequence in (1, 5, 6)] == [(), (), (_DEPLOY,)]
    assert rules_at([], 3) == Rules()


def _never(_policy: QuorumPolicy, _size: int) -> bool:
    return False


def _by(policy: QuorumPolicy, size: int) -> Callable[[QuorumPolicy, int], bool]:
    return lambda asked, least: asked == policy and least <= size


def test_a_first_policy_is_in_force_at_once() -> None:
    """Before it there is nobody to ask."""
    history = quorum_history([Rules(0), Rules(5, _STRICT)], _never)
    assert [(part.size, part.policy) for part in history] == [(0, None), (6, _STRICT)]


def test_a_policy_is_lowered_only_with_the_witnesses_of_the_one_before() -> None:
    """Else the owner of the key would ask for one witness, its own, before rewriting the trail."""
    stated = [Rules(0, _STRICT), Rules(5, _LAX)]
    (_, last) = quorum_history(stated, _never)
    assert (last.size, last.policy, last.pending) == (1, _STRICT, stated[1])
    assert quorum_history(stated, _by(_STRICT, 5))[-1].policy == _STRICT
    assert quorum_history(stated, _by(_LAX, 9))[-1].policy == _STRICT
    assert quorum_history(stated, _by(_STRICT, 6))[-1] == (6, _LAX, None)


def test_a_policy_taken_away_is_lowered_too() -> None:
    """No policy at all is the lowest."""
    assert quorum_history([Rules(0, _STRICT), Rules(5, None)], _never)[-1].policy == _STRICT
