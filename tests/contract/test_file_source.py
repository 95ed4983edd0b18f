"""The file source keeps the contract."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ami_audit.domain.options import AuditOptions
from ami_audit.ports.source import AuditSource
from contract.source import SourceContract, World
from support.archives import tarred, zipped
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


class TestFileSourceWithArchives(SourceContract):
    """Over archives, files of several names, and rights that nobody should have."""

    @pytest.fixture
    def source(self) -> AuditSource:
        """The source as it is put together outside tests."""
        return file_source()

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        """A zip and a packed tar beside what they are made of; and both cut short, with a name that leads out."""
        whole, broken = tmp_path / "whole", tmp_path / "broken"
        for folder in (whole, broken):
            (folder / "src").mkdir(parents=True)
            (folder / "src" / "app.py").write_text("total = 1\n")
        os.link(whole / "src" / "app.py", whole / "src" / "same.py")
        (whole / "src").chmod(0o2755)
        (whole / "a.zip").write_bytes(zipped({"app.py": b"total = 1\n", "in.zip": zipped({"deep": b"x"})}))
        (whole / "b.tar.gz").write_bytes(tarred({"app.py": b"total = 1\n"}, "w:gz"))
        (broken / "src" / "app.py").chmod(0o666)
        (broken / "a.zip").write_bytes(zipped({"app.py": b"total = 1\n"})[:-8])
        (broken / "b.tar.gz").write_bytes(tarred({"../app.py": os.urandom(9_000)}, "w:gz")[:-90])
        (broken / "fine").write_text("fine")
        options = AuditOptions(archives=True)
        return World(str(whole), hostile=str(broken), missing=str(tmp_path / "no-such-folder"), options=options)
