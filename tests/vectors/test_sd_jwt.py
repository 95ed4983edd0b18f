"""Do commitments agree with RFC 9901's examples and with the published cases of its reference implementation?"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ami_audit.domain.disclosure import Disclosure, commit, reveal
from ami_audit.domain.places import Place

_DATA = Path(__file__).parent / "data" / "sd-jwt"
_EXAMPLES = json.loads((_DATA / "disclosures.json").read_text("utf-8"))
_CASES = sorted((_DATA / "testcases").glob("*/specification.yml"))


class _Hidden:
    """A key or an element that the case marks with `!sd`."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _Loader(yaml.SafeLoader):
    """Reads a case; what is marked may be a scalar, a list or a mapping."""


def _hidden(loader: _Loader, node: yaml.Node) -> _Hidden:
    if isinstance(node, yaml.MappingNode):
        return _Hidden(loader.construct_mapping(node, deep=True))
    if isinstance(node, yaml.SequenceNode):
        return _Hidden(loader.construct_sequence(node, deep=True))
    tag = loader.resolve(yaml.ScalarNode, node.value, (node.style is None, node.style is not None))
    return _Hidden(loader.construct_object(yaml.ScalarNode(tag, node.value), deep=True))


_Loader.add_constructor("!sd", _hidden)


def _unmarked(value: Any, place: Place, hidden: set[Place]) -> Any:
    """Return a case's claims without marks, and note where they stood."""
    if isinstance(value, _Hidden):
        hidden.add(place)
        return _unmarked(value.value, place, hidden)
    if isinstance(value, dict):
        plain: dict[str, Any] = {}
        for key, item in value.items():
            name = key.value if isinstance(key, _Hidden) else key
            if isinstance(key, _Hidden):
                hidden.add((*place, name))
            plain[name] = _unmarked(item, (*place, name), hidden)
        return plain
    if isinstance(value, list):
        return [_unmarked(item, (*place, index), hidden) for index, item in enumerate(value)]
    return value


def _shown(wanted: Any, place: Place) -> bool:
    """Return whether the case's holder shows the value at a place."""
    for part in place:
        if wanted is True or wanted in (False, None, "None"):
            return wanted is True
        if isinstance(wanted, dict):
            wanted = wanted.get(str(part), wanted.get(part, False))
        else:
            wanted = wanted[part] if isinstance(part, int) and part < len(wanted) else False
    return wanted not in (False, None, "None")


def test_the_published_cases_are_all_here() -> None:
    """A folder that lost its cases would pass every test below."""
    assert len(_EXAMPLES) == 2
    assert len(_CASES) == 17


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda example: example["kind"])
def test_an_example_of_the_rfc_has_its_digest(example: dict[str, Any]) -> None:
    """The digest is over the text as received, never over a rewriting of it."""
    disclosure = Disclosure.parse(example["disclosure"])
    salt, *name, value = example["array"]
    assert (disclosure.salt, disclosure.name, disclosure.value) == (salt, name[0] if name else None, value)
    assert disclosure.digest == example["digest"]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.parent.name)
def test_a_holder_shows_what_the_case_says(case: Path) -> None:
    """Recursive values, lists in lists, nulls: what is withheld is left out, and nothing else is."""
    said = yaml.load(case.read_text("utf-8"), _Loader)  # noqa: S506 (a safe loader with one more tag)
    hidden: set[Place] = set()
    claims = _unmarked(said["user_claims"], (), hidden)
    content, committed = commit(claims, lambda place: f"salt of {place}" if place in hidden else None)
    assert {item.place for item in committed} == hidden
    whole = reveal(content, {item.disclosure.digest: item.disclosure for item in committed})
    assert whole.value == claims
    shown = [item.disclosure for item in committed if _shown(said.get("holder_disclosed_claims", {}), item.place)]
    answer = reveal(content, {disclosure.digest: disclosure for disclosure in shown})
    assert answer.value == said["expect_verified_user_claims"]
