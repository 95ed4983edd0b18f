"""Witnesses as they run in the world: processes of their own, on loopback."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from ami_audit.domain.note import NoteKey

PROGRAM = Path(sys.executable).with_name("ami-audit")


class Said(NamedTuple):
    """What a witness answered."""

    status: int
    body: str
    content_type: str


class WitnessProcess:
    """`ami-audit witness serve`, which can be killed and started again over the same folder."""

    def __init__(self, folder: Path, *, name: str, logs: Sequence[NoteKey] = ()) -> None:
        self.folder = folder
        logs_options = [word for key in logs for word in ("--log", str(key))]
        made = self._run("witness", "init", "--state", str(folder), "--name", name, *logs_options)
        self.key = NoteKey.parse(made.strip())
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        words = ["witness", "serve", "--state", str(self.folder), "--listen", self._listen()]
        self._process = subprocess.Popen(
            [PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, "the witness did not start"

    def stop(self, *, hard: bool = False) -> int:
        """End it, with SIGKILL when `hard`, and return its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
        code = self._process.wait(20)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
        return code

    def ask(self, body: str | bytes) -> Said:
        """Send it one request."""
        return asked(self.url, body)

    def remembered(self) -> list[str]:
        """Return the checkpoints that it keeps."""
        return [file.read_text(encoding="utf-8") for file in (self.folder / "seen").glob("*.checkpoint")]

    def serve_also(self, key: NoteKey) -> None:
        """Let it serve one more trail from its next start on."""
        self._run("witness", "add-log", str(key), "--state", str(self.folder))

    def _listen(self) -> str:
        return f"127.0.0.1:{urlsplit(self.url).port or 0}"

    def _run(self, *words: str) -> str:
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=True, timeout=60).stdout


def asked(url: str, body: str | bytes, *, method: str = "POST", path: str = "/add-checkpoint") -> Said:
    """Return what a server answers."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=20)
    try:
        connection.request(method, path, body if isinstance(body, bytes) else body.encode())
        answer = connection.getresponse()
        return Said(answer.status, answer.read().decode(), answer.headers.get("Content-Type", ""))
    finally:
        connection.close()


@contextmanager
def running(folder: Path, *, name: str, logs: Sequence[NoteKey] = ()) -> Iterator[WitnessProcess]:
    """A witness that serves these trails; ended in any case."""
    process = WitnessProcess(folder, name=name, logs=logs)
    process.start()
    try:
        yield process
    finally:
        process.stop(hard=True)


def card(folder: Path) -> dict[str, object]:
    """Return what a witness's folder says of it."""
    found: dict[str, object] = json.loads((folder / "witness.json").read_text(encoding="utf-8"))
    return found
