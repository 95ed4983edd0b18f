"""A real container engine of the tests' own: one for all workers, on a private socket, stopped by the last of them."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.programs import program

_PATIENCE_S = 60.0
_IMAGE = "ami-audit/box:1"
_TOOLS = ("sh", "sleep", "echo", "false", "true", "test", "cat", "httpd", "mkdir", "rm")
_HEALTH = ("--health-interval=1s", "--health-timeout=2s", "--health-retries=1")


class Engine:
    """An engine that runs; `address` is for `DOCKER_HOST`."""

    def __init__(self, folder: Path) -> None:
        """Args: `folder` holds its socket and all that it keeps."""
        self.folder = folder
        self.address = f"unix://{folder}/docker.sock"

    def docker(self, *words: str, check: bool = True) -> str:
        """Run the client; return what it prints."""
        answer = subprocess.run(
            [program("docker", "docker.io"), *words],
            env={**os.environ, "DOCKER_HOST": self.address},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert not check or answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    @property
    def is_up(self) -> bool:
        """Whether it answers."""
        return bool(self.docker("version", "--format", "{{.Server.Version}}", check=False))

    def run(self, name: str, *options: str, command: tuple[str, ...] = ("/bin/sleep", "3600")) -> str:
        """Start a container; return its id."""
        return self.docker("run", "--detach", "--name", name, *options, _IMAGE, *command)

    def create(self, name: str, *options: str) -> str:
        """Make a container that is not started; return its id."""
        return self.docker("create", "--name", name, *options, _IMAGE, "/bin/sleep", "3600")

    def state(self, name: str) -> str:
        """Return state and health of a container: `running healthy`."""
        wanted = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}} {{.RestartCount}}"
        return self.docker("inspect", "--format", wanted, name)

    def until(self, name: str, wanted: str) -> None:
        """Wait until a container's state begins so."""
        end = time.monotonic() + _PATIENCE_S
        while not (found := self.state(name)).startswith(wanted):
            assert time.monotonic() < end, f"{name} is {found}, not {wanted}"
            time.sleep(0.1)


@contextmanager
def shared_engine(session: Path) -> Iterator[Engine]:
    """Yield the engine of this session of tests, started by the first worker that asks and stopped by the last.

    Args:
        session: A folder that all workers of the session share: it tells sessions apart.
    """
    if os.getuid() != 0:
        pytest.skip("a container engine can be started by root only")
    program("dockerd", "docker.io")
    name = f"ami-engine-{hashlib.sha256(str(session).encode()).hexdigest()[:8]}"
    folder = Path(tempfile.gettempdir()) / name  # a socket's path may have 107 bytes
    engine = Engine(folder)
    folder.mkdir(exist_ok=True)
    with (session / "engine.users").open("w") as users, (session / "engine.start").open("w") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            if not (folder / "ready").exists():
                _begin(engine)
        finally:
            fcntl.flock(start, fcntl.LOCK_UN)
        try:
            yield engine
        finally:
            fcntl.flock(start, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_UN)
            with suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _stop(engine)


def _begin(engine: Engine) -> None:
    _start(engine)
    try:
        _populate(engine)
    except BaseException:
        _stop(engine)
        raise
    (engine.folder / "ready").touch()


def _start(engine: Engine) -> None:
    folder = engine.folder
    with (folder / "log").open("wb") as log:
        # Nobody's child: the worker that starts it may end before the others.
        subprocess.run(
            [
                "setsid",
                "--fork",
                program("dockerd", "docker.io"),
                f"--host={engine.address}",
                f"--data-root={folder}/data",
                f"--exec-root={folder}/exec",
                f"--pidfile={folder}/pid",
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
                "--ip-masq=false",
                "--storage-driver=vfs",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
        )
    end = time.monotonic() + _PATIENCE_S
    while not engine.is_up:
        said = (folder / "log").read_text(errors="replace")
        if "failed to start daemon" in said or time.monotonic() > end:
            _stop(engine)
            pytest.skip(f"this kernel lets no container engine start: {said.strip()[-300:]}")
        time.sleep(0.1)


def _populate(engine: Engine) -> None:
    """Make an image of one static program, and containers that are well and ill."""
    root = engine.folder / "root"
    (root / "bin").mkdir(parents=True)
    (root / "tmp").mkdir()
    shutil.copy(program("busybox", "busybox-static"), root / "bin" / "busybox")
    for tool in _TOOLS:
        (root / "bin" / tool).symlink_to("busybox")
    subprocess.run(["tar", "-C", root, "-cf", engine.folder / "root.tar", "."], check=True)
    engine.docker("import", str(engine.folder / "root.tar"), _IMAGE)
    engine.docker("network", "create", "ami-net")
    talk = "echo 'ERROR payment 17 failed password=hunter2'; echo 'INFO ready'; exec sleep 3600"
    engine.run(
        "ami-healthy",
        "--network=none",
        "--health-cmd=test -e /bin/sh",
        *_HEALTH,
        "--env=API_TOKEN=s3cr3t-of-the-container",
        "--memory=64m",
        "--label=com.docker.compose.service=web",
        f"--volume={engine.folder}/root:/data:ro",
        command=("/bin/sh", "-c", talk),
    )
    engine.run("ami-unhealthy", "--network=none", "--health-cmd=echo no database; test -e /nowhere", *_HEALTH)
    engine.run("ami-restarting", "--network=none", "--restart=always", command=("/bin/false",))
    engine.run("ami-stopped", "--network=none", command=("/bin/sh", "-c", "exit 3"))
    # Not started: many a sandbox has no such rights to give.
    engine.create(
        "ami-privileged",
        "--network=host",
        "--privileged",
        "--pid=host",
        "--cap-add=SYS_ADMIN",
        f"--volume={engine.folder}/docker.sock:/var/run/docker.sock",
    )
    engine.run(
        "ami-published", "--network=ami-net", "--publish=127.0.0.1::80", command=("/bin/httpd", "-f", "-p", "80")
    )
    engine.until("ami-healthy", "running healthy")
    engine.until("ami-unhealthy", "running unhealthy")
    engine.until("ami-restarting", "restarting")
    engine.until("ami-stopped", "exited")


def _stop(engine: Engine) -> None:
    """Remove the containers, end the engine, and take away what it has left."""
    folder = engine.folder
    (folder / "ready").unlink(missing_ok=True)
    if engine.is_up:
        names = engine.docker("ps", "--all", "--quiet", check=False).split()
        if names:
            engine.docker("rm", "--force", *names, check=False)
        engine.docker("network", "rm", "ami-net", check=False)
    with suppress(OSError, ValueError):
        number = int((folder / "pid").read_text(encoding="ascii"))
        os.kill(number, signal.SIGTERM)
        end = time.monotonic() + _PATIENCE_S
        while Path(f"/proc/{number}").exists() and time.monotonic() < end:
            time.sleep(0.05)
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        place = line.split()[1]
        if place.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
