"""The core's verbs at 1, 1,000 and 100,000 records, beside the plain Python twin that says what they mean.

The twin is written to be read: some of its verbs take quadratic time, so a large batch is handed to it in slices of 250
records. Verifying signatures takes it milliseconds each, so there it stops at 1.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from tests.support import reference
from workload import contents

from ami_audit.adapters.chain_core import _native
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.linkage import ZERO_HASH, SealedRecord

_CORE = NativeCore()
_ORIGIN = "bench.example/twins"
_TAG = _CORE.record_tag(_ORIGIN)
_SEED = bytes(range(32))
_SLICE = 250
_SIZES = (1, 1000, 100_000)
_TWIN_TAKES_TOO_LONG = 1000

Verb = Callable[[], object]


class _Batch(NamedTuple):
    """Records sealed after each other, and the texts they were made from."""

    texts: list[bytes]
    records: list[SealedRecord]


@pytest.fixture(autouse=True, scope="module")
def _release() -> None:
    assert _native.IS_RELEASE, "The native core is a debug build; run `make build`."


@cache
def _batch(size: int) -> _Batch:
    texts = [json.dumps(value, ensure_ascii=False).encode() for value in _numbered(size)]
    linked = _CORE.link(b"".join(texts), _ends(texts), tag=_TAG, previous_hash=ZERO_HASH)
    canonical = _pieces(linked.canonical, linked.ends)
    hashes = [linked.record_hashes[start : start + 32] for start in range(0, 32 * size, 32)]
    rows = zip(canonical, [ZERO_HASH, *hashes], hashes, strict=False)
    return _Batch(texts, [SealedRecord(n, "", before, 0, own, text, b"") for n, (text, before, own) in enumerate(rows)])


def _numbered(size: int) -> Iterator[dict[str, Any]]:
    made = contents(min(size, 1000))
    return ({**made[index % len(made)], "sequence": index} for index in range(size))


def _ends(texts: Sequence[bytes]) -> list[int]:
    return list(accumulate(map(len, texts)))


def _pieces(joined: bytes, ends: Sequence[int]) -> list[bytes]:
    return [joined[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _slices(size: int) -> Iterator[slice]:
    return (slice(start, start + _SLICE) for start in range(0, size, _SLICE))


def _measure(benchmark: BenchmarkFixture, verb: Verb, *, size: int, group: str) -> None:
    benchmark.group = f"{group}, {size:,}"
    if size > _TWIN_TAKES_TOO_LONG:
        benchmark.pedantic(verb, rounds=1 if "twin" in benchmark.name else 5)
    else:
        benchmark(verb)


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("who", ["native", "twin"])
def test_a_batch_is_canonicalised_hashed_and_linked(benchmark: BenchmarkFixture, who: str, size: int) -> None:
    """What sealing costs before signing."""
    texts = _batch(size).texts

    def native() -> int:
        return len(_CORE.link(b"".join(texts), _ends(texts), tag=_TAG, previous_hash=ZERO_HASH).ends)

    def twin() -> int:
        previous, done = ZERO_HASH, 0
        for part in (texts[piece] for piece in _slices(size)):
            linked = reference.link(b"".join(part), _ends(part), tag=_TAG, previous_hash=previous)
            previous, done = linked[3][-32:], done + len(part)
        return done

    _measure(benchmark, {"native": native, "twin": twin}[who], size=size, group="link")


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("who", ["native", "twin"])
def test_a_slice_of_unsigned_records_is_verified(benchmark: BenchmarkFixture, who: str, size: int) -> None:
    """What verification costs without signatures."""
    records = _batch(size).records
    parts = [_CORE.frames(records)] if who == "native" else [_CORE.frames(records[piece]) for piece in _slices(size)]
    verify = _CORE.verify_slice if who == "native" else reference.verify_slice

    def verb() -> None:
        first, previous, moment = 0, ZERO_HASH, ""
        for part in parts:
            found, previous, moment, leaves, _ = verify(
                part,
                origin=_ORIGIN,
                first_sequence=first,
                previous_hash=previous,
                previous_recorded_at=moment,
                minimum_bits=0,
                keys=b"",
            )
            assert not found
            first += len(leaves) // 32

    _measure(benchmark, verb, size=size, group="verify_slice")


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("who", ["native", "twin"])
def test_nonces_are_tried(benchmark: BenchmarkFixture, who: str, size: int) -> None:
    """What one try of mining costs, on one thread."""

    def native() -> int | None:
        return _CORE.search_nonce(_TAG, ZERO_HASH, _TAG, difficulty_bits=256, start=0, budget=size, threads=1)

    def twin() -> int | None:
        return reference.search_nonce(_TAG, ZERO_HASH, _TAG, difficulty_bits=256, start=0, budget=size)

    _measure(benchmark, {"native": native, "twin": twin}[who], size=size, group="search_nonce")


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("who", ["native", "twin"])
def test_a_tree_is_grown_from_nothing(benchmark: BenchmarkFixture, who: str, size: int) -> None:
    """What root, frontier and tiles cost."""
    leaves = b"".join(record.record_hash for record in _batch(size).records)

    def native() -> object:
        return _CORE.grow(0, frontier=b"", edges=[], leaves=leaves)

    def twin() -> object:
        return reference.grown(leaves)

    _measure(benchmark, {"native": native, "twin": twin}[who], size=size, group="grow")


@pytest.mark.parametrize(("who", "size"), [("native", 1), ("native", 1000), ("native", 100_000), ("twin", 1)])
def test_records_are_signed(benchmark: BenchmarkFixture, who: str, size: int) -> None:
    """What a signature costs."""
    sign = _CORE.sign_records if who == "native" else reference.sign_records
    hashes = bytes(32 * size)

    def verb() -> bytes:
        return sign(_SEED, origin=_ORIGIN, signer="bench", timestamp_us=0, record_hashes=hashes)

    _measure(benchmark, verb, size=size, group="sign_records")
