"""Does a commitment hide what it should, and refuse what RFC 9901 refuses?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.classification import places_of
from ami_audit.domain.disclosure import (
    Disclosure,
    commit,
    digest_bytes,
    digest_text,
    disclosure_of,
    reveal,
)
from ami_audit.domain.errors import MalformedError, UsageError
from ami_audit.domain.places import Pattern, Place, written

_name = st.text(max_size=5).filter(lambda name: name not in {"_sd", "...", "_sd_alg"})
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_name, inner, max_size=3),
    max_leaves=12,
)
_facts = st.dictionaries(_name, _json, max_size=4)


@given(_facts, st.randoms(use_true_random=False))
def test_what_was_committed_is_revealed_by_its_disclosures(facts: dict[str, Any], chance: Any) -> None:
    """Whatever is chosen, at whatever depth: all disclosures together give the whole value back."""
    content, committed = commit(facts, lambda place: f"salt {place}" if chance.random() < 0.4 else None)
    disclosures = {item.disclosure.digest: item.disclosure for item in committed}
    assert reveal(content, disclosures).value == facts
    for item in committed:
        assert Disclosure.parse(item.disclosure.text) == item.disclosure
        assert disclosure_of(item.disclosure.json) == item.disclosure
        assert digest_text(digest_bytes(item.disclosure.digest)) == item.disclosure.digest


def test_what_is_not_disclosed_is_left_out() -> None:
    """And its digest says where something was: between which members, or which element."""
    content, committed = commit({"user": {"email": "a@b", "id": 1}, "tags": ["x", "y"]}, _salts)
    shown = reveal(content, {})
    assert shown.value == {"user": {"id": 1}, "tags": ["x"]}
    assert [digest.place for digest in shown.digests] == ["user.?", "tags[1]"]
    assert "a@b" not in str(content)
    assert len(committed) == 2


def _salts(place: Place) -> str | None:
    return "salt" if place in {("user", "email"), ("tags", 1)} else None


@pytest.mark.parametrize("name", ["_sd", "..."])
def test_a_reserved_name_is_refused_with_its_path(name: str) -> None:
    """Else an audited value could pass for a digest of ours."""
    with pytest.raises(MalformedError, match=r"`context.*RFC 9901"):
        commit({"context": {name: "value"}}, lambda _place: None)


_EMAIL = Disclosure.of("salt", "email", "a@b")
_ELEMENT = Disclosure.of("salt", None, "a@b")


@pytest.mark.parametrize(
    ("content", "shown", "why"),
    [
        ({"_sd": [_EMAIL.digest, _EMAIL.digest]}, [_EMAIL], "twice|does not fit"),
        ({"a": 1}, [_EMAIL], "belongs to no digest"),
        ({"_sd": [_EMAIL.digest], "email": "x"}, [_EMAIL], "does not fit"),
        ({"_sd": [_ELEMENT.digest]}, [_ELEMENT], "does not fit"),
        ({"a": [{"...": _EMAIL.digest}]}, [_EMAIL], "does not fit an element"),
        ({"a": [{"...": _ELEMENT.digest, "b": 1}]}, [_ELEMENT], "must be a digest"),
        ({"...": _ELEMENT.digest}, [], "outside a list"),
        ({"_sd": "text"}, [], "must be a list"),
    ],
)
def test_what_does_not_fit_is_refused(content: Any, shown: list[Disclosure], why: str) -> None:
    """RFC 9901 section 7.1: each of these could smuggle a value into a place that was never committed to."""
    with pytest.raises(MalformedError, match=why):
        reveal(content, {disclosure.digest: disclosure for disclosure in shown})


@pytest.mark.parametrize("text", ["", "!", "e30", "WyJzYWx0Il0", "WzEsMiwzXQ", "WyJhIiwiX3NkIiwxXQ", "Ä"])
def test_a_text_that_is_no_disclosure_is_refused(text: str) -> None:
    """Not base64url, no array, too short, a salt that is no text, a reserved name."""
    with pytest.raises(MalformedError, match="disclosure"):
        Disclosure.parse(text)


@pytest.mark.parametrize(
    ("text", "place", "is_one"),
    [
        ("actor", ("actor",), True),
        ("context.user.email", ("context", "user", "email"), True),
        ("context.user.email", ("context", "user"), False),
        ("context.customer.*", ("context", "customer", "any"), True),
        ("context.customer.*", ("context", "customer", "any", "deeper"), False),
        ("context.tags[*]", ("context", "tags", 3), True),
        ("context.tags[1]", ("context", "tags", 3), False),
        ('context."a.b"', ("context", "a.b"), True),
    ],
)
def test_a_pattern_matches_its_places_alone(text: str, place: Place, *, is_one: bool) -> None:
    """A pattern that matched more would hide evidence; one that matched less would publish a person."""
    content: Any = "a value"
    for part in reversed(place):
        content = {part: content} if isinstance(part, str) else [content] * (part + 1)
    assert (place in places_of(content, Pattern.parse(text))) is is_one


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", "[0]", "*", "a b", 'a."', "a[x]", 'a"b"'])
def test_a_path_that_is_none_is_refused(text: str) -> None:
    """A misspelt path would silently hide nothing."""
    with pytest.raises(UsageError, match=r"is no path|is not a quoted"):
        Pattern.parse(text)


def test_a_place_is_written_so_that_it_reads_one_way() -> None:
    """A name with a dot in it stands in quotes, as in a policy."""
    assert written(("context", "a.b", "tags", 0)) == 'context."a.b".tags[0]'
    assert written((), unknown=True) == "?"
    assert Pattern.parse(written(("context", "a.b", "tags", 0))).parts == ("context", "a.b", "tags", 0)
