"""A real repository, and the real program run in it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.repositories import Repository

PROGRAM = Path(sys.executable).with_name("ami-audit")


class Program:
    """`ami-audit` as a user runs it, in one folder and with a home of its own."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home

    def __call__(
        self, *words: str, code: int = 0, environment: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run it and return what it wrote; its exit code must be `code`."""
        done = subprocess.run(
            [PROGRAM, *words],
            cwd=self.folder,
            env=self.environment(environment),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def python(self, code: str) -> str:
        """Run a Python program in the same place, and return what it wrote."""
        words = [sys.executable, "-c", code]
        done = subprocess.run(
            words, cwd=self.folder, env=self.environment(), stdout=subprocess.PIPE, text=True, check=True, timeout=60
        )
        return done.stdout

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment it runs in: the caller's, with this home."""
        return {**os.environ, "HOME": str(self.home), "COLUMNS": "100", **(more or {})}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with three commits, a branch and a tag."""
    made = Repository(tmp_path / "shop")
    made.commit({"app/main.py": "print('shop')\n", "README.md": "# Shop\n"}, message="Begin the shop")
    made.commit({"app/cart.py": "total = 0\n"}, message="Add a cart")
    made.commit({"app/cart.py": "total = 1\n"}, message="Count from one")
    made.git("tag", "v1")
    return made


@pytest.fixture
def ami_audit(repository: Repository, tmp_path: Path) -> Program:
    """The program, in the repository."""
    home = tmp_path / "home"
    home.mkdir()
    return Program(repository.path, home)
