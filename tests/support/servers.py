"""Servers that tests start on free ports, in folders of their own, and stop again."""

import http.server
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.support.programs import program

_PATIENCE_S = 30.0


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def until(holds: Callable[[], bool], *, what: str, patience_s: float = _PATIENCE_S) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end, f"{what} did not come about within {patience_s:g} s"
        time.sleep(0.02)


def is_open(port: int) -> bool:
    """Return whether something accepts connections there."""
    with closing(socket.socket()) as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def started(words: list[str], *, port: int, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server until the block ends; it is ready when its port is open."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            words, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            until(lambda: is_open(port) or process.poll() is not None, what=words[0])
            assert process.poll() is None, (folder / "server.log").read_text(errors="replace")
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def redis_server(folder: Path, *more: str) -> Iterator[int]:
    """Run Redis; yield its port."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    words = [program("redis-server", "redis-server"), "--port", str(port), "--save", "", "--dir", str(folder)]
    with started([*words, "--bind", "127.0.0.1", *more], port=port, folder=folder):
        yield port


@contextmanager
def postgres_server(folder: Path, *, password: str) -> Iterator[int]:
    """Run Postgres, which asks user `postgres` for that password; yield its port."""
    initdb, postgres = program("initdb", "postgresql"), program("postgres", "postgresql")
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "password"
    secret.write_text(password, encoding="utf-8")
    port = free_port()
    as_owner = []
    if os.getuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "postgres")
        shutil.chown(secret, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]
        for parent in folder.parents:
            with suppress(PermissionError):
                parent.chmod(parent.stat().st_mode | 0o011)
    data = str(folder / "data")
    subprocess.run(
        [*as_owner, initdb, "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", str(secret), "-N"],
        check=True,
        capture_output=True,
        timeout=120,
        cwd=folder,
    )
    words = [postgres, "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    with started([*as_owner, *words, "-c", f"unix_socket_directories={folder}"], port=port, folder=folder):
        yield port


class _Answering(http.server.BaseHTTPRequestHandler):
    """Answers as its server was told."""

    def do_GET(self) -> None:
        """Answer by path."""
        status, body = self.server.answers.get(self.path, (404, b""))  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Threaded(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that refuses a certificate is what is tested."""


@contextmanager
def web_server(answers: dict[str, tuple[int, bytes]], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve these answers over HTTP, with a context over HTTPS; yield the port."""
    with _Threaded(("127.0.0.1", 0), _Answering) as server:
        server.answers = answers  # type: ignore[attr-defined]
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def silent_server() -> Iterator[int]:
    """Accept connections and never say a word; yield the port."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]


@contextmanager
def talking_server(*words: bytes) -> Iterator[int]:
    """Say one thing to whoever connects, in turn, the last one to all others, and close; yield the port."""
    waiting = list(words)

    class _Talking(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    class _Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with _Server(("127.0.0.1", 0), _Talking) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
