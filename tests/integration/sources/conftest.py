"""What tests of sources share: one container engine for all workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.engine import Engine, shared_engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Engine]:
    """A container engine with containers that are well and ill."""
    own = tmp_path_factory.getbasetemp()
    with shared_engine(own if worker_id == "master" else own.parent) as running:
        yield running


@pytest.fixture
def no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a container engine, whatever this one has; return where its socket would be."""
    place = tmp_path / "no-engine.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{place}")
    return place
