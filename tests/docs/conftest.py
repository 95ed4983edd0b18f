"""A desk with a repository and its trail of two runs, and a mined one beside it: what is attacked in the tables."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.repositories import Repository
from tests.support.shell import Shell


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a key, a repository in it with a trail of two runs, and a second one with a mined trail."""
    home = tmp_path_factory.mktemp("tamper") / "desk"
    repository = Repository(home / "shop")
    repository.commit({"cart.py": "total = 0\n"}, author="Ann <ann@example.org>")
    repository.commit({"cart.py": "total = 1\n"}, author="Ann <ann@example.org>")
    with Shell(home, repository.path) as shell:
        for command in (
            "git tag v1",
            "ami-audit repo && ami-audit query",
            "cp .audit/audit.db ../older.db",
            "echo 'total = 2' > cart.py && ami-audit repo && ami-audit query",
            'ami-audit status --format=json | sed -n \'s/.*"origin": "\\(.*\\)".*/\\1/p\' > ../origin',
            "AMI_AUDIT_DIFFICULTY_BITS=4 ami-audit repo --store=mined/audit.db",
        ):
            answer = shell.run(command)
            assert answer.code == 0, answer.text
    return home


@pytest.fixture
def attacked(desk: Path, tmp_path: Path) -> Iterator[Shell]:
    """A shell in a copy of it, to be damaged."""
    shutil.copytree(desk, tmp_path / "desk")
    with Shell(tmp_path / "desk", tmp_path / "desk" / "shop") as opened:
        yield opened
