"""`ami-audit checkpoint`: what the trail has signed about itself, and who has cosigned it."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common

checkpoints = typer.Typer(invoke_without_command=True)

Note = Annotated[
    Path | None, typer.Option("--note", metavar="FILE", help="Also write the checkpoint with its cosignatures here.")
]


@checkpoints.callback()
def _without_a_verb(
    context: typer.Context,
    *,
    store: common.Store = None,
    format_name: common.PlainFormat = "text",
    output: common.Output = None,
) -> None:
    """Show, sign and have cosigned what the trail has come to; without a verb, show it."""
    if context.invoked_subcommand is None:
        show(store=store, format_name=format_name, output=output)


@checkpoints.command("show")
def show(*, store: common.Store = None, format_name: common.PlainFormat = "text", output: common.Output = None) -> None:
    """Write the latest checkpoint that is kept: a C2SP signed note."""
    from ami_audit.entrypoints.cli.checkpoints import deliver_latest

    deliver_latest(store=store, format_name=format_name, output=output)


@checkpoints.command("sign")
def sign(
    *,
    key: common.Key = None,
    store: common.Store = None,
    format_name: common.PlainFormat = "text",
    output: common.Output = None,
) -> None:
    """Sign where the trail stands now, and write the note; one that is signed already is written again."""
    from ami_audit.entrypoints.cli.checkpoints import deliver_signed

    deliver_signed(key=key, store=store, format_name=format_name, output=output)


@checkpoints.command("cosign")
def cosign(
    *,
    policy: common.Policy = None,
    timeout_s: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", min=0.1, help="For each witness.", show_default="10"),
    ] = None,
    warn: Annotated[bool, typer.Option("--warn", help="Only warn when too few witnesses cosign.")] = False,
    request: Annotated[
        Path | None,
        typer.Option("--request", metavar="FILE", help="Only write the request for a witness without a network."),
    ] = None,
    witness: Annotated[
        str | None, typer.Option("--witness", metavar="NAME", help="With --request: the witness it is for.")
    ] = None,
    old_size: Annotated[
        int | None, typer.Option("--from", metavar="SIZE", min=0, help="With --request: what it cosigned last.")
    ] = None,
    note: Note = None,
    key: common.Key = None,
    store: common.Store = None,
    format_name: common.PlainFormat = "text",
    output: common.Output = None,
) -> None:
    """Sign where the trail stands, ask the policy's witnesses to cosign it, and keep what they cosign.

    Ends with exit code 1 when too few of them cosign, unless --warn or the setting `quorum_missed` says otherwise.
    """
    from ami_audit.entrypoints.cli.cosigning import ask_witnesses, with_timeout, write_request

    chosen = with_timeout(store=store, key=key, timeout_s=timeout_s)
    if request is not None:
        write_request(chosen, request, policy=policy, witness=witness, old_size=old_size)
        return
    if witness is not None or old_size is not None:
        raise typer.BadParameter("--witness and --from are for --request.")
    ask_witnesses(chosen, policy=policy, warn=warn, format_name=format_name, output=output, note=note)


@checkpoints.command("add")
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `witness sign` wrote, or a whole note.")],
    *,
    policy: common.Policy = None,
    note: Note = None,
    store: common.Store = None,
    format_name: common.PlainFormat = "text",
    output: common.Output = None,
) -> None:
    """Keep cosignatures that were carried here as a file; each is checked against the policy's keys."""
    from ami_audit.entrypoints.cli.cosigning import take_answer, with_timeout

    chosen = with_timeout(store=store, key=None, timeout_s=None)
    take_answer(chosen, file, policy=policy, format_name=format_name, output=output, note=note)
