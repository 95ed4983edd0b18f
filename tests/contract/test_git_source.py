"""The git source keeps the contract."""

from pathlib import Path

import pytest

from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import GitSource
from ami_audit.ports.source import AuditSource
from contract.source import SourceContract, World
from support.repositories import Repository


class TestGitSource(SourceContract):
    """Over a repository with a branch, a tag, a merge, a lock file and a large file, asked for all there is."""

    @pytest.fixture
    def source(self) -> AuditSource:
        """The source; targets say where the repository is."""
        return GitSource()

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        """A whole history, and a clone that was cut short."""
        whole = _history(tmp_path / "whole")
        broken = Repository.clone(whole, tmp_path / "broken", "--depth=1")
        return World(
            target=str(whole.path),
            options=AuditOptions(
                include_blame=True,
                include_contributions=True,
                include_lockfiles=True,
                include_reflog=True,
                large_blob_bytes=1_000,
            ),
            hostile=str(broken.path),
            missing=str(tmp_path / "no-such-repository"),
        )


def _history(path: Path) -> Repository:
    made = Repository(path)
    made.commit({"cart.py": "total = 0\n"}, message="Begin the shop")
    made.git("switch", "-q", "-c", "sale")
    made.commit({"sale.py": "percent = 10\n"}, message="Add a sale", author="Bob <bob@example.org>")
    made.git("switch", "-q", "main")
    made.commit({"cart.py": "total = 1\n"}, message="Count from one")
    made.commit({"go.sum": "example.org/a v1.0.0 h1:aa=\n", "data.bin": b"\0" * 1_000}, message="Pin and store")
    made.git("merge", "-q", "--no-ff", "-m", "Merge the sale", "sale")
    made.git("tag", "-a", "v1", "-m", "First release")
    return made
