"""Are tiles and bundles laid out as C2SP tlog-tiles says?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.errors import ProofError
from ami_audit.domain.tiles import Place, bundled, entries_in, levels, places


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (Place(0, 0), "tile/0/000"),
        (Place(0, 999), "tile/0/999"),
        (Place(0, 1000), "tile/0/x001/000"),
        (Place(0, 1234067), "tile/0/x001/x234/067"),
        (Place(2, 70, 1), "tile/2/070.p/1"),
        (Place(1, 1000, 255), "tile/1/x001/000.p/255"),
    ],
)
def test_a_path_is_the_one_of_the_specification(place: Place, path: str) -> None:
    """Other people's readers build the same path from the same numbers."""
    assert place.tile_path == path
    assert Place(0, place.number, place.width).bundle_path == path.replace(f"tile/{place.level}", "tile/entries", 1)


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    """Its own example."""
    assert list(levels(70_000)) == [0, 1, 2]
    bottom, middle, top = (list(places(level, 70_000)) for level in range(3))
    assert (len(bottom), bottom[-1]) == (274, Place(0, 273, 112))
    assert middle == [Place(1, 0), Place(1, 1, 17)]
    assert top == [Place(2, 0, 1)]
    assert [list(places(level, 256)) for level in levels(256)] == [[Place(0, 0)], [Place(1, 0, 1)]]
    assert list(levels(0)) == []


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_that_was_written_is_read_back(entries: list[bytes]) -> None:
    """An entry may be empty."""
    assert entries_in(bundled(entries), path="x") == entries


@pytest.mark.parametrize("cut", [1, 2, 5])
def test_a_bundle_that_is_cut_off_is_refused(cut: int) -> None:
    """With its file and the entry that is not whole."""
    with pytest.raises(ProofError, match="tile/entries/000: entry 1 is cut off"):
        entries_in(bundled([b"whole", b"four"])[:-cut], path="tile/entries/000")
