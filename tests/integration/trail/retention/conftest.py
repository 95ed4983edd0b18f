"""A trail whose old records may go."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.golden import ALICE, BOB
from tests.support.retention import BY, LONG_AGO, Place, facts

from ami_audit.domain.query import AuditFilter
from ami_audit.services.portal import portal
from ami_audit.services.usecases.key_changes import rotate_in_trail


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trail of old records (a change of keys among them), and some of today."""
    place = Place(tmp_path_factory.mktemp("trail"))
    with place.opened(ALICE, now=LONG_AGO) as store:
        portal.run(store.append(facts(0, 300)))
        portal.run(rotate_in_trail(store, BOB, by=BY, root="."))
    with place.opened(BOB, now=LONG_AGO + timedelta(days=1)) as store:
        portal.run(store.append(facts(300, 500)))
        portal.run(store.query_records(AuditFilter(limit=1)))
    with place.opened(BOB) as store:
        portal.run(store.append(facts(800, 20)))
    return place.folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Place:
    """A copy of that trail."""
    shutil.copytree(made, tmp_path / "copy")
    return Place(tmp_path / "copy")
