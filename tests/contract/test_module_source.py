"""The module source keeps the contract."""

from pathlib import Path

import pytest

from ami_audit.domain.options import AuditOptions
from ami_audit.ports.source import AuditSource
from contract.source import MaskingSourceContract, World
from support.modules import source as module_source
from support.modules import write

_SECRET = "hunter2-of-the-index"
_LOCK = """version = 1
revision = 3
[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
dependencies = [{ name = "idna" }]
[[package]]
name = "idna"
version = "3.7"
source = { registry = "https://user:hunter2-of-the-index@index.example/simple" }
wheels = [{ url = "https://index.example/idna.whl", hash = "sha256:00" }]
"""


class TestModuleSource(MaskingSourceContract):
    """Over a small Python project with a lock file, a coverage report and a test."""

    @pytest.fixture
    def source(self) -> AuditSource:
        """The source as it is put together outside tests."""
        return module_source()

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        """A whole project; and one whose lock file and report are broken."""
        whole = write(
            tmp_path / "whole",
            {
                "pyproject.toml": '[project]\nname = "shop"\nversion = "1.0"\ndependencies = ["idna>=3"]\n',
                "uv.lock": _LOCK,
                "shop/__init__.py": "",
                "shop/cart.py": "import idna\n\n\ndef total(prices):\n    return sum(prices), idna\n",
                "tests/test_cart.py": "def test_total():\n    assert True\n",
                "lcov.info": "SF:shop/cart.py\nDA:1,1\nDA:4,0\nend_of_record\n",
            },
        )
        broken = write(
            tmp_path / "broken",
            {"uv.lock": "not [ toml", "coverage.json": "{", "a.py": "def f(:\n", "b.py": "x = 1\n", "poetry.lock": ""},
        )
        return World(
            target=str(whole),
            hostile=str(broken),
            missing=str(tmp_path / "no-such-module"),
            options=AuditOptions(include_dependencies=True, include_tests=True),
            secret=_SECRET,
        )
