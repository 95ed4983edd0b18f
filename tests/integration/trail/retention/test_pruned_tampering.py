"""Can nothing go, or be changed, under the cover of a pruning?"""

import shutil
from itertools import accumulate

import apsw
import pytest
from tests.support.damage import unguarded
from tests.support.retention import CORE, Place

from ami_audit.domain.errors import IntegrityError


def test_a_trail_that_is_not_sound_is_not_pruned(place: Place) -> None:
    """What would go may be the evidence."""
    with unguarded(place.file) as database:
        database.execute("UPDATE records SET canonical = replace(canonical, 'ann', 'bob') WHERE sequence = 20")
    with pytest.raises(IntegrityError, match="not sound"):
        place.pruned()


def test_the_guards_let_go_of_what_a_pruning_says_and_of_nothing_else(place: Place) -> None:
    """A cut needs a record, a full tile and a checkpoint above it."""
    database = apsw.Connection(str(place.file))
    for statement in (
        "DELETE FROM records WHERE sequence = 5",
        "INSERT INTO pruned VALUES (255, 800)",
        "INSERT INTO pruned VALUES (256, 5000)",
        "INSERT INTO pruned VALUES (1024, 800)",
        "INSERT INTO pruned VALUES (0, 800)",
    ):
        with pytest.raises(apsw.ConstraintError):
            database.execute(statement)
    database.close()


_DAMAGE = [
    ("DELETE FROM pruned", "missing"),
    ("UPDATE pruned SET record = 821", "does not say so"),
    ("UPDATE pruned SET cut = 512", "does not say so"),
    ("DELETE FROM records WHERE sequence = 301", "other records are left"),
    ("UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 0 AND position = 1", ""),
    ("DELETE FROM tiles WHERE level = 0 AND position = 1", "missing"),
    ("UPDATE pruned_facts SET fact = randomblob(32) WHERE fact = (SELECT min(fact) FROM pruned_facts)", "facts"),
    ("DELETE FROM records WHERE sequence = 770", "missing"),
    ("UPDATE records SET previous_hash = zeroblob(32) WHERE sequence = 768", "link"),
    ("UPDATE records SET record_hash = zeroblob(32) WHERE sequence = 301", "leaf"),
]


@pytest.mark.parametrize(("damage", "said"), _DAMAGE, ids=[damage for damage, _ in _DAMAGE])
def test_whoever_makes_more_go_than_was_pruned_is_found_out(place: Place, damage: str, said: str) -> None:
    """A pruning must not be a door through which anything else may leave."""
    place.pruned()
    with unguarded(place.file) as database:
        database.execute(damage)
    found = [str(fault) for fault in place.verified().faults]
    assert any(said in fault for fault in found), found


def _change_a_pruned_leaf(place: Place, cut: int) -> None:
    """Change the hash of a pruned record, make tree and head fit, and take every checkpoint away: without any key."""
    with unguarded(place.file) as database:
        stored = database.execute("SELECT hashes FROM tiles WHERE level = 0 ORDER BY position LIMIT ?", (cut // 256,))
        leaves = bytearray(b"".join(hashes for (hashes,) in stored))
        leaves[320:352] = b"x" * 32
        query = "SELECT record_hash, signatures FROM records WHERE sequence >= ? ORDER BY sequence"
        rows = database.execute(query, (cut,)).fetchall()
        ends = list(accumulate(len(signatures) for _, signatures in rows))
        hashes, blocks = (b"".join(column) for column in zip(*rows, strict=True))
        leaves += CORE.leaf_hashes(cut, hashes, blocks=blocks, ends=ends)
        root, frontier, _, tiles = CORE.grow(0, frontier=b"", edges=[], leaves=bytes(leaves))
        database.execute("UPDATE head SET root = ?, frontier = ?", (root, frontier))
        for level, position, grown in tiles:
            change = "UPDATE tiles SET hashes = ? WHERE level = ? AND position = ?"
            database.execute(change, (grown, level, position))
        database.execute("DELETE FROM checkpoints")
    shutil.rmtree(place.folder / "guard")


def test_whoever_changes_the_hash_of_a_pruned_record_is_found_out(place: Place) -> None:
    """With every checkpoint gone, the pruning's own record still says what the tree was."""
    _change_a_pruned_leaf(place, place.pruned().cut)
    assert [fault.check for fault in place.verified().faults] == ["tile"]


def test_where_a_pruning_states_no_root_a_checkpoint_must_cover_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As earlier versions pruned."""

    class _Silent:
        def __init__(self, *_arguments: object) -> None:
            pass

        async def root(self, _size: int) -> bytes:
            return b""

    with monkeypatch.context() as earlier:
        earlier.setattr("ami_audit.services.usecases.retention.Prover", _Silent)
        cut = place.pruned().cut
    assert place.verified().faults == ()
    _change_a_pruned_leaf(place, cut)
    faults = place.verified().faults
    assert [fault.check for fault in faults] == ["checkpoint"]
    assert f"none covers the first {cut} records" in faults[0].detail
