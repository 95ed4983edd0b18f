"""Does a policy say exactly what it says, and is a wrong one refused with its place?"""

from datetime import timedelta
from typing import Any

import pytest

from ami_audit.domain.classification import Hiding, policy_of, subject_of
from ami_audit.domain.errors import ConfigurationError
from ami_audit.domain.kinds import DataClassification
from ami_audit.domain.places import Pattern
from ami_audit.domain.rules import approvals_of

_POLICY = """
subject = "context.user.id"

[[values]]
paths = ["context.user.email", "context.customer.*", "actor"]
class = "CONFIDENTIAL"

[[values]]
paths = ["context.customer.iban"]
actions = ["payment.*"]
class = "RESTRICTED"
subject = "context.customer.id"

[[records]]
actions = ["payroll.*"]
class = "RESTRICTED"
subject = "context.employee"

[retention]
keep = "365 days"

[[retention.rules]]
actions = ["payment.*"]
keep = "10 years"
"""


def _content(action: str, **more: Any) -> dict[str, Any]:
    plain = {"classification": "internal", "target_type": "service", "actor": "ann", "context": {}, "metadata": {}}
    return {"action": action, **plain, **more}


def test_values_at_named_places_are_hidden_for_their_subject() -> None:
    """The subject is who an erasure would be asked by."""
    policy = policy_of(_POLICY, where="policy.toml")
    content = _content("order.placed", context={"user": {"id": 7, "email": "a@b"}, "customer": {"name": "Ann"}})
    classification, hidden = policy.hidings(content)
    assert classification is DataClassification.INTERNAL
    confidential = Hiding(DataClassification.CONFIDENTIAL, "7")
    places = [("context", "user", "email"), ("context", "customer", "name"), ("actor",)]
    assert hidden == dict.fromkeys(places, confidential)


def test_the_highest_class_of_rules_that_meet_counts() -> None:
    """A value that a stricter rule names as well must not be read under the milder one."""
    policy = policy_of(_POLICY, where="policy.toml")
    _, hidden = policy.hidings(_content("payment.made", context={"customer": {"iban": "DE1", "id": "c1"}}))
    assert hidden["context", "customer", "iban"].classification is DataClassification.RESTRICTED


def test_all_facts_of_a_restricted_record_are_hidden() -> None:
    """Each member by itself; what a path names inside is hidden with it, under the record's subject."""
    policy = policy_of(_POLICY, where="policy.toml")
    content = _content("payroll.paid", context={"employee": "ann", "user": {"email": "a@b"}}, metadata={"host": "h"})
    classification, hidden = policy.hidings(content)
    assert classification is DataClassification.RESTRICTED
    restricted = Hiding(DataClassification.RESTRICTED, "ann")
    assert hidden == {
        ("context", "employee"): restricted,
        ("context", "user"): restricted,
        ("metadata", "host"): restricted,
        ("actor",): Hiding(DataClassification.CONFIDENTIAL, ""),
    }


@pytest.mark.parametrize("target_type", ["key", "trail"])
def test_what_the_trail_says_about_itself_is_never_hidden(target_type: str) -> None:
    """Else nobody could verify who may sign, or why something is gone."""
    policy = policy_of('[[records]]\nclass = "RESTRICTED"\n', where="policy.toml")
    content = _content("key.added", context={"key_id": "x"}, target_type=target_type)
    assert policy.hidings(content) == (DataClassification.INTERNAL, {})


def test_a_span_is_read_in_days() -> None:
    """A policy speaks of days and years; a shorter span than a day is a misprint."""
    policy = policy_of(_POLICY, where="policy.toml")
    assert policy.keep == timedelta(days=365)
    assert policy.keeps[0].keep == timedelta(days=3650)
    assert policy_of("", where="policy.toml").keep is None


@pytest.mark.parametrize(("value", "named"), [("ann", "ann"), (7, "7"), ("", ""), (True, ""), (None, ""), ({}, "")])
def test_a_subject_is_named_by_text_or_number(value: Any, named: str) -> None:
    """Anything else names nobody; the values then belong to their record alone."""
    assert subject_of({"context": {"id": value}}, Pattern.parse("context.id")) == named


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = ", "not TOML"),
        ("unknown = 1", "`unknown`: it is not known here"),
        ("values = 1", "`values`: it must be tables"),
        ('[[values]]\nclass = "CONFIDENTIAL"', r"`values\[0\].paths`: it names no value"),
        ('[[values]]\npaths = ["severity"]', r"`values\[0\].paths`: `severity` cannot be hidden"),
        ('[[values]]\npaths = ["context"]', r"`context` cannot be hidden"),
        ('[[values]]\npaths = ["actor.name"]', r"`actor.name` cannot be hidden"),
        ('[[values]]\npaths = ["context..a"]', r"`values\[0\].paths`: `context..a` is no path"),
        ('[[values]]\npaths = ["actor"]\nclass = "SECRET"', r"`SECRET` is no class; choose one of PUBLIC"),
        ('[[values]]\npaths = ["actor"]\nactions = []', r"`values\[0\].actions`: it names no action"),
        ('[[values]]\npaths = ["actor"]\nclas = "PUBLIC"', r"`values\[0\].clas`: it is not known here"),
        ('[[records]]\nactions = ["a"]', r"`records\[0\].class`: it is missing"),
        ("subject = 1", "`subject`: it must be a path"),
        ('[retention]\nkeep = "soon"', "`retention.keep`: `soon` is no span"),
        ('[[retention.rules]]\nactions = ["a"]', r"`retention.rules\[0\].keep`: it is missing"),
        ("retention = 1", "`retention`: it must be a table"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_place(text: str, said: str) -> None:
    """A key that is misspelt and passed over would publish what it was meant to hide."""
    with pytest.raises(ConfigurationError, match=f"policy.toml: .*{said}"):
        policy_of(text, where="policy.toml")


def test_a_policy_may_ask_for_approvals_beside_what_it_hides() -> None:
    """One file says both: what is read here must not refuse what `domain.rules` reads."""
    text = '[approvals]\n"deploy.*" = {needed = 2, of = ["ann", "bob"]}\n\n[retention]\nkeep = "365 days"\n'
    assert policy_of(text, where="policy.toml").keep == timedelta(days=365)
    (rule,) = approvals_of(text, where="policy.toml")
    assert (rule.action, rule.needed) == ("deploy.*", 2)
