"""A trail in a folder of its own, reached as a Python program reaches it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ami_audit import AuditStore


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a home of its own; what the settings name lies below it."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def store(place: Path) -> Iterator[AuditStore]:
    """The store at that place, closed when the test ends."""
    with AuditStore(place / "audit.db") as opened:
        yield opened
