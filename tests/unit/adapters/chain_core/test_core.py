"""What does the adapter make of the core's refusals, of misuse, of chance and of the clock?"""

import os
import pickle
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.errors import MalformedError
from ami_audit.ports.chain_core import ChainCore

_CORE: ChainCore = NativeCore()
_TAG = _CORE.record_tag("example.org/trail")


def test_a_refused_text_of_a_batch_is_named_by_position_and_path() -> None:
    """Of a thousand drafts the caller must know which one, and which value of it."""
    with pytest.raises(MalformedError, match="a lone surrogate") as refusal:
        _CORE.link(b'{}{"context":{"user":"\\ud800"}}', [2, 31], tag=_TAG, previous_hash=bytes(32))
    assert (refusal.value.position, refusal.value.path) == (1, "context.user")
    assert isinstance(refusal.value.__cause__, ValueError)


def test_the_first_refused_text_of_a_large_batch_is_the_one_named() -> None:
    """Threads take parts of it and meet the later fault as early as the first."""
    texts = [b'{"a":"%s"}' % (b"x" * 200)] * 2000
    texts[700], texts[1900] = b'{"a":NaN}', b'{"b":NaN}'
    ends = [sum(len(text) for text in texts[: index + 1]) for index in range(len(texts))]
    with pytest.raises(MalformedError) as refusal:
        _CORE.link(b"".join(texts), ends, tag=_TAG, previous_hash=bytes(32))
    assert (refusal.value.position, refusal.value.path) == (700, "a")


@pytest.mark.parametrize("ends", [[], [1], [3], [2, 1], [2, 2**40]])
def test_ends_that_do_not_describe_the_texts_are_misuse(ends: list[int]) -> None:
    """A wrong offset must never read another record's bytes."""
    with pytest.raises(ValueError, match="ends"):
        _CORE.link(b"{}", ends, tag=_TAG, previous_hash=bytes(32))


def test_a_hash_of_another_length_is_misuse_and_says_which() -> None:
    """Hex handed over for bytes is the usual slip."""
    with pytest.raises(ValueError, match="previous_hash: expected 32 bytes, found: 64"):
        _CORE.record_hash(_TAG, b"0" * 64, bytes(32), nonce=0)


def test_the_answers_are_named_tuples_that_unpack() -> None:
    """Callers read `linked.record_hashes`, or take the four apart."""
    linked = _CORE.link(b"{}", [2], tag=_TAG, previous_hash=bytes(32))
    assert linked == (linked.canonical, linked.ends, linked.payload_hashes, linked.record_hashes)
    assert pickle.loads(pickle.dumps(linked)) == linked  # noqa: S301 - our own bytes, a line above


def test_a_tree_that_does_not_agree_with_its_size_is_misuse() -> None:
    """A head row that was changed must not grow into a new tree."""
    with pytest.raises(ValueError, match="frontier"):
        _CORE.grow(3, frontier=bytes(32), edges=[bytes(96)], leaves=bytes(32))
    with pytest.raises(ValueError, match="edges"):
        _CORE.grow(3, frontier=bytes(64), edges=[bytes(64)], leaves=bytes(32))


def test_record_ids_rise_and_carry_the_time() -> None:
    """UUIDv7: sorted by when they were made, across threads."""
    before = time.time_ns() // 1_000_000
    ids = _CORE.uuid7(1000)
    after = time.time_ns() // 1_000_000
    assert ids == sorted(set(ids))
    assert {uuid.UUID(one).version for one in ids} == {7}
    moments = [uuid.UUID(one).int >> 80 for one in (ids[0], ids[-1])]
    assert before <= moments[0] <= moments[1] <= after + 1


def test_record_ids_of_many_threads_never_repeat() -> None:
    """Two collectors in one process share one clock."""
    with ThreadPoolExecutor(4) as threads:
        batches = list(threads.map(_CORE.uuid7, [500] * 8))
    ids = [one for batch in batches for one in batch]
    assert len(set(ids)) == len(ids)
    assert all(batch == sorted(batch) for batch in batches)


def test_a_call_for_endless_ids_is_misuse() -> None:
    """No call is unbounded."""
    with pytest.raises(ValueError, match="count"):
        _CORE.uuid7(1_000_001)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12 warns where threads run
def test_seeds_do_not_repeat_not_even_in_a_forked_child() -> None:
    """Randomness that is copied with the process would give two machines one key."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, _CORE.generate_seed())
        os._exit(0)
    os.waitpid(child, 0)
    seeds = {_CORE.generate_seed(), _CORE.generate_seed(), os.read(reading, 32)}
    os.close(reading)
    os.close(writing)
    assert {len(seed) for seed in seeds} == {32}
    assert len(seeds) == 3
