"""Does the compiled writer give the twin's bytes, and refuse what the twin refuses, where the twin does?"""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.errors import MalformedError

_CORE = NativeCore()
_LARGEST = 2**53 - 1
# Where UTF-8 and UTF-16 disagree about order, and what is escaped.
_EDGES = '\x00\x1f\x7f"\\/\b\n\u2028é\ud7ff\ue000\ufb33\uffff\U00010000\U0001f600aA0._[]'
_text = st.text(st.one_of(st.sampled_from(_EDGES), st.characters(exclude_categories=["Cs"])), max_size=12)
_number = st.one_of(st.integers(-_LARGEST, _LARGEST), st.floats(allow_nan=False, allow_infinity=False))
_leaf = st.one_of(st.none(), st.booleans(), _number, _text)
_json = st.recursive(
    _leaf, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_text, inner, max_size=6))
)
# Each stands where a value stands, and has no canonical form.
_REFUSED = (
    ("NaN", "not a finite number"),
    ("Infinity", "not a finite number"),
    ("-Infinity", "not a finite number"),
    ("1e400", "not a finite number"),
    ("-1.9e308", "not a finite number"),
    (str(_LARGEST + 1), "an integer beyond"),
    (str(-_LARGEST - 1), "an integer beyond"),
    ("9" * 5000, "an integer beyond"),
    ('"\\ud800"', "a lone surrogate"),
    ('"\\udc00\\ud800"', "a lone surrogate"),
    ('"\\ud83d\\u0041"', "a lone surrogate"),
    ('{"a":1,"b":2,"a":3}', "a duplicate key"),
    ('{"a":1,"\\u0061":3}', "a duplicate key"),
    ('{"\\ud800":1}', "a lone surrogate"),
)


def _spelled(value: Any, draw: st.DrawFn) -> str:
    """Return one of the many spellings that JSON has for a value."""
    space = draw(st.sampled_from(["", " ", "\n\t"]))
    if isinstance(value, dict):
        pairs = draw(st.permutations(list(value.items())))
        inside = ",".join(f"{_spelled(key, draw)}{space}:{space}{_spelled(item, draw)}" for key, item in pairs)
        return f"{{{space}{inside}{space}}}"
    if isinstance(value, list):
        return f"[{space}" + f"{space},".join(_spelled(item, draw) for item in value) + f"{space}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=draw(st.booleans()))
    if isinstance(value, float):
        return f"{value:.17e}"
    return json.dumps(value)


@st.composite
def _spellings(draw: st.DrawFn) -> tuple[Any, bytes]:
    value = draw(_json)
    return value, _spelled(value, draw).encode()


@given(_spellings())
def test_every_spelling_of_a_value_has_the_twins_bytes(case: tuple[Any, bytes]) -> None:
    """Order, white space, escapes and exponents differ; the bytes that are hashed must not."""
    value, text = case
    canonical = _CORE.canonicalize(text)
    assert canonical == reference.canonicalize(text)
    assert canonical == rfc8785.dumps(value)


@given(_spellings())
def test_canonical_bytes_are_their_own_canonical_form(case: tuple[Any, bytes]) -> None:
    """What was sealed can be sealed again; only a double that prints as a huge integer cannot be read back as one."""
    canonical = _CORE.canonicalize(case[1])
    assume(not _holds_huge_integer(case[0]))
    assert _CORE.canonicalize(canonical) == canonical


def _holds_huge_integer(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_holds_huge_integer, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and _LARGEST < abs(value) < 1e21


@given(st.lists(st.one_of(_text, st.integers(0, 5)), max_size=6), st.sampled_from(_REFUSED))
def test_a_refusal_names_the_path_that_the_twin_names(steps: list[str | int], bad: tuple[str, str]) -> None:
    """A user who is told only that something is wrong searches a record of a thousand values."""
    spelling, reason = bad
    for step in reversed(steps):
        if isinstance(step, int):
            spelling = "[" + "0," * step + spelling + "]"
        else:
            spelling = f'{{{json.dumps(step)}:{spelling},"~":[]}}' if step != "~" else f'{{"~":{spelling}}}'
    with pytest.raises(MalformedError) as native:
        _CORE.canonicalize(spelling.encode())
    with pytest.raises(reference.RefusedError) as twin:
        reference.canonicalize(spelling.encode())
    assert (native.value.path, native.value.reason) == twin.value.args
    assert native.value.reason.startswith(reason)


@given(_json, st.data())
def test_damaged_texts_are_accepted_by_both_or_by_neither(value: Any, data: st.DataObject) -> None:
    """A byte taken out, changed or put in: what one reader takes and the other refuses would split a trail."""
    text = bytearray(json.dumps(value, ensure_ascii=False).encode())
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, min(at + 3, len(text))))
    text[at:end] = data.draw(st.binary(max_size=3) | st.sampled_from([b"-", b"0", b".", b"e", b'"', b"\\", b"}", b"]"]))
    assert _answer(_CORE.canonicalize, bytes(text)) == _answer(reference.canonicalize, bytes(text))


@given(st.binary(max_size=40))
def test_any_bytes_are_accepted_by_both_or_by_neither(text: bytes) -> None:
    """Nothing that can be sent may crash the parser."""
    assert _answer(_CORE.canonicalize, text) == _answer(reference.canonicalize, text)


def _answer(canonicalize: Any, text: bytes) -> bytes | None:
    try:
        answer: bytes = canonicalize(text)
    except (MalformedError, reference.RefusedError):
        return None
    return answer


@pytest.mark.parametrize(("depth", "is_accepted"), [(128, True), (129, False)])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_ends_at_128_in_both(depth: int, is_accepted: bool, opening: str, closing: str) -> None:  # noqa: FBT001
    """The limit keeps a hostile text from using up the stack."""
    text = (opening * depth + "1" + closing * depth).encode()
    expected = text if is_accepted else None
    assert _answer(_CORE.canonicalize, text) == _answer(reference.canonicalize, text) == expected


def test_a_very_deep_text_is_refused_and_does_not_end_the_process() -> None:
    """A stack overflow cannot be caught; it must not come to one."""
    with pytest.raises(MalformedError, match="128"):
        _CORE.canonicalize(b"[" * 1_000_000)


@pytest.mark.parametrize(("length", "is_accepted"), [((1 << 20) - 2, True), ((1 << 20) - 1, False)])
def test_canonical_bytes_end_at_one_mebibyte_in_both(length: int, is_accepted: bool) -> None:  # noqa: FBT001
    """A record that no store takes is refused before it is hashed; white space around it does not count."""
    text = b' "' + b"a" * length + b'" '
    expected = text.strip() if is_accepted else None
    assert _answer(_CORE.canonicalize, text) == _answer(reference.canonicalize, text) == expected


def test_text_that_is_not_utf8_is_refused_with_its_path() -> None:
    """The twin decodes the whole text first and knows no path; the core does."""
    with pytest.raises(MalformedError, match="UTF-8") as refusal:
        _CORE.canonicalize(b'{"a":[1,{"b":"x\xffy"}]}')
    assert refusal.value.path == "a[1].b"
