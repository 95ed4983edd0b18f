"""What `ami-audit witness` does: makes a witness, serves, and signs what is carried to it."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from ami_audit.domain.errors import UsageError
from ami_audit.domain.witnessing import MOST_BYTES
from ami_audit.entrypoints.bootstrap import witnesses as bootstrap
from ami_audit.entrypoints.cli.answers import announce, deliver
from ami_audit.entrypoints.cli.failures import Finished
from ami_audit.entrypoints.cli.passphrases import new_passphrase


def make(state: Path, *, name: str, logs: Sequence[str], encrypt: bool) -> None:
    """Make a witness and print its public key."""
    passphrase = new_passphrase() if encrypt else None
    print(bootstrap.make_witness(state, name=name, logs=bootstrap.log_keys(logs), passphrase=passphrase))
    announce(f"Keep `{state}` safe, and never set it back to an older state: a witness that forgets can be deceived.")


def print_key(state: Path) -> None:
    """Print the public key of the witness that lives there."""
    print(bootstrap.witness_key(state))


def add(state: Path, *, keys: Sequence[str]) -> None:
    """Let it serve more trails."""
    bootstrap.add_logs(state, bootstrap.log_keys(keys))


def run(state: Path, *, listen: str, logs: Sequence[str], key: str | None, quiet: bool) -> None:
    """Serve until told to stop; print where."""
    serving = bootstrap.witness(state, logs=bootstrap.log_keys(logs), key=key)
    if not serving.origins:
        announce("This witness serves no trail yet; name one with `--log VKEY` or `ami-audit witness add-log VKEY`.")
    tell = _silent if quiet else _told
    bootstrap.serve(serving, _address(listen), ready=lambda url: print(url, flush=True), tell=tell)


def sign_file(state: Path, *, file: Path, logs: Sequence[str], key: str | None, output: Path | None) -> None:
    """Cosign a request that was carried here, and write the cosignature lines.

    Raises:
        Finished: With exit code 1 when it is refused.
    """
    answer = bootstrap.witness(state, logs=bootstrap.log_keys(logs), key=key).add_checkpoint(_read(file))
    if answer.status != 200:
        _told(_refused(answer.status, answer.body.strip()))
        raise Finished(1)
    deliver(answer.body, output)


def _refused(status: int, reason: str) -> str:
    if status == 409:
        reason = f"this witness has cosigned size {reason}; make a request from there: `--from {reason}`"
    return f"ami-audit: Not cosigned: {reason}."


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The request `{file}` cannot be read: {error.strerror}.") from error


def _address(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        raise UsageError(f"`{text}` is no address to listen on; write HOST:PORT, such as 127.0.0.1:8420.")
    return host.strip("[]"), int(port)


def _told(text: str) -> None:
    print(text.encode("ascii", "backslashreplace").decode(), file=sys.stderr, flush=True)


def _silent(_: str) -> None:
    """Tell nobody."""
