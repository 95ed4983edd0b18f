"""The quality source keeps the contract."""

from pathlib import Path

import pytest
from tests.support.quality import source as quality_source
from tests.support.quality import write

from ami_audit.domain.options import AuditOptions
from ami_audit.ports.source import AuditSource
from contract.source import MaskingSourceContract, World

_SECRET = "hunter2-and-more"
_WORDS = "banned:\n  - {pattern: 'total', reason: 'Say which.'}\n"
_CHECKS = ("ruff", "complexity", "cognitive", "bandit", "banned-words", "ami-agent")


class TestQualitySource(MaskingSourceContract):
    """Over a small project, with every check but the slowest, which has tests of its own."""

    @pytest.fixture
    def source(self) -> AuditSource:
        """The source as it is put together outside tests."""
        return quality_source()

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        """Faults of each kind, and beside them a file that no tool can parse."""
        files = {
            "banned_words.yaml": _WORDS,
            "app.py": f"import os\ntotal = 1\npassword = '{_SECRET}'\n",
            "fine.py": "x = 1\n",
            "docs/audit/01.02.2025/app.py.md": (
                "**File**: `app.py`\n**Status**: FAIL\n\n## Violations (1)\n\n"
                f'- Line 3: token = "{_SECRET}" (severity: HIGH)\n'
            ),
        }
        whole = write(tmp_path / "whole", files)
        broken = write(tmp_path / "broken", {**files, "bad.py": "def f(:\n"})
        return World(
            target=str(whole),
            hostile=str(broken),
            missing=str(tmp_path / "no-such-folder"),
            options=AuditOptions(quality_tools=_CHECKS),
            secret=_SECRET,
            changing=frozenset({"seconds"}),
        )
