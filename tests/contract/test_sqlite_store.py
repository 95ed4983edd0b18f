"""Does the embedded store keep every promise of a record store?"""

from pathlib import Path

import pytest
from tests.contract.record_queries import QueryContract
from tests.contract.record_removals import RecordRemovalsContract
from tests.contract.record_store import Opener, RecordStoreContract
from tests.contract.record_turns import KeeperContract, TurnContract
from tests.contract.record_writers import WritersContract

from ami_audit.adapters.stores.sqlite import SqliteStore


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the trail lies; its folder is not there yet."""
    return tmp_path / "trail" / "audit.db"


class _AtPlace:
    """Opens the trail at `place`, here and in other processes."""

    @pytest.fixture
    def opener(self, place: Path) -> Opener:
        """Opens the trail at `place`."""

        async def opened(*, patience_s: float = 30.0) -> SqliteStore:
            return await SqliteStore.open(place, busy_timeout_s=patience_s)

        return opened

    @pytest.fixture
    def address(self, place: Path) -> str:
        """How another process opens the trail."""
        return f"ami_audit.adapters.stores.sqlite:SqliteStore:{place}"


class TestSqliteStore(_AtPlace, RecordStoreContract):
    """Appending and reading."""


class TestSqliteKeeper(_AtPlace, KeeperContract):
    """Looking after the index."""


class TestSqliteTurns(_AtPlace, TurnContract):
    """The writer's turn."""


class TestSqliteQueries(_AtPlace, QueryContract):
    """Queries."""


class TestSqliteWriters(_AtPlace, WritersContract):
    """Several processes."""


class TestSqliteRemovals(_AtPlace, RecordRemovalsContract):
    """What goes."""
