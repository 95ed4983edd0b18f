"""The contract of sources, for the one of logs."""

from pathlib import Path

import pytest

from ami_audit.adapters.sources.log import LogSource
from ami_audit.domain.kinds import LogLevel
from ami_audit.domain.options import AuditOptions
from contract.source import MaskingSourceContract, World
from support.log_files import chain, event, json_lines, source


class TestLogSource(MaskingSourceContract):
    """All of it."""

    @pytest.fixture
    def source(self) -> LogSource:
        """The source as it is put together outside tests."""
        return source()

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        """Two logs with errors, a secret, an id in both, and a chain; beside them a damaged log."""
        logs = tmp_path / "place" / "logs"
        logs.mkdir(parents=True)
        events = [event(second, "INFO", f"request {second} done", request_id=f"r{second}") for second in range(20)]
        wrong = event(30, "ERROR", "login with password=hunter2secret failed", request_id="r7", token="hunter2secret")
        (logs / "shop.log").write_text(json_lines(*events, wrong))
        (logs / "bank.log").write_text(json_lines(event(31, "ERROR", "no money", request_id="r7")))
        (logs / "audit.log").write_bytes(chain(3))
        hostile = tmp_path / "hostile" / "logs"
        hostile.mkdir(parents=True)
        (hostile / "whole.log").write_text(json_lines(event(1, "INFO", "all is well")))
        (hostile / "cut.log.gz").write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03 nothing that unpacks")
        (hostile / "noise.log").write_bytes(bytes(range(256)) * 20)
        return World(
            target=str(logs),
            hostile=str(hostile),
            missing=str(tmp_path / "nowhere"),
            options=AuditOptions(level=LogLevel.INFO, any_name=True, zone="UTC"),
            secret="hunter2secret",
        )
