"""A trail of 600 records and a genesis record: two full tiles and a part of a third."""

import shutil
from pathlib import Path

import pytest
from tests.support.trails import fill


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trail as it was sealed."""
    folder = tmp_path_factory.mktemp("pristine")
    fill(folder, 600)
    return folder


@pytest.fixture
def trail(pristine: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(pristine, tmp_path / "trail"))
