"""Are proofs made of little, whatever the trail's length, and are they the ones that RFC 6962 defines?"""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import reference
from tests.support.counted import CORE, CountedTrail
from tests.support.sealing import BEGAN, ORIGIN, draft

from ami_audit.domain.errors import IntegrityError, UsageError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.linkage import EMPTY_ROOT
from ami_audit.ports.stores import RecordStore
from ami_audit.services.proving import Prover, consistency_proof, inclusion_proof
from ami_audit.services.trail import Trail

_SMALL = CountedTrail(700)
_LEAVES = [_SMALL.leaves[start : start + 32] for start in range(0, len(_SMALL.leaves), 32)]


def _store(trail: CountedTrail) -> RecordStore:
    return cast("RecordStore", trail)


@pytest.fixture(scope="module")
def million() -> CountedTrail:
    """A trail of a million records and a few, so that each level has a partial tile."""
    return CountedTrail(1_000_200)


def _leaf(trail: CountedTrail, index: int) -> bytes:
    return trail.leaves[32 * index : 32 * index + 32]


@given(size=st.integers(1, 700), data=st.data())
async def test_a_proof_is_the_one_of_the_definition(size: int, data: st.DataObject) -> None:
    """At every size the trail ever had: below, at and beyond what full tiles hold."""
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    proof = await inclusion_proof(_store(_SMALL), CORE, index=index, size=size)
    assert proof == b"".join(reference.inclusion_proof(_LEAVES[:size], index))
    between = await consistency_proof(_store(_SMALL), CORE, old_size=old, new_size=size)
    assert between == b"".join(reference.consistency_proof(_LEAVES[:size], old))
    assert await Prover(_store(_SMALL), CORE).root(size) == reference.subtree_root(b"".join(_LEAVES[:size]))


@pytest.mark.parametrize("size", [65_536, 65_537, 300_000, 983_040, 983_041, 999_999, 1_000_000, 1_000_200])
async def test_at_a_million_leaves_a_proof_takes_a_read_for_each_hash_at_most(million: CountedTrail, size: int) -> None:
    """A proof that scanned the trail would be right, and of no use."""
    root = await Prover(_store(million), CORE).root(size)
    for index in {0, 255, 256, 65_535, size // 2, size - 300, size - 1}:
        million.reads = million.rows = 0
        proof = await inclusion_proof(_store(million), CORE, index=index, size=size)
        assert CORE.verify_inclusion(_leaf(million, index), index=index, size=size, proof=proof, root=root)
        assert len(proof) <= 32 * 20
        assert million.reads <= 1 + size.bit_length()
        assert million.rows <= 255 * 3


@pytest.mark.parametrize("old", [0, 1, 255, 65_536, 70_000, 983_040, 1_000_199])
async def test_consistency_over_a_million_leaves_takes_as_little(million: CountedTrail, old: int) -> None:
    """A witness asks for it at every checkpoint."""
    prover = Prover(_store(million), CORE)
    old_root, new_root = await prover.root(old), (await million.head()).root
    million.reads = million.rows = 0
    proof = await consistency_proof(_store(million), CORE, old_size=old, new_size=1_000_200)
    assert CORE.verify_consistency(old_root, new_root, old_size=old, new_size=1_000_200, proof=proof)
    assert million.reads <= 1 + 20
    assert million.rows <= 255 * 3


async def test_the_next_proof_reads_only_what_the_one_before_did_not(million: CountedTrail) -> None:
    """A bundle proves thousands of records at one size."""
    prover = Prover(_store(million), CORE)
    for index in range(500_000, 500_600):
        await prover.inclusion(index=index, size=1_000_000)
    reads = million.reads
    for index in range(500_000, 500_600):
        await prover.inclusion(index=index, size=1_000_000)
    assert million.reads == reads


@pytest.mark.parametrize("history", [300, 70_000, 1_000_200])
async def test_reads_for_an_append_do_not_grow_with_history(history: int) -> None:
    """The first one restores the tree's edge, one read a level; those that follow read nothing."""
    trail = CountedTrail(history)
    writer = Trail(
        _store(trail),
        CORE,
        origin=ORIGIN,
        head=await trail.head(),
        ring=KeyRing(),
        signers=(),
        clock=lambda: BEGAN,
    )
    trail.reads = trail.rows = 0
    await writer.append([draft(0)])
    assert trail.reads <= 3
    assert trail.rows <= 255 * 3
    trail.reads = 0
    for number in range(300):
        await writer.append([draft(number)])
    assert trail.reads == 0


async def test_what_cannot_be_proven_is_refused_with_the_sizes() -> None:
    """The caller mixed up two trails, or two times."""
    for index, size, told in [
        (0, 0, "Record 0 is not among the first 0"),
        (7, 7, "not among the first 7"),
        (0, 701, "holds 700"),
    ]:
        with pytest.raises(UsageError, match=told):
            await inclusion_proof(_store(_SMALL), CORE, index=index, size=size)
    with pytest.raises(UsageError, match="9 is more than 8"):
        await consistency_proof(_store(_SMALL), CORE, old_size=9, new_size=8)
    assert await Prover(_store(_SMALL), CORE).root(0) == EMPTY_ROOT


async def test_a_tile_that_is_gone_is_named() -> None:
    """A damaged store proves nothing, and must not make a proof that looks like one."""
    trail = CountedTrail(70_000)
    trail.lose(0, 3)
    with pytest.raises(IntegrityError, match="lacks tile 0/3"):
        await inclusion_proof(_store(trail), CORE, index=800, size=70_000)
    trail.lose(0, 270)
    with pytest.raises(IntegrityError, match=r"tiles from 0/2\d\d on"):
        await inclusion_proof(_store(trail), CORE, index=67_000, size=70_000)
