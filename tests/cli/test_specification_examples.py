"""Do the first three examples of the specification do, word for word, what they promise?"""

import json
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.cli.conftest import Program
from tests.support.repositories import Repository

_MANIFEST = """
version: 1
services:
  cache:
    summary: Keeps what was asked last
    health: {{tcp: {{host: 0.0.0.0, port: {port}, timeout: 2}}}}
    env: {{CACHE_PASSWORD: hunter2-in-the-clear}}
  web:
    health: {{tcp: {{host: 0.0.0.0, port: {closed}}}}}
profiles:
  data-stack: {{description: All that holds data, services: [cache, web]}}
"""


@pytest.fixture
def workspace(repository: Repository) -> Repository:
    """A repository with the folders that the examples name, everything committed."""
    cart = "import os\nimport json\n\n\ndef total( a,b ):\n    return a+b\n"
    repository.commit({"base/cart.py": cart, "compliance/README.md": "# Compliance\n"}, message="Lay the modules out")
    return repository


@pytest.fixture
def stack(repository: Repository) -> Iterator[Repository]:
    """A manifest of two services, of which one listens."""
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as open_,
        closing(socket.create_server(("127.0.0.1", 0))) as shut,
    ):
        port, closed = open_.getsockname()[1], shut.getsockname()[1]
        shut.close()
        repository.commit({"scripts/services.yaml": _MANIFEST.format(port=port, closed=closed)})
        yield repository


def test_example_1_audit_module_quality(ami_audit: Program, workspace: Repository) -> None:
    """Audit, review, fix, verify the fixes."""
    ami_audit("quality", "base/", "--violations", "--output=base-quality-report.md")
    report = (workspace.path / "base-quality-report.md").read_text()
    assert "`base/cart.py:1:8` | `F401` | `` `os` imported but unused ``" in report
    (workspace.path / "base-quality-report.md").unlink()
    assert "base/cart.py" in ami_audit("quality", "base/", "--fix").stdout
    assert workspace.git("diff", "--stat", "--", "base/cart.py")
    assert "F401" not in ami_audit("quality", "base/", "--violations").stdout
    ami_audit("verify", "--chain", "--signatures")


def test_example_2_track_git_history(ami_audit: Program, workspace: Repository) -> None:
    """A history as JSON, contributions as a page, one file with who wrote its lines."""
    ami_audit("git", "--since=30 days ago", "--output=git-history.json")
    history = json.loads((workspace.path / "git-history.json").read_text())
    assert history["schema"] == "ami-audit/run/1"
    page = ami_audit("git", "--since=2020-01-01", "--format=markdown").stdout
    assert "Ann Author" in page
    ami_audit("git", "--file=compliance/README.md", "--blame")
    answer = json.loads(ami_audit("query", "--action=git.blame", "--format=json").stdout)
    (blame,) = answer["records"]
    assert blame["target"] == "compliance/README.md"


def test_example_3_monitor_service_health(ami_audit: Program, stack: Repository) -> None:
    """A profile's health now, again and again, and its logs."""
    told = ami_audit("service", "data-stack", "--health").stdout
    assert "1 of 2 well" in told
    watched = ami_audit("watch", "--service=data-stack", "--rounds=2", "--every=1s").stdout
    assert watched.count("service.profile  data-stack") == 1
    ami_audit("service", "data-stack", "--logs", "--since=1 hour ago", "--level=ERROR")
    ami_audit("verify", "--signatures")
    database = (stack.path / ".audit" / "audit.db").read_bytes()
    assert b"hunter2-in-the-clear" not in database
