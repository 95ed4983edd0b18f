"""What holds for every test: no test reads or writes the caller's home, and each can be repeated."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None)
settings.register_profile("soak", deadline=None, max_examples=20_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_FOREIGN = ("AMI_AUDIT_", "GIT_", "POSTGRES_", "DGRAPH_", "REDIS_", "XDG_")


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of every test: empty, so that nobody's keys, settings or git configuration are touched."""
    place = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
            patch.delenv(name)
        patch.setenv("HOME", str(place))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_AUTHOR_NAME", "A Tester")
        patch.setenv("GIT_AUTHOR_EMAIL", "tester@example.org")
        patch.setenv("GIT_COMMITTER_NAME", "A Tester")
        patch.setenv("GIT_COMMITTER_EMAIL", "tester@example.org")
        yield place


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests measured but do not judge."""
    measured = [
        f"{name}: {value}"
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
    ]
    if measured:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(measured))
