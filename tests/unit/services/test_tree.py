"""Is the tree's edge restored from the store exactly as the writer had it?"""

from pathlib import Path

import pytest
from tests.support.sealing import CORE, Seals, draft

from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.domain.linkage import Head
from ami_audit.services.tree import partial_tiles


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700])
async def test_a_writer_that_opens_the_store_anew_goes_on_with_the_same_tree(tmp_path: Path, size: int) -> None:
    """Restored edges and remembered ones must give the same root, around every border of a tile."""
    store = await SqliteStore.open(tmp_path / "audit.db")
    seals = Seals()
    before = Head()
    for count in (min(size, 200), size - min(size, 200)):
        if count:
            await store.append(seals.some(count), after=before)
            before = seals.head
    restored = await partial_tiles(store, store, seals.head, core=CORE)
    drafts = [draft(index)._replace(record_id=f"01900000-0000-7000-8000-{index:012x}") for index in range(300)]
    assert Seals(seals.head, edges=restored).batch(drafts).head == seals.batch(drafts).head
    await store.close()
