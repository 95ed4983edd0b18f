"""Is what a reader is not shown really not there, and does the record still hash as it was sealed?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.disclosure import ALGORITHM, SHA_256, commit, reveal
from ami_audit.domain.kinds import DataClassification
from ami_audit.domain.places import Place
from ami_audit.domain.redaction import (
    ProtectedValue,
    ValueState,
    fingerprint_message,
    masked,
    recommitted,
    withheld_by_class,
)

_name = st.text(max_size=4).filter(lambda name: name not in {"_sd", "...", "_sd_alg"})
_json = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_name, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(_name, _json, max_size=4), st.randoms(use_true_random=False))
def test_whatever_a_reader_sees_hashes_as_it_was_sealed(facts: dict[str, Any], chance: Any) -> None:
    """Digests go back to where they stood, between members and in lists, disclosed or not."""
    chosen: set[Place] = set()

    def salt_of(place: Place) -> str | None:
        # Nothing inside what is hidden already, as policies hide.
        if any(place[:depth] in chosen for depth in range(1, len(place))) or chance.random() > 0.4:
            return None
        chosen.add(place)
        return f"salt {place}"

    places = list(_places(facts, ()))
    salts = {place: salt for place in places if (salt := salt_of(place)) is not None}
    content, committed = commit(facts, salts.get)
    shown = {item.disclosure.digest: item.disclosure for item in committed if chance.random() < 0.5}
    seen = reveal(content, shown)
    states = {True: ValueState.DISCLOSED, False: ValueState.WITHHELD}
    protected = [
        ProtectedValue(path=digest.place, state=states[digest.text in shown], digest=digest.text)
        for digest in seen.digests
    ]
    expected = {**content, ALGORITHM: SHA_256} if protected else content
    assert recommitted(seen.value, protected) == expected


def _places(value: Any, place: Place) -> Any:
    """Yield every place below one, the outer ones first."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield (*place, name)
        yield from _places(item, (*place, name))


def test_a_class_above_the_clearance_shows_no_fact_and_no_finding() -> None:
    """What was found and how bad it is stays; what it was made from does not."""
    finding = {"finding_type": "secret", "severity": "error", "description": "key AKIA…", "location": "a.py:1"}
    content = {
        "classification": "confidential",
        "context": {"key": "AKIA", "_sd": ["x"]},
        "metadata": {},
        "findings": [finding],
        "violations": [],
    }
    shown, paths = withheld_by_class(content, DataClassification.INTERNAL)
    assert shown["context"] == {"_sd": ["x"]}
    assert (shown["findings"][0]["finding_type"], shown["findings"][0]["severity"]) == ("secret", "error")
    assert "AKIA" not in str(shown)
    assert paths == ["context.?", "findings"]
    assert withheld_by_class(content, DataClassification.CONFIDENTIAL) == (content, [])


@pytest.mark.parametrize(
    ("secret", "shown"), [("", "…"), ("hunter2", "…"), ("ghp_0123456789abcdef", "ghp_…"), ("x" * 15, "…")]
)
def test_a_masked_secret_tells_its_owner_and_nobody_else(secret: str, shown: str) -> None:
    """Four characters of a long one name its kind; of a short one they would be half of it."""
    assert masked(secret) == shown


def test_a_fingerprint_is_of_the_kind_and_the_secret() -> None:
    """Two kinds of secret that read alike are two."""
    assert (
        len({fingerprint_message("github", "x"), fingerprint_message("aws", "x"), fingerprint_message("aws", "y")}) == 3
    )
