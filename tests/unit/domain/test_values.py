"""Values of records: JSON that no two readers read differently, frozen through and through."""

import copy
import json
import math
import pickle
from collections import OrderedDict
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.errors import MalformedError
from ami_audit.domain.values import FrozenDict, FrozenList, frozen

_LARGEST = 2**53 - 1
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-_LARGEST, _LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: not _LARGEST < abs(value) < 1e21)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_TEXT, inner, max_size=5),
    max_leaves=20,
)


class _Colour(StrEnum):
    RED = "red"


class _Size(IntEnum):
    SMALL = 1


@given(_JSON)
def test_json_equals_what_it_was_frozen_from(value: Any) -> None:
    """Freezing is not a change."""
    assert frozen(value) == value
    assert json.dumps(frozen(value)) == json.dumps(value)


@given(_JSON)
def test_freezing_twice_is_freezing_once(value: Any) -> None:
    """A record that is copied is validated again."""
    once = frozen(value)
    assert frozen(once) == once


@given(_JSON)
def test_equal_values_have_equal_hashes(value: Any) -> None:
    """Frozen records stand in sets."""
    assert hash(frozen(value)) == hash(frozen(copy.deepcopy(value)))


@given(_JSON)
def test_frozen_values_can_be_copied_and_sent_to_another_process(value: Any) -> None:
    """Fleet audits hand records to worker processes."""
    once = frozen(value)
    assert copy.copy(once) == once
    assert copy.deepcopy(once) == once
    assert pickle.loads(pickle.dumps(once)) == once  # noqa: S301 (our own bytes)


def test_what_was_frozen_does_not_change_with_its_origin() -> None:
    """The caller keeps a reference to the dict it gave."""
    inner = [1]
    outer = {"inner": inner}
    value = frozen(outer)
    inner.append(2)
    outer["more"] = [3]
    assert value == {"inner": [1]}


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.__setitem__("a", 1),
        lambda value: value.__delitem__("list"),
        lambda value: value.update(a=1),
        lambda value: value.pop("list"),
        lambda value: value.popitem(),
        lambda value: value.clear(),
        lambda value: value.setdefault("a", 1),
        lambda value: value.__ior__({"a": 1}),
        lambda value: value["list"].append(1),
        lambda value: value["list"].extend([1]),
        lambda value: value["list"].insert(0, 1),
        lambda value: value["list"].pop(),
        lambda value: value["list"].remove(1),
        lambda value: value["list"].clear(),
        lambda value: value["list"].sort(),
        lambda value: value["list"].reverse(),
        lambda value: value["list"].__setitem__(0, 9),
        lambda value: value["list"].__delitem__(0),
        lambda value: value["list"].__iadd__([1]),
        lambda value: value["list"].__imul__(2),
        lambda value: value["list"][1].update(a=1),
    ],
)
def test_a_frozen_value_refuses_every_change(change: Any) -> None:
    """Frozen is shallow in Python; evidence is not."""
    value = frozen({"list": [1, {"deep": True}]})
    with pytest.raises(TypeError, match="frozen"):
        change(value)
    assert value == {"list": [1, {"deep": True}]}


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        ({"a": {"b": math.nan}}, "a.b", "not a JSON number"),
        ({"a": [1, math.inf]}, "a[1]", "not a JSON number"),
        ([[-math.inf]], "[0][0]", "not a JSON number"),
        ({"a": _LARGEST + 1}, "a", "2^53"),
        ({"a": -_LARGEST - 1}, "a", "2^53"),
        ({"a": "\ud800"}, "a", "lone surrogate at character 0"),
        ({"a": {"ok\udfff": 1}}, "a.ok\udfff", "lone surrogate"),
        ({"a": {1: 2}}, "a.1", "a key must be text"),
        ({"a": {None: 2}}, "a.None", "a key must be text"),
        ({"a": b"bytes"}, "a", "base64"),
        ({"a": datetime(2026, 1, 1, tzinfo=UTC)}, "a", "RFC 3339"),
        ({"a": date(2026, 1, 1)}, "a", "RFC 3339"),
        ({"a": {1, 2}}, "a", "set is not a JSON value"),
        ({"a": object()}, "a", "object is not a JSON value"),
        ({"a": 1j}, "a", "complex is not a JSON value"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused_with_its_path(value: Any, path: str, reason: str) -> None:
    """The caller must find the one bad value among hundreds."""
    with pytest.raises(MalformedError) as refused:
        frozen(value)
    assert refused.value.path == path
    assert reason in refused.value.reason


def test_the_path_begins_where_the_caller_says() -> None:
    """`context.user.age` is what the caller wrote."""
    with pytest.raises(MalformedError) as refused:
        frozen({"age": math.nan}, "context.user")
    assert refused.value.path == "context.user.age"


def test_nesting_ends_somewhere() -> None:
    """A deep value must not overflow the stack of whoever reads the trail."""
    deep: Any = 0
    for _ in range(128):
        deep = [deep]
    assert frozen(deep) == deep
    with pytest.raises(MalformedError, match="nested deeper"):
        frozen([deep])
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(MalformedError, match="nested deeper"):
        frozen(endless)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, 2), [1, 2]),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (_Colour.RED, "red"),
        ({_Colour.RED: _Size.SMALL}, {"red": 1}),
        (range(3), [0, 1, 2]),
    ],
)
def test_what_is_json_in_all_but_type_is_taken(value: Any, plain: Any) -> None:
    """Enums, tuples and mappings are what real code holds."""
    assert frozen(value) == plain
    assert json.dumps(frozen(value)) == json.dumps(plain)


def test_the_kinds_of_frozen_values_are_dicts_and_lists() -> None:
    """Every JSON writer knows what to do with them."""
    value = frozen({"a": [{}]})
    assert type(value) is FrozenDict
    assert type(value["a"]) is FrozenList
    assert type(value["a"][0]) is FrozenDict
