"""A trail that holds values of two people."""

from pathlib import Path

import pytest
from tests.support.forgetting import EMAIL, OTHER, POLICY, nothing, opened, ordered, paid

from ami_audit import AuditFilter
from ami_audit.services.portal import portal


@pytest.fixture
def policed(place: Path) -> Path:
    """A place with a policy."""
    (place / ".audit").mkdir()
    (place / ".audit" / "policy.toml").write_text(POLICY)
    return place


@pytest.fixture
def kept(policed: Path) -> Path:
    """A place whose trail holds values of two people, and records of nobody; the trail's file."""
    with opened() as store:
        portal.run(store.append([ordered("ann", EMAIL), ordered("bob", OTHER), paid("ann"), nothing()]))
        portal.run(store.query_records(AuditFilter(limit=1)))
    return policed / ".audit" / "audit.db"
