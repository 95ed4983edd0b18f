"""Does the service source tell what a real container engine knows?"""

import json
import os
import socket
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.support.engine import Engine
from tests.support.services import COMPOSE, drafts_of, kinds, services_of, the_service, write

from ami_audit.adapters.sources.service.containers import Asker
from ami_audit.adapters.sources.service.work import Work
from ami_audit.domain.kinds import AuditSeverity, Outcome

pytestmark = pytest.mark.integration

_STACK = """
services:
  web:
    image: ami-audit/box:1
    container_name: ami-healthy
  db:
    image: ami-audit/box:1
    container_name: ami-unhealthy
  queue:
    image: ami-audit/box:1
    container_name: ami-restarting
  mail:
    image: ami-audit/box:1
    container_name: ami-stopped
  root:
    image: ami-audit/box:1
    container_name: ami-privileged
    privileged: true
  gone:
    image: ami-audit/box:1
    container_name: ami-gone
"""


@pytest.fixture
def stack(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place whose Compose file declares the engine's containers."""
    monkeypatch.setenv("DOCKER_HOST", engine.address)
    return write(tmp_path / "place", COMPOSE, _STACK)


@pytest.mark.parametrize(
    ("service", "state", "outcome", "kind"),
    [
        ("web", "running", Outcome.SUCCESS, None),
        ("db", "unhealthy", Outcome.FAILURE, "unhealthy"),
        ("queue", "restarting", Outcome.FAILURE, "restarting"),
        ("mail", "failed", Outcome.FAILURE, "stopped"),
        ("gone", "not found", Outcome.FAILURE, "not-running"),
    ],
)
def test_each_state_of_a_container_is_told(
    engine: Engine, stack: Path, service: str, state: str, outcome: Outcome, kind: str | None
) -> None:
    """Healthy, unhealthy, restarting, ended with an exit code, and not there at all: each is another case to act on."""
    engine.until("ami-restarting", "restarting")  # between two starts it runs for a moment
    draft = the_service(stack, service)
    assert (draft.context["state"], draft.outcome) == (state, outcome)
    assert kinds(draft) - {"image-unpinned"} == ({kind} if kind else set())


def test_what_the_engine_knows_of_a_container_is_recorded(engine: Engine, stack: Path) -> None:
    """The same facts that `docker inspect` tells, by which an auditor knows what ran."""
    facts = the_service(stack, "web").context["container"]
    told = json.loads(engine.docker("inspect", "ami-healthy"))[0]
    assert (facts["id"], facts["image_id"]) == (told["Id"], told["Image"])
    assert facts["state"]["pid"] == told["State"]["Pid"]
    assert facts["health"]["status"] == "healthy"
    assert facts["network_mode"] == "none"
    assert facts["memory_limit_bytes"] == 64 * 1024 * 1024
    assert (facts["restarts"], facts["privileged"], facts["restart_policy"]) == (0, False, "no")


def test_what_a_container_uses_is_measured(stack: Path) -> None:
    """Processor, memory against its own limit, open files, uptime: of all its processes together."""
    context = the_service(stack, "web").context
    usage = context["usage"]
    assert 0 < usage["memory_bytes"] < usage["memory_limit_bytes"] == 64 * 1024 * 1024
    assert usage["processes"] >= 1
    assert usage["open_files"] > 0
    assert usage["cpu_percent"] >= 0
    assert 0 < usage["disks"][0]["free_bytes"] < usage["disks"][0]["size_bytes"]
    assert context["uptime_s"] >= 0
    assert any("sleep" in word for word in context["processes"][0]["command"])


def test_an_unhealthy_container_says_why(stack: Path) -> None:
    """The last line of the health check is what tells the operator where to look."""
    (finding,) = [f for f in the_service(stack, "db").findings if f.finding_type == "service.unhealthy"]
    assert "no database" in finding.description
    assert finding.recommendation


def test_the_exit_code_of_an_ended_container_is_told(stack: Path) -> None:
    """3 is not 0, and not 137."""
    assert "exit code 3" in the_service(stack, "mail").findings[0].description


def test_what_makes_a_container_dangerous_is_found(stack: Path) -> None:
    """Each of these lets it break out; together they are the machine."""
    draft = the_service(stack, "root")
    assert {"privileged", "docker-socket", "host-network", "host-processes", "capabilities"} <= kinds(draft)
    assert max(finding.severity for finding in draft.findings) >= AuditSeverity.ERROR


def test_the_environment_of_a_container_is_masked(stack: Path) -> None:
    """It is where passwords are; the names are told, no value is."""
    draft = the_service(stack, "web")
    assert "API_TOKEN=…" in draft.context["container"]["environment"]
    assert "s3cr3t" not in json.dumps(draft.context)


def test_a_published_port_is_told(engine: Engine, stack: Path) -> None:
    """Which port of the machine leads to which of the container."""
    port = int(engine.docker("port", "ami-published", "80/tcp").rpartition(":")[2])
    draft = the_service(stack, "ami-published")
    (told,) = draft.context["ports"]
    assert (told["port"], told["inner"], told["published"]) == (port, 80, True)


def test_a_declared_port_is_found_by_its_container(engine: Engine, stack: Path) -> None:
    """A proxy of the engine listens there, not the service: it is not somebody else who took the port."""
    port = int(engine.docker("port", "ami-published", "80/tcp").rpartition(":")[2])
    compose = f"services: {{site: {{image: x, container_name: ami-published, ports: ['{port}:80']}}}}"
    draft = the_service(write(stack, COMPOSE, compose), "site", include_health=True)
    assert {"port-taken", "port-not-listening", "health-failed"}.isdisjoint(kinds(draft))
    assert draft.context["health"][0]["verdict"] == "ok"


def test_a_container_nobody_declared_is_told_with_the_machine(stack: Path) -> None:
    """What runs beside the manifests is what an audit is for; asked by name it is told without them, too."""
    assert "container:ami-published" not in services_of(stack)
    assert "container:ami-published" in services_of(stack, include_host=True)
    assert the_service(stack, "ami-published").context["container"]["name"] == "ami-published"


def test_an_engine_that_is_down_is_told_and_not_taken_for_stopped_services(stack: Path, no_engine: Path) -> None:
    """Whether they run is not known then; the sentence says why."""
    draft = the_service(stack, "web")
    assert (draft.context["state"], draft.outcome) == ("unknown", Outcome.UNKNOWN)
    assert str(no_engine) in draft.findings[0].description
    (machine,) = [it for it in drafts_of(stack, include_host=True) if it.action == "service.host"]
    assert "engine-unreachable" in kinds(machine)


def test_a_profile_has_a_record_for_each_member_and_one_for_the_whole(stack: Path) -> None:
    """`data-stack` is not a service: it is well when all of its services are."""
    write(stack, "scripts/services.yaml", "services: {}\nprofiles: {data-stack: {services: [web, db, mongo]}}")
    drafts = drafts_of(stack, services=("data-stack",))
    assert [(it.action, it.target) for it in drafts] == [
        ("service.observed", "db"),
        ("service.observed", "web"),
        ("service.profile", "data-stack"),
    ]
    whole = drafts[-1]
    assert whole.context["members"] == {"db": "unhealthy", "web": "running", "mongo": "not declared"}
    assert whole.outcome is Outcome.PARTIAL
    assert kinds(whole) == {"profile-incomplete"}


def test_an_engine_that_hangs_does_not_hang_the_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It accepts and never answers: its time is over, and the sentence says so."""
    write(tmp_path / "place", COMPOSE, _STACK)
    with closing(socket.socket(socket.AF_UNIX)) as listening, TemporaryDirectory() as folder:
        listening.bind(f"{folder}/engine.sock")
        listening.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/engine.sock")
        began = time.monotonic()
        draft = the_service(tmp_path / "place", "web", timeout_s=0.5)
    assert time.monotonic() - began < 10
    assert draft.context["state"] == "unknown"
    assert "did not answer in time" in draft.findings[0].description


def test_what_a_far_container_uses_is_asked_of_its_engine(engine: Engine, stack: Path) -> None:
    """Its processes are not of this machine, so nobody else knows."""
    with closing(Work()) as work:
        asker = Asker(work, os.environ, timeout_s=10)
        found = next(item for item in asker.ask().containers if item.name == "ami-healthy")
        usage = asker.usage(found)
    assert usage is not None
    assert usage.cpu_percent is not None
    assert (usage.processes or 0) >= 1  # its health check may be running
    assert 0 < (usage.memory_bytes or 0) < 64 * 1024 * 1024
