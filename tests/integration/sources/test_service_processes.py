"""Are processes, their control groups and their ports told as the kernel knows them?"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.servers import free_port, is_open, until
from tests.support.services import drafts_of, kinds, services_of, the_service, write

from ami_audit.adapters.sources.service.cgroups import Groups
from ami_audit.adapters.sources.service.processes import cpu_percent, running
from ami_audit.domain.errors import SourceError
from ami_audit.domain.kinds import Outcome

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("no_engine")]

_SERVER = """
import socket, sys, threading, time
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
open_files = [open(__file__) for _ in range(5)]
end = time.monotonic() + 60
while time.monotonic() < end:
    if "busy" not in sys.argv:
        time.sleep(0.05)
"""


@contextmanager
def _served(folder: Path, port: int, *words: str) -> Iterator[int]:
    """Run a small server in a folder; yield its number."""
    (folder / "server.py").write_text(_SERVER, encoding="utf-8")
    process = subprocess.Popen([sys.executable, "server.py", str(port), *words], cwd=folder, stdin=subprocess.DEVNULL)
    try:
        until(lambda: is_open(port), what="the server")
        yield process.pid
    finally:
        process.kill()
        process.wait()


def _declared(folder: Path, port: int, *, told_port: int | None = None) -> Path:
    manifest = f"""
services:
  api:
    execution: {{local: {{enabled: true, kind: python, command: "python server.py {port}"}}}}
    health: {{tcp: {{host: 0.0.0.0, port: {told_port or port}, timeout: 2}}}}
"""
    return write(folder, "scripts/services.yaml", manifest)


def test_a_declared_program_is_found_by_its_command_and_its_folder(tmp_path: Path) -> None:
    """Interpreter by its kind, arguments word by word; the same command elsewhere is another service."""
    port = free_port()
    _declared(tmp_path / "place", port)
    (tmp_path / "elsewhere").mkdir()
    with _served(tmp_path / "elsewhere", port):
        draft = the_service(tmp_path / "place", "api")
        assert draft.context["state"] == "not found"
        assert "port-taken" in kinds(draft)
    with _served(tmp_path / "place", port) as pid:
        draft = the_service(tmp_path / "place", "api", include_health=True)
    assert (draft.context["state"], draft.outcome) == ("running", Outcome.SUCCESS)
    assert [process["pid"] for process in draft.context["processes"]] == [pid]
    assert not draft.findings


def test_what_a_process_uses_is_what_the_kernel_says(tmp_path: Path) -> None:
    """Memory, threads, open files; the processor's share over a real interval, so a busy loop shows as one."""
    port = free_port()
    _declared(tmp_path, port)
    with _served(tmp_path, port, "busy") as pid:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        context = the_service(tmp_path, "api").context
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    usage = context["usage"]
    assert usage["cpu_percent"] > 0
    assert usage["memory_bytes"] == pytest.approx(resident, rel=0.2)
    assert (usage["threads"], usage["open_files"]) == (1, files)
    assert context["uptime_s"] <= 60
    assert [port["listening"] for port in context["ports"]] == [["127.0.0.1"]]


def test_a_share_of_the_processor_is_what_was_used_over_the_time(tmp_path: Path) -> None:
    """One second of two is half of one processor, however many there are."""
    own = running()[os.getpid()]
    before = {own.pid: own._replace(cpu_s=own.cpu_s - 10, at=own.at - 20)}
    assert cpu_percent(before, [own.pid])[own.pid] == pytest.approx(50, abs=5)
    assert cpu_percent({own.pid: own._replace(started_at=0.0)}, [own.pid]) == {}


def test_ports_are_compared_with_what_is_declared(tmp_path: Path) -> None:
    """Declared and not listened on, and the other way round."""
    port, other = free_port(), free_port()
    _declared(tmp_path, port, told_port=other)
    with _served(tmp_path, port):
        draft = the_service(tmp_path, "api")
    assert {"port-not-listening", "port-undeclared"} <= kinds(draft)


def test_a_program_that_nobody_declared_is_told_with_the_machine(tmp_path: Path) -> None:
    """What listens is a service, whether a manifest says so or not."""
    port = free_port()
    with _served(tmp_path, port):
        drafts = drafts_of(tmp_path, include_host=True)
    (machine,) = [draft for draft in drafts if draft.action == "service.host"]
    assert {"port": port, "protocol": "tcp", "address": "127.0.0.1"}.items() <= next(
        item for item in machine.context["listening"] if item["port"] == port
    ).items()
    assert machine.context["processors"] == len(os.sched_getaffinity(0))
    assert machine.context["disks"][0]["size_bytes"] > 0
    told = [draft for draft in drafts if any(it["port"] == port for it in draft.context.get("ports", ()))]
    assert [draft.target.partition(":")[0] for draft in told] == ["process"]


def test_a_name_that_stands_for_nothing_is_one_sentence(tmp_path: Path) -> None:
    """With the names that there are."""
    _declared(tmp_path, 1)
    with pytest.raises(SourceError, match=r"`nothing-of-that-name`.*declared are: api"):
        services_of(tmp_path, services=("nothing-of-that-name",))


def test_every_process_is_told_when_asked_for(tmp_path: Path) -> None:
    """Command lines are masked: passwords stand on them."""
    secret = "of-the-command-line-1"
    words = [sys.executable, "-c", "import time; time.sleep(60)", "--password", secret]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL) as process:
        drafts = {
            it.context["pid"]: it
            for it in drafts_of(tmp_path, include_processes=True)
            if it.action == "service.process"
        }
        process.kill()
    assert {os.getpid(), process.pid} <= drafts.keys()
    assert drafts[process.pid].context["command"][-1] == "…"
    assert secret not in json.dumps([draft.context for draft in drafts.values()])


def test_names_that_are_no_text_are_told_in_escapes(tmp_path: Path) -> None:
    """A record holds text; what the kernel has is bytes."""
    with subprocess.Popen([sys.executable.encode(), b"-c", b"import time; time.sleep(60)", b"caf\xe9"]) as process:
        drafts = drafts_of(tmp_path, include_processes=True)
        process.kill()
    (draft,) = [it for it in drafts if it.context.get("pid") == process.pid]
    assert draft.context["command"][-1] == "caf\\udce9"
    json.dumps(draft.context, ensure_ascii=False).encode()


def test_processes_that_come_and_go_do_not_disturb(tmp_path: Path) -> None:
    """Between the list and the look a process may end; the others are told."""
    spawner = "import subprocess\nwhile True: subprocess.run(['true'])"
    with subprocess.Popen([sys.executable, "-c", spawner], stdin=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 1
            while time.monotonic() < end:
                assert os.getpid() in running()
        finally:
            process.kill()


def _group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="ascii")


def test_the_second_version_of_control_groups_is_read(tmp_path: Path) -> None:
    """The lowest limit on the way up counts; file cache that could be given back does not."""
    _group(tmp_path / "cg", cgroup__controllers="memory\n", memory__current="900\n", memory__max="max\n")
    _group(tmp_path / "cg/app.slice", memory__current="800\n", memory__max="1000\n")
    inner = {"memory__current": "700\n", "memory__max": "max\n", "memory__stat": "anon 1\ninactive_file 200\n"}
    _group(tmp_path / "cg/app.slice/api.service", **inner, memory__events="oom 3\noom_kill 2\n")
    _group(tmp_path / "proc/7", cgroup="0::/app.slice/api.service\n")
    memory = Groups(tmp_path / "cg", tmp_path / "proc").memory_of(7)
    assert memory is not None
    assert memory._asdict() == {
        "path": "/app.slice/api.service",
        "version": 2,
        "used_bytes": 500,
        "limit_bytes": 1000,
        "killed": 2,
    }


def test_the_first_version_of_control_groups_is_read(tmp_path: Path) -> None:
    """What it says when there is no limit is a number, and no limit."""
    _group(tmp_path / "cg/memory", memory__usage_in_bytes="900\n", memory__limit_in_bytes="9223372036854771712\n")
    inner = {"memory__usage_in_bytes": "700\n", "memory__limit_in_bytes": "4096\n"}
    _group(tmp_path / "cg/memory/docker/abc", **inner, memory__stat="total_inactive_file 100\n")
    _group(tmp_path / "proc/7", cgroup="5:cpu:/\n4:memory:/docker/abc\n0::/\n")
    _group(tmp_path / "proc/8", cgroup="4:memory:/\n")
    groups = Groups(tmp_path / "cg", tmp_path / "proc")
    inside, outside = groups.memory_of(7), groups.memory_of(8)
    assert inside is not None and outside is not None  # noqa: PT018 (both are needed below)
    assert (inside.used_bytes, inside.limit_bytes, inside.version) == (600, 4096, 1)
    assert outside.limit_bytes is None
    assert groups.memory_of(9) is None


def test_the_groups_of_this_machine_can_be_read() -> None:
    """Whichever version it has."""
    memory = Groups().memory_of(os.getpid())
    assert memory is None or (memory.used_bytes or 0) > 0
