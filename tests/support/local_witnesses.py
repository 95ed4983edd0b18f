"""Witnesses in this process, on loopback: the real server and the real judgement, without a program to start."""

import threading
from collections.abc import Sequence
from pathlib import Path

from ami_audit.adapters.witnesses import WitnessServer
from ami_audit.domain.note import NoteKey
from ami_audit.entrypoints.bootstrap.witnesses import add_logs, make_witness, witness


class LocalWitness:
    """One witness; it can be taken down and brought up again at the same address."""

    def __init__(self, folder: Path, *, name: str, logs: Sequence[NoteKey] = ()) -> None:
        self.folder = folder
        self.key = make_witness(folder, name=name, logs=logs, passphrase=None)
        self.url = ""
        self._server: WitnessServer | None = None
        self._port = 0

    def start(self) -> None:
        """Listen."""
        server = WitnessServer(("127.0.0.1", self._port), witness(self.folder).add_checkpoint, tell=lambda _: None)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self._server, self.url, self._port = server, server.url, server.server_address[1]

    def stop(self) -> None:
        """Listen no more."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def serve_also(self, key: NoteKey) -> None:
        """Serve one more trail from the next start on."""
        add_logs(self.folder, [key])
