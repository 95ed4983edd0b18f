"""Are values written, and canonical texts chained, as the twin does it?"""

import math
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import reference
from tests.support.reference.hashes import pieces

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.values import frozen

_CORE = NativeCore()
_hash = st.binary(min_size=32, max_size=32)
_key = st.text(max_size=4) | st.sampled_from(["a", "b", "é", "\U0001f600", "\ufb33", '"', "\n", "\x7f", "z"])
_leaf = (
    st.none()
    | st.booleans()
    | st.integers(-(2**54), 2**54)
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["\ud800", "\x1f", 2**53, -(2**53) + 1, 1e21, 9007199254740993.0, 10**30])
)


def frozen_or_plain(value: dict[str, Any]) -> dict[str, Any]:
    """Return the dict as records hold it, or as it is when it cannot be held."""
    try:
        frozen_value: dict[str, Any] = frozen(value)
    except MalformedError:
        return value
    return frozen_value


_value = st.recursive(
    _leaf,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(_key, inner, max_size=5)
        | st.dictionaries(_key, inner, max_size=3).map(frozen_or_plain)
    ),
    max_leaves=12,
)


class _Colour(StrEnum):
    RED = "red"


def _refused_at(values: list[Any]) -> int:
    try:
        reference.encode(values)
    except reference.NotPlainError as error:
        return int(error.args[0])
    return -1


@given(st.lists(_value, max_size=5))
def test_values_are_written_or_refused_as_the_twin_does(values: list[Any]) -> None:
    """The texts are what is hashed: one byte more or less is another record."""
    refused = _refused_at(values)
    if refused < 0:
        assert _CORE.encode(values) == reference.encode(values)
        return
    with pytest.raises(MalformedError) as refusal:
        _CORE.encode(values)
    assert refusal.value.position == refused


@given(st.lists(_value, max_size=5))
def test_a_text_that_is_said_to_be_canonical_is(values: list[Any]) -> None:
    """Such a text is hashed as it stands: nobody looks at it again before it is sealed."""
    if _refused_at(values) >= 0:
        return
    encoded = _CORE.encode(values)
    for text in pieces(encoded.texts, encoded.ends):
        assert _CORE.canonicalize(text) == text or not encoded.is_canonical


@given(st.lists(_value, max_size=5), _hash, _hash)
def test_a_chain_over_canonical_texts_is_the_linked_one(values: list[Any], tag: bytes, previous: bytes) -> None:
    """Two ways to the same hashes; which one is taken must not show."""
    if _refused_at(values) >= 0:
        return
    encoded = _CORE.encode(values)
    linked = _CORE.link(encoded.texts, encoded.ends, tag=tag, previous_hash=previous)
    chained = _CORE.chain(linked.canonical, linked.ends, tag=tag, previous_hash=previous)
    assert chained == linked.record_hashes
    assert chained == reference.chain(linked.canonical, linked.ends, tag=tag, previous_hash=previous)


def test_a_batch_that_many_threads_share_is_chained_in_order() -> None:
    """Threads take parts of a large batch; the hashes must come back in order."""
    encoded = _CORE.encode([{"sequence": index, "text": "x" * 400} for index in range(1500)])
    tag, previous = bytes(32), bytes(range(32))
    assert encoded.is_canonical
    assert _CORE.chain(encoded.texts, encoded.ends, tag=tag, previous_hash=previous) == reference.chain(
        encoded.texts, encoded.ends, tag=tag, previous_hash=previous
    )


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        -math.inf,
        2**53,
        1e20,
        "\udfff",
        {1: "a"},
        {None: "a"},
        {"\ud800": 1},
        b"bytes",
        {"a": {1, 2}},
        [object()],
        1j,
        range(3),
    ],
)
def test_what_is_not_plain_json_is_refused_with_its_position(value: object) -> None:
    """Nothing is rounded, and no key or value becomes text that was none."""
    with pytest.raises(MalformedError, match="not a plain JSON value") as refusal:
        _CORE.encode([{}, {"ok": value}])
    assert refusal.value.position == 1


def test_classes_below_the_plain_ones_are_written_as_what_they_are() -> None:
    """Severities are of a class below str, and frozen values of one below dict."""
    written = _CORE.encode([{"b": _Colour.RED, "a": (frozen({"z": [True]}), 0.0)}])
    assert written.texts == b'{"a":[{"z":[true]},0],"b":"red"}'


@pytest.mark.parametrize(("levels", "fits"), [(128, True), (129, False)])
def test_as_many_containers_as_canonical_json_may_hold_are_written(levels: int, *, fits: bool) -> None:
    """A deeper one is refused here, and not by an overflowing stack."""
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    if fits:
        assert _CORE.canonicalize(_CORE.encode([value]).texts)
        return
    with pytest.raises(MalformedError):
        _CORE.encode([value])
