"""A place where something goes wrong."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.repositories import Repository
from tests.support.trouble import Place


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place where nothing is wrong."""
    folder = tmp_path_factory.mktemp("pristine")
    repository = Repository(folder / "shop")
    repository.commit({"cart.py": "total = 0\n"})
    (folder / "home").mkdir()
    made = Place(repository.path, folder / "home")
    assert made.run("repo").returncode == 0
    repository.write("late.py", "late = 1\n")  # there is something to record
    return made


@pytest.fixture
def place(pristine: Place, tmp_path: Path) -> Iterator[Place]:
    """A copy of it, where something may go wrong; what was closed to its owner is opened again at the end."""
    shutil.copytree(pristine.folder.parent, tmp_path / "copy")
    copy = Place(tmp_path / "copy" / "shop", tmp_path / "copy" / "home")
    yield copy
    for folder in (copy.trail.parent, copy.keys, copy.checkpoints):
        if folder.is_dir():
            folder.chmod(0o700)
