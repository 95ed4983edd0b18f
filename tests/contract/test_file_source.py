"""The file source keeps the contract."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ami_audit.ports.source import AuditSource
from contract.source import SourceContract, World
from support.files import quick_place
from support.files import source as file_source


class TestFileSource(SourceContract):
    """Over a small tree of files."""

    @pytest.fixture
    def source(self) -> AuditSource:
        """The source as it is put together outside tests."""
        return file_source()

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[World]:
        """Text, bytes and a link; and in memory, where times have 64 bits, a file of a year that cannot be written."""
        whole = tmp_path / "whole"
        (whole / "src").mkdir(parents=True)
        (whole / "src" / "app.py").write_text("total = 1\n")
        (whole / "logo.bin").write_bytes(bytes(range(256)))
        (whole / "link").symlink_to("src/app.py")
        with quick_place() as broken:
            (broken / "fine.txt").write_text("fine\n")
            (broken / "old.txt").write_text("out of every calendar\n")
            os.utime(broken / "old.txt", (0, 300_000_000_000))
            yield World(target=str(whole), hostile=str(broken), missing=str(tmp_path / "no-such-folder"))
