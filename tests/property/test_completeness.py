"""Does a run of an index show all of what is asked for, and never less?"""

import json
from itertools import accumulate
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.support import reference
from tests.support.bundles import CORE, standalone

from ami_audit.domain.bundle import ShownRun
from ami_audit.domain.completeness import Interval, Leaf, Run, leaves_of, run_for, shown, terms_of
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.segment import FIELDS, FieldRoot, keys_of

_keys = st.text("ab/0é", max_size=3)
_said = st.lists(st.one_of(st.none(), _keys), max_size=40)
_bound = _keys.map(str.encode)
_intervals = st.one_of(
    _bound.map(lambda key: Interval(key, key + b"\x00")), st.builds(Interval, _bound, st.one_of(st.none(), _bound))
)
_FIRST = 1000


def column_of(said: list[str | None]) -> bytes:
    """Return the column of records that say these actions."""
    contents: list[dict[str, str]] = [{} if key is None else {"action": key} for key in said]
    texts = [CORE.canonicalize(json.dumps(content).encode()) for content in contents]
    return CORE.segment_columns(b"".join(texts), list(accumulate(map(len, texts))))[FIELDS.index("action")]


def run_and_root(said: list[str | None], interval: Interval) -> tuple[Run, FieldRoot]:
    """Return the run that shows an interval, and the root that was sealed."""
    column = column_of(said)
    leaves = leaves_of(column, _FIRST)
    return (
        run_for(leaves, interval, hashes=[leaf.hash() for leaf in leaves]),
        FieldRoot(*CORE.segment_root(column, _FIRST)),
    )


def expected(said: list[str | None], interval: Interval) -> set[int]:
    """Return the records whose key is in the interval, by looking at each."""
    return {_FIRST + place for place, key in enumerate(said) if key is not None and key.encode() in interval}


def both(run: Run, interval: Interval, *, of: FieldRoot) -> frozenset[int] | None:
    """Return what both verifiers take from a run; None when both refuse it."""
    script = standalone()
    try:
        native: frozenset[int] | None = shown(run, interval, of=of)
    except MalformedError:
        native = None
    try:
        written: dict[str, Any] = json.loads(ShownRun.of(run).model_dump_json())
        single: frozenset[int] | None = script.named_by([written], [tuple(interval)], tuple(of))
    except script.ProofError:
        single = None
    assert native == single
    return native


@given(_said, _intervals)
def test_a_run_shows_exactly_what_is_there(said: list[str | None], interval: Interval) -> None:
    """Present or absent, one key or many, at an end or in the middle, in an empty index."""
    run, root = run_and_root(said, interval)
    assert both(run, interval, of=root) == expected(said, interval)


@given(_said, _intervals, st.data())
def test_a_changed_run_is_refused_or_says_the_same(
    said: list[str | None], interval: Interval, data: st.DataObject
) -> None:
    """A leaf hidden, renamed, shortened, moved; hashes exchanged; another interval's run."""
    run, root = run_and_root(said, interval)
    leaves = list(run.leaves)
    what = data.draw(st.sampled_from(["drop", "shift", "hash", "grow", "sequence", "key", "other"]))
    if what == "drop" and leaves:
        del leaves[data.draw(st.integers(0, len(leaves) - 1))]
        run = run._replace(leaves=tuple(leaves))
    elif what == "shift":
        run = run._replace(start=data.draw(st.integers(0, 45)))
    elif what == "hash" and run.hashes:
        hashes = list(run.hashes)
        hashes.append(hashes.pop(data.draw(st.integers(0, len(hashes) - 1))))
        run = run._replace(hashes=tuple(hashes[: data.draw(st.integers(0, len(hashes)))]))
    elif what == "grow":
        run = run._replace(hashes=(*run.hashes, bytes(32)))
    elif what == "sequence" and leaves:
        place = data.draw(st.integers(0, len(leaves) - 1))
        leaves[place] = Leaf(leaves[place].key, leaves[place].sequences[:-1])
        run = run._replace(leaves=tuple(leaves))
    elif what == "key" and leaves:
        place = data.draw(st.integers(0, len(leaves) - 1))
        leaves[place] = Leaf(data.draw(_bound), leaves[place].sequences)
        run = run._replace(leaves=tuple(leaves))
    else:
        run, _ = run_and_root(said, data.draw(_intervals))
    found = both(run, interval, of=root)
    assert found is None or found == expected(said, interval)


@given(_said, _intervals, st.integers(0, 3))
def test_a_root_over_another_number_of_keys_is_refused(said: list[str | None], interval: Interval, more: int) -> None:
    """The number of keys is sealed with the root: without it a run could end too soon."""
    run, root = run_and_root(said, interval)
    assume(more != 0)
    found = both(run, interval, of=root._replace(keys=root.keys + more))
    assert found is None or found == expected(said, interval)


@given(_said)
def test_leaves_are_those_of_the_definition(said: list[str | None]) -> None:
    """The twin groups and hashes them once more."""
    column = column_of(said)
    assert [None if key is None else key.decode() for key in keys_of(column)] == said
    leaves = leaves_of(column, _FIRST)
    assert [leaf.hash() for leaf in leaves] == [reference.segment_leaf(*leaf) for leaf in leaves]
    assert (len(leaves), CORE.subtree_root(b"".join(leaf.hash() for leaf in leaves))) == CORE.segment_root(
        column, _FIRST
    )


@given(
    st.dictionaries(
        st.sampled_from(["action", "actor", "run_id", "source", "target", "target_type", "module", "since", "until"]),
        _keys,
    ),
    st.dictionaries(st.sampled_from(["severity", "min_severity"]), st.sampled_from(["debug", "info", "critical"])),
)
def test_both_ask_the_index_for_the_same(words: dict[str, str], weights: dict[str, str]) -> None:
    """A term that one of them overlooks would widen the answer unseen."""
    asked: dict[str, str | int] = {**words, **weights}
    single = standalone().terms_of(asked)
    assert [(term.field, [tuple(interval) for interval in term.intervals]) for term in terms_of(asked)] == single
