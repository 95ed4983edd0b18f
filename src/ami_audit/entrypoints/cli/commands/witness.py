"""`ami-audit witness`: be a witness to other people's trails."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common

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
    from ami_audit.entrypoints.cli.witnessing import make

    make(state, name=name, logs=logs or (), encrypt=encrypt)


@witness.command("key")
def show_key(*, state: State) -> None:
    """Print the witness's public key, as policies name it."""
    from ami_audit.entrypoints.cli.witnessing import print_key

    print_key(state)


@witness.command("add-log")
def add_log(
    keys: Annotated[list[str], typer.Argument(metavar="VKEY", help="The trail's key.", show_default=False)],
    *,
    state: State,
) -> None:
    """Serve more trails, from the next start on; also a trail's new key after a rotation."""
    from ami_audit.entrypoints.cli.witnessing import add

    add(state, keys=keys)


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
    from ami_audit.entrypoints.cli.witnessing import run

    run(state, listen=listen, logs=logs or (), key=key, quiet=quiet)


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
    from ami_audit.entrypoints.cli.witnessing import sign_file

    sign_file(state, file=file, logs=logs or (), key=key, output=output)
