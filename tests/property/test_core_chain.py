"""Do hashes, links and nonces agree with the twin's?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.errors import MalformedError

_CORE = NativeCore()
_hash = st.binary(min_size=32, max_size=32)
_nonce = st.integers(0, 2**64 - 1)
_texts = st.lists(st.sampled_from([b"{}", b'{ "b":1,"a":[2.50] }', b"[]", b'"\\u00e9"', b"-0"]), max_size=40)


def joined(pieces: list[bytes]) -> tuple[bytes, list[int]]:
    """Return pieces one after the other, and where each ends."""
    ends: list[int] = []
    for piece in pieces:
        ends.append((ends[-1] if ends else 0) + len(piece))
    return b"".join(pieces), ends


@given(_hash, _hash, _hash, _nonce)
def test_a_record_hash_is_the_hash_of_its_header(tag: bytes, previous: bytes, payload: bytes, nonce: int) -> None:
    """104 bytes in a fixed order: the one thing that may never change."""
    assert _CORE.record_hash(tag, previous, payload, nonce=nonce) == reference.record_hash(
        tag, previous, payload, nonce=nonce
    )


@given(st.text())
def test_a_tag_binds_the_format_and_the_origin(origin: str) -> None:
    """A record of one trail must not be one of another."""
    assert _CORE.record_tag(origin) == reference.record_tag(origin)


@given(st.binary(max_size=300))
def test_a_payload_hash_is_sha256(canonical: bytes) -> None:
    """So that `sha256sum` recomputes it."""
    assert _CORE.payload_hash(canonical) == reference.payload_hash(canonical)


@given(_texts, _hash, _hash)
def test_a_linked_batch_is_the_twins(texts: list[bytes], tag: bytes, previous: bytes) -> None:
    """Canonical bytes, payload hashes and the chain through them, in one call."""
    batch, ends = joined(texts)
    assert _CORE.link(batch, ends, tag=tag, previous_hash=previous) == reference.link(
        batch, ends, tag=tag, previous_hash=previous
    )


@settings(max_examples=10)
@given(_hash, _hash, st.integers(800, 1500))
def test_a_batch_that_many_threads_share_is_linked_in_order(tag: bytes, previous: bytes, count: int) -> None:
    """Threads take parts of a large batch; the parts must come back as one."""
    texts = [b'{"text":"' + b"x" * 100 + b'","sequence":%d}' % index for index in range(count)]
    batch, ends = joined(texts)
    assert _CORE.link(batch, ends, tag=tag, previous_hash=previous) == reference.link(
        batch, ends, tag=tag, previous_hash=previous
    )


@given(
    _hash,
    _hash,
    _hash,
    st.integers(0, 11),
    st.one_of(st.integers(0, 2**63), st.integers(2**64 - 40, 2**64 - 1)),
    st.integers(0, 6000),
    st.integers(0, 4),
)
def test_the_nonce_found_is_the_lowest(
    tag: bytes, previous: bytes, payload: bytes, difficulty_bits: int, start: int, budget: int, threads: int
) -> None:
    """Whatever the number of threads: two writers who mine the same header agree."""
    found = _CORE.search_nonce(
        tag, previous, payload, difficulty_bits=difficulty_bits, start=start, budget=budget, threads=threads
    )
    assert found == reference.search_nonce(
        tag, previous, payload, difficulty_bits=difficulty_bits, start=start, budget=budget
    )


@pytest.mark.parametrize("value", ["1e16", "-9007199254740992.0", "9.99e20"])
def test_a_double_that_would_be_read_back_as_an_unsafe_integer_is_not_sealed(value: str) -> None:
    """RFC 8785 writes it without exponent, so the sealed text would hold what the reader must refuse."""
    texts = b'{"a":1}' + f'{{"b":{{"c":{value}}}}}'.encode()
    with pytest.raises(MalformedError, match="integer") as refusal:
        _CORE.link(texts, [7, len(texts)], tag=bytes(32), previous_hash=bytes(32))
    assert (refusal.value.position, refusal.value.path) == (1, "b.c")
    safe = b'{"c":1e21}'
    assert _CORE.link(safe, [len(safe)], tag=bytes(32), previous_hash=bytes(32)).canonical == b'{"c":1e+21}'
