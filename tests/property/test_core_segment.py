"""Is a segment indexed as the format says, whatever its records say?"""

import json
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import reference
from tests.support.reference.segments import FIELDS

from ami_audit.adapters.chain_core import _native
from ami_audit.adapters.chain_core.core import NativeCore

_CORE = NativeCore()
_NAMES = (*FIELDS, "other", "\n", "~")
_VALUES = st.one_of(
    st.text(max_size=4),
    st.sampled_from(
        ["error", "debug", "HIGH", "git_source/1", "/", "2024-02-29T00:00:00.000000Z", "2023-02-29T00:00:00.000000Z"]
    ),
    st.sampled_from([1, None, [], {"action": "inside"}, True]),
)
_contents = st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=5)


def _text(content: dict[str, object]) -> bytes:
    return _CORE.canonicalize(json.dumps(content).encode())


_texts = st.lists(st.one_of(_contents.map(_text), st.binary(max_size=6), st.just(b'{"action": "a"}')), max_size=12)


@given(_texts, st.integers(0, 2**62))
def test_columns_and_roots_are_the_twins(texts: list[bytes], first: int) -> None:
    """One record more or less in a list, and every proof over it would be another."""
    joined, ends = b"".join(texts), list(accumulate(map(len, texts)))
    columns = _CORE.segment_columns(joined, ends)
    assert columns == reference.segment_columns(joined, ends)
    for column in columns:
        assert _CORE.segment_root(column, first) == reference.segment_root(column, first)


def test_a_large_segment_is_indexed_on_all_cores_as_on_one() -> None:
    """Parts are joined in the order of the records."""
    texts = [_text({"action": f"a{number % 7}", "target": f"t/{number}", "n": "x" * 80}) for number in range(3000)]
    joined, ends = b"".join(texts), list(accumulate(map(len, texts)))
    assert len(joined) > 1 << 16
    columns = _CORE.segment_columns(joined, ends)
    assert columns == reference.segment_columns(joined, ends)
    assert [_CORE.segment_root(column, 5) for column in columns] == [
        reference.segment_root(column, 5) for column in columns
    ]


def test_a_column_that_ends_inside_a_key_is_refused() -> None:
    """It was cut somewhere; a root over the rest would hide that."""
    with pytest.raises(_native.CoreError, match="column"):
        _CORE.segment_root(b"\x00\x00\x00\x05abc", 0)
