"""Are systemd's units told as systemd tells them, and its absence too?"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.services import drafts_of, kinds, the_service, write

from ami_audit.adapters.sources.service.matching import State, unit_state
from ami_audit.adapters.sources.service.units import ask_systemd, read_units_shown
from ami_audit.adapters.sources.service.work import Work

pytestmark = pytest.mark.usefixtures("no_engine")

_IS_BOOTED = Path("/run/systemd/system").is_dir() and shutil.which("systemctl") is not None
_SHOWN = """\
Id=ssh.service
LoadState=loaded
ActiveState=active
SubState=running
MainPID=812
ExecMainStartTimestamp=Wed 2026-11-25 20:56:48 UTC
MemoryCurrent=5435392
CPUUsageNSec=1234567000
NRestarts=2
Result=success
ExecMainStatus=0
UnitFileState=enabled

Id=broken.service
LoadState=loaded
ActiveState=failed
SubState=failed
MainPID=0
ExecMainStartTimestamp=
MemoryCurrent=[not set]
CPUUsageNSec=18446744073709551615
NRestarts=5
Result=exit-code
ExecMainStatus=203
UnitFileState=enabled

Id=loop.service
LoadState=loaded
ActiveState=activating
SubState=auto-restart

Id=none.service
LoadState=not-found
ActiveState=inactive
SubState=dead
"""


def test_what_systemctl_shows_is_read() -> None:
    """Numbers that it does not know are absent, not zero and not 2^64."""
    ssh, broken, loop, none = read_units_shown(_SHOWN)
    assert (ssh.pid, ssh.memory_bytes, ssh.cpu_s, ssh.restarts) == (812, 5_435_392, 1.235, 2)
    assert ssh.started_at == datetime(2026, 11, 25, 20, 56, 48, tzinfo=UTC)
    assert (broken.pid, broken.memory_bytes, broken.cpu_s, broken.exit_status) == (None, None, None, 203)
    assert [unit_state(unit) for unit in (ssh, broken, loop)] == [State.RUNNING, State.FAILED, State.RESTARTING]
    assert not none.is_there


@pytest.mark.skipif(_IS_BOOTED, reason="this machine runs systemd")
def test_the_absence_of_systemd_is_told(tmp_path: Path) -> None:
    """A unit that cannot be looked at is not a stopped one."""
    write(tmp_path, "res/ansible/services.yml", "local_services: {ami-api: {command: serve}}")
    draft = the_service(tmp_path, "ami-api")
    assert (draft.context["state"], kinds(draft)) == ("unknown", {"state-unknown"})
    assert "systemd" in draft.findings[0].description
    (machine,) = [it for it in drafts_of(tmp_path, include_host=True) if it.action == "service.host"]
    assert "systemd" in machine.context["systemd"]


@pytest.mark.skipif(not _IS_BOOTED, reason="this machine does not run systemd")
def test_a_unit_of_this_machine_is_told() -> None:
    """The journal runs wherever systemd does."""
    work = Work()
    found = ask_systemd(work, ["systemd-journald.service", "no-such-unit-here.service"], timeout_s=10)
    work.close()
    assert not found.absent
    assert unit_state(found.by_name["systemd-journald.service"]) is State.RUNNING
    assert not found.by_name["no-such-unit-here.service"].is_there
