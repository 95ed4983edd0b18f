"""`ami-audit witness`: be a witness to other people's trails."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from ami_audit.domain.errors import UsageError
from ami_audit.domain.witnessing import MOST_BYTES
from ami_audit.entrypoints.bootstrap import witnesses as bootstrap
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import announce, deliver
from ami_audit.entrypoints.cli.failures import Finished
from ami_audit.entrypoints.cli.passphrases import new_passphrase

witness = typer.Typer(help="Be a witness: cosign trails that only grow.", no_args_is_help=True)

State = Annotated[Path, typer.Option("--state", metavar="FOLDER", help="Where the witness lives.")]
Logs = Annotated[
    list[str] | None, typer.Option("--log", metavar="VKEY", help="Serve the trail with this key; may be repeated.")
]
Key = Annotated[str | None, typer.Option("--key", metavar="NAME", help="Which of the witness's own keys signs.")]


@witness.command("init")
def init_witness(
    *,
    state: State,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="What it is called, such as witness.example.org/w1.")
    ],
    logs: Logs = None,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Protect its key with a passphrase (asked for, or AMI_AUDIT_PASSPHRASE).")
    ] = False,
) -> None:
    """Make a witness with a key of its own, and print its public key for policies."""
    passphrase = new_passphrase() if encrypt else None
    print(bootstrap.make_witness(state, name=name, logs=bootstrap.log_keys(logs or ()), passphrase=passphrase))
    announce(f"Keep `{state}` safe, and never set it back to an older state: a witness that forgets can be deceived.")


@witness.command("key")
def show_key(*, state: State) -> None:
    """Print the witness's public key, as policies name it."""
    print(bootstrap.witness_key(state))


@witness.command("add-log")
def add_log(
    keys: Annotated[list[str], typer.Argument(metavar="VKEY", help="The trail's key.", show_default=False)],
    *,
    state: State,
) -> None:
    """Serve more trails, from the next start on; also a trail's new key after a rotation."""
    bootstrap.add_logs(state, bootstrap.log_keys(keys))


@witness.command("serve")
def serve(
    *,
    state: State,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where to listen; port 0 takes a free one.")
    ] = "127.0.0.1:8420",
    logs: Logs = None,
    key: Key = None,
    quiet: common.Quiet = False,
) -> None:
    """Answer `POST /add-checkpoint` (C2SP tlog-witness) until SIGTERM or Ctrl-C."""
    serving = bootstrap.witness(state, logs=bootstrap.log_keys(logs or ()), key=key)
    if not serving.origins:
        announce("This witness serves no trail yet; name one with `--log VKEY` or `ami-audit witness add-log VKEY`.")
    bootstrap.serve(
        serving, _address(listen), ready=lambda url: print(url, flush=True), tell=_silent if quiet else _told
    )


@witness.command("sign")
def sign(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The request, as `checkpoint cosign --request` made it.")
    ],
    *,
    state: State,
    logs: Logs = None,
    key: Key = None,
    output: common.Output = None,
) -> None:
    """Cosign a request that was carried here, without a network; write the cosignature lines.

    Ends with exit code 1 when the checkpoint is refused.
    """
    answer = bootstrap.witness(state, logs=bootstrap.log_keys(logs or ()), key=key).add_checkpoint(_read(file))
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
    print(text, file=sys.stderr, flush=True)


def _silent(_: str) -> None:
    """Tell nobody."""
