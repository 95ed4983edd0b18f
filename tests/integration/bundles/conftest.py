"""Trails of a few segments, and the bundles that are made of them."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.bundles import append, opened, rotate
from tests.support.golden import BOB

from ami_audit.domain.errors import IntegrityError
from ami_audit.services.session import Session


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[Session]:
    """A trail of 40 records, signed by Alice."""
    begun = await opened(tmp_path)
    await append(begun, 40)
    yield begun
    await begun.close()


@pytest.fixture
async def rotated(tmp_path: Path) -> AsyncIterator[Session]:
    """A trail that Alice began and Bob goes on with."""
    begun = await opened(tmp_path)
    await append(begun, 20)
    await rotate(begun)
    # Her key may not sign what follows, a checkpoint neither: the process ends without one.
    await begun.store.close()
    followed = await opened(tmp_path, BOB)
    await append(followed, 20)
    yield followed
    with suppress(IntegrityError):  # a test may have slipped in what nobody signs for
        await followed.close()
