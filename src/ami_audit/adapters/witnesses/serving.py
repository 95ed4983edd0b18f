"""How a witness is reached: `POST /add-checkpoint` over HTTP, with bounds on what a caller may cost.

A request has a few seconds from its first byte to its last, whatever the pace; a connection is kept alive for the next
one; only so many are served at a time. TLS is a proxy's work.
"""

import io
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

from ami_audit.domain.errors import AuditError
from ami_audit.domain.witnessing import MOST_BYTES, WitnessAnswer

_REQUEST_S = 10.0
_AT_ONCE = 64
_PATH = "/add-checkpoint"

Tell = Callable[[str], None]


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness until it is shut down; `url` says where."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = _AT_ONCE
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], answer: Callable[[bytes], WitnessAnswer], *, tell: Tell) -> None:
        """Args: `answer` judges a request's body, from any thread; `tell` is told a line for each request.

        Raises:
            OSError: The address cannot be listened on.
        """
        self.answer = answer
        self.tell = tell
        self.request_s = _REQUEST_S
        self.free = threading.BoundedSemaphore(_AT_ONCE)
        self.busy = _Busy()
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = str(self.server_address[0]), self.server_address[1]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection in a thread of its own, or close it at once when too many are open."""
        if not self.free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.free.release()

    def handle_error(self, *where: Any) -> None:
        """Say that a connection broke; the caller is gone, the server stays."""
        self.tell(f"{_shown(where[-1])} connection broken")

    def server_close(self) -> None:
        """Close the door, after the answers that are being made have gone out."""
        super().server_close()
        self.busy.wait(self.request_s)


class _Busy:
    """Counts the answers that are being made."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._count == 0, timeout_s)


class _Timed(io.RawIOBase):
    """A socket's incoming bytes, until a moment that no slow caller can move."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "ami-audit-witness"
    sys_version = ""
    server: WitnessServer
    timeout = _REQUEST_S

    def setup(self) -> None:
        super().setup()
        self._timed = _Timed(self.connection)
        self.rfile = io.BufferedReader(self._timed)

    def handle_one_request(self) -> None:
        self._timed.until = monotonic() + self.server.request_s
        super().handle_one_request()

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or self.headers.get("Transfer-Encoding") is not None:
            self._refuse(411, "the request does not say its length")
        elif int(length) > MOST_BYTES:
            self._refuse(413, f"the request is longer than {MOST_BYTES} bytes")
        else:
            self._answer(self._body(int(length)))

    def do_GET(self) -> None:
        self._refuse(405 if self.path == _PATH else 404, "this is a witness: POST /add-checkpoint")

    def _body(self, length: int) -> bytes | None:
        try:
            body = self.rfile.read(length)
        except TimeoutError:
            return None
        return body if len(body) == length else None

    def _answer(self, body: bytes | None) -> None:
        if body is None:
            self._refuse(408, "the request did not come in time")
        elif self.path != _PATH:
            self._refuse(404, "this is a witness: POST /add-checkpoint")
        else:
            with self.server.busy:
                self._send(self._judged(body))

    def _judged(self, body: bytes) -> WitnessAnswer:
        try:
            return self.server.answer(body)
        except AuditError as error:
            self.server.tell(str(error))
            return WitnessAnswer(500, "the witness cannot answer now\n")

    def _refuse(self, status: int, reason: str) -> None:
        self.close_connection = True
        self._send(WitnessAnswer(status, f"{reason}\n"))

    def _send(self, answer: WitnessAnswer) -> None:
        body = answer.body.encode()
        self.connection.settimeout(self.server.request_s)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        # What is told goes to a terminal or a journal, and a request may be made to trouble either.
        reason = "" if answer.status == 200 else f" {answer.body.strip()[:200]}"
        told = f"{_shown(self.client_address)} {answer.status}{reason}"
        self.server.tell(told.encode("ascii", "backslashreplace").decode())

    def log_message(self, *_: object) -> None:
        """Each answer is told once, by us."""


def _shown(address: Any) -> str:
    return str(address[0]) if isinstance(address, tuple) else "-"
