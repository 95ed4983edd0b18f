"""Witnesses: the one that lives in a folder of this machine, and those that are asked."""

import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from ami_audit.domain.cosignature import cosigner_key
from ami_audit.domain.errors import FormatError, UsageError
from ami_audit.domain.note import KeyKind, NoteKey
from ami_audit.entrypoints.bootstrap.keys import ask_passphrase
from ami_audit.entrypoints.bootstrap.machine import clock, core
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.signer import Signer
from ami_audit.ports.witness import WitnessCaller
from ami_audit.services.usecases import keys as verbs
from ami_audit.services.witness import Witness

Tell = Callable[[str], None]


def witness_caller() -> WitnessCaller:
    """Return who asks witnesses over the network."""
    from ami_audit.adapters.witnesses import HttpWitnessCaller

    return HttpWitnessCaller()


def make_witness(folder: Path, *, name: str, logs: Iterable[NoteKey], passphrase: bytes | None) -> NoteKey:
    """Make a witness with a key of its own in `folder`, and return its key.

    Raises:
        UsageError: One lives there already.
    """
    from ami_audit.adapters.signers.file import FileKeyStore
    from ami_audit.adapters.witnesses import WitnessHome

    home = WitnessHome(folder)
    cosigner_key(name, bytes(32))  # a name that no note can carry is refused before anything is made
    home.make(name, logs)
    verbs.make_key(FileKeyStore(home.keys_dir, core()), core(), signer=name, passphrase=passphrase)
    return witness_key(folder)


def witness_key(folder: Path) -> NoteKey:
    """Return the public key of the witness that lives in `folder`.

    Raises:
        ConfigurationError: None lives there.
        KeyStoreError: It has no key.
    """
    from ami_audit.adapters.signers.file import FileKeyStore
    from ami_audit.adapters.witnesses import WitnessHome

    home = WitnessHome(folder)
    name = home.name
    return cosigner_key(name, FileKeyStore(home.keys_dir, core()).find("default").public_key)


def add_logs(folder: Path, logs: Iterable[NoteKey]) -> None:
    """Let the witness in `folder` serve these trails, too."""
    from ami_audit.adapters.witnesses import WitnessHome

    WitnessHome(folder).add_logs(logs)


def witness(folder: Path, *, logs: Iterable[NoteKey] = (), key: str | None = None) -> Witness:
    """Return the witness that lives in `folder`, serving its own trails and those of `logs`.

    Args:
        folder: Where it lives.
        logs: More trails.
        key: Which of its keys signs; its only one when left out.
    """
    from ami_audit.adapters.guards import FileGuard
    from ami_audit.adapters.signers.file import FileKeyStore
    from ami_audit.adapters.witnesses import WitnessHome

    home = WitnessHome(folder)
    name, served = home.name, (*home.logs, *logs)
    signer: Signer = FileKeyStore(home.keys_dir, core()).load(key or "default", ask=ask_passphrase)

    def memory_of(origin: str) -> CheckpointGuard:
        return FileGuard(home.memory_dir, origin)

    return Witness(
        core(),
        key=cosigner_key(name, signer.public_key),
        sign=signer.sign,
        logs=served,
        memory_of=memory_of,
        clock=clock,
    )


def serve(answering: Witness, address: tuple[str, int], *, ready: Tell, tell: Tell) -> None:
    """Serve until SIGTERM or Ctrl-C; `ready` is told the URL, `tell` a line for each request.

    Raises:
        UsageError: The address cannot be listened on.
    """
    from ami_audit.adapters.witnesses import WitnessServer

    try:
        server = WitnessServer(address, answering.add_checkpoint, tell=tell)
    except OSError as error:
        raise UsageError(f"{address[0]}:{address[1]} cannot be listened on: {error.strerror or error}.") from error
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    serving.start()
    ready(server.url)
    with suppress(KeyboardInterrupt):
        stop.wait()
    server.shutdown()
    server.server_close()


def log_keys(texts: Iterable[str]) -> tuple[NoteKey, ...]:
    """Return the keys of trails that a user wrote.

    Raises:
        UsageError: One is not an Ed25519 key as notes name them.
    """
    try:
        found = tuple(NoteKey.parse(text) for text in texts)
    except FormatError as error:
        raise UsageError(f"{error}; `ami-audit checkpoint vkey` prints a trail's.") from error
    for key in found:
        if key.kind != KeyKind.ED25519:
            raise UsageError(f"`{key.name}` is no trail's key: its signature type is {key.kind}, not 1.")
    return found
