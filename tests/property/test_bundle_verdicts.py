"""Do the two verifiers of bundles give the same verdict, whatever is done to a bundle?"""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.bundles import PINNED, append, both, note_of, opened, respelt, rotate
from tests.support.golden import BOB
from tests.support.witnesses import cosigned, witness_key

from ami_audit.services.usecases.bundle import Question, made_bundle

_POLICY = f"witness w {witness_key('w.example')}\nquorum w\n".encode()
_QUESTIONS: tuple[dict[str, str | int] | None, ...] = (
    None,
    {},
    {"actor": "user3", "since": "2026-01-02T03:08:00.000000Z"},
    {"target": "src/package_3", "before": 18},
    {"min_severity": "warning", "action": "nothing"},
)
# What stands in for a value: another of its kind, or of another kind, or far away.
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 50),
    st.sampled_from([2**31, 2**53 - 1, 2**53, 2**63 - 1, 2**64, "0" * 64, "", "AA==", "0", "A" * 64, "\n", "\ud7ff"]),
    st.text(max_size=3),
    st.just([]),
    st.just({}),
)


@cache
def bundles() -> tuple[bytes, ...]:
    """Return the JSON of good bundles: of a trail whose key changed hands, cosigned by a witness."""

    async def made() -> list[bytes]:
        with tempfile.TemporaryDirectory() as place:
            begun = await opened(Path(place), segment_size=8)
            await append(begun, 9)
            await rotate(begun)
            await begun.store.close()
            session = await opened(Path(place), BOB, segment_size=8)
            await append(session, 9)
            texts = [(await made_bundle(session, Question(asked))).text() for asked in _QUESTIONS]
            await session.close()
        return [_witnessed(text) for text in texts]

    return tuple(asyncio.run(made()))


def _witnessed(text: bytes) -> bytes:
    document = json.loads(text)
    note = note_of(document)
    document["checkpoint"] = note.with_signatures(cosigned(note.checkpoint, "w.example")).note()
    return respelt(document)


def _verdict(text: bytes) -> dict[str, Any] | None:
    return both(text, pins=PINNED, policy=_POLICY)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything in a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*path, key)
        yield from _places(item, (*path, key))


def _holder(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        document = document[key]
    return document


def _edited(text: str, data: st.DataObject) -> str:
    """Return a text with one character, or one stretch, changed."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 8, len(text))))
    return text[:start] + data.draw(st.sampled_from(["", "0", "1", "a", "f", "=", '"', " ", "\\n", "é"])) + text[end:]


def _mutate(document: Any, data: st.DataObject) -> None:
    """Do one thing to a document: replace, delete, duplicate, swap, or edit."""
    paths = list(_places(document))
    path = data.draw(st.sampled_from(paths))
    holder, key = _holder(document, path), path[-1]
    what = data.draw(st.sampled_from(["replace", "delete", "duplicate", "swap", "edit", "truncate"]))
    if what == "delete":
        del holder[key]
    elif what == "duplicate" and isinstance(holder, list):
        holder.insert(data.draw(st.integers(0, len(holder))), holder[key])
    elif what == "swap":
        other = data.draw(st.sampled_from(paths))
        place, name = _holder(document, other), other[-1]
        holder[key], place[name] = place[name], holder[key]
    elif what == "truncate" and isinstance(holder[key], list):
        del holder[key][data.draw(st.integers(0, len(holder[key]))) :]
    elif isinstance(holder[key], str):
        holder[key] = _edited(holder[key], data)
    elif type(holder[key]) is int and what == "edit":
        holder[key] += data.draw(st.sampled_from([-1, 1, 7, 2**40]))
    else:
        holder[key] = data.draw(_VALUES)


_usual = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_the_bundles_are_sound_before() -> None:
    """Else nothing below would say much."""
    for text in bundles():
        verdict = _verdict(text)
        assert verdict is not None
        assert (verdict["faults"], verdict["level"]) == ([], "witnessed")


@_usual
@given(st.data())
def test_both_say_the_same_of_a_changed_document(data: st.DataObject) -> None:
    """One thing or several are done to what the JSON says."""
    document = json.loads(data.draw(st.sampled_from(bundles())))
    for _ in range(data.draw(st.integers(1, 3))):
        try:
            _mutate(document, data)
        except (KeyError, IndexError, TypeError):
            return  # a swap has put something where this path led no more, or into itself
    try:
        text = respelt(document)
    except (ValueError, RecursionError):
        return
    _verdict(text)


@_usual
@given(st.data())
def test_both_say_the_same_of_changed_bytes(data: st.DataObject) -> None:
    """And a sound verdict is only given where the bytes say the same as before, or ask for less."""
    before = data.draw(st.sampled_from(bundles()))
    text = bytearray(before)
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] = data.draw(st.integers(0, 255))
    verdict = _verdict(bytes(text))
    is_sound = verdict is not None and not verdict["faults"] and verdict["level"] == "witnessed"
    if is_sound and text != before:
        asked = [json.loads(some)["filter"] for some in (bytes(text), before)]
        assert asked[0] != asked[1]
