"""Does the service source keep the contract of all sources?"""

from pathlib import Path

import pytest
from tests.contract.source import MaskingSourceContract, World
from tests.support.services import write

from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.sources import ServiceSource
from ami_audit.ports.source import AuditSource

_SECRET = "hunter2-of-the-manifest"
_SERVICES = f"""
services:
  api:
    execution: {{local: {{enabled: true, command: "serve-nothing --password {_SECRET}"}}}}
    env: {{API_TOKEN: {_SECRET}, MODE: {_SECRET}}}
    health: {{tcp: {{host: 0.0.0.0, port: 1, timeout: 1}}}}
    notes: {{dsn: "postgres://me:{_SECRET}@db/x"}}
profiles:
  data-stack: {{services: [api, db]}}
"""
_COMPOSE = f"services: {{db: {{image: postgres, environment: ['POSTGRES_PASSWORD={_SECRET}'], ports: ['2:5432']}}}}"


@pytest.mark.usefixtures("no_engine")
class TestServiceSource(MaskingSourceContract):
    """All of it, on manifests whose services do not run."""

    @pytest.fixture
    def source(self) -> AuditSource:
        """The source as it is put together outside tests."""
        return ServiceSource()

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        """Manifests of two forms; beside them hostile ones."""
        for place in ("place", "hostile"):
            write(tmp_path / place, "scripts/services.yaml", _SERVICES)
            write(tmp_path / place, "docker-compose.yml", _COMPOSE)
        write(tmp_path / "hostile", "docker-compose.other.yml", "a: &a [*a, *a]\nservices: [1, {}]\n")
        return World(
            target=str(tmp_path / "place"),
            hostile=str(tmp_path / "hostile"),
            missing=str(tmp_path / "nowhere"),
            options=AuditOptions(include_health=True),
            secret=_SECRET,
            changing=frozenset({"latency_ms"}),
        )

    @pytest.fixture
    def no_engine(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """No engine of this machine is asked."""
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine.sock")
