"""`ami-audit checkpoint`: what the trail has signed about itself."""

import typer

from ami_audit.entrypoints.cli import options as common

checkpoints = typer.Typer(invoke_without_command=True)


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
