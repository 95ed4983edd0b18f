"""`ami-audit policy`: which witnesses a trail asks, and whose approvals its actions need."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common

policy = typer.Typer(help="Say which witnesses and whose approvals the trail asks for.", no_args_is_help=True)


@policy.command("quorum")
def quorum(
    witnesses: Annotated[
        list[str],
        typer.Argument(
            metavar="VKEY[ URL]",
            help='A witness: "KEY URL", or its key alone.',
            show_default=False,
        ),
    ],
    *,
    logs: Annotated[
        list[str] | None, typer.Option("--log", metavar="VKEY", help="The policy is about the trail with this key.")
    ] = None,
    faulty: Annotated[
        int, typer.Option("--faulty", metavar="F", min=0, help="How many of the witnesses may fail or lie.")
    ] = 1,
    output: common.Output = None,
) -> None:
    """Write a policy (C2SP tlog-policy) by which so many witnesses must cosign that no fork is ever accepted.

    Of n witnesses, f of which may fail, (n+f+1)/2 are asked for, rounded up: 4 of 5.
    """
    from ami_audit.entrypoints.cli.rules import write_quorum

    write_quorum(witnesses, logs=logs or (), faulty=faulty, output=output)


@policy.command("show")
def show(*, store: common.Store = None, format_name: common.PlainFormat = "text", output: common.Output = None) -> None:
    """Write the rules that the trail states: its policy of witnesses, and the approvals that actions need."""
    from ami_audit.entrypoints.cli.rules import show_rules

    show_rules(store=store, format_name=format_name, output=output)


@policy.command("set")
def set_rules(
    *,
    quorum_file: Annotated[
        Path | None,
        typer.Option("--quorum", metavar="FILE", help="The policy of witnesses.", show_default="as the trail states"),
    ] = None,
    approvals_file: Annotated[
        Path | None,
        typer.Option(
            "--approvals",
            metavar="FILE",
            help="A TOML file with a table [approvals].",
            show_default="as the trail states",
        ),
    ] = None,
    reason: common.Reason = None,
    key: common.Key = None,
    store: common.Store = None,
) -> None:
    """State new rules in the trail, by a record of it: they hold for what comes after.

    A new policy of witnesses is in force once those of the policy before have cosigned a checkpoint after the record.
    """
    from ami_audit.entrypoints.cli.rules import state_rules

    state_rules(quorum_file=quorum_file, approvals_file=approvals_file, reason=reason, key=key, store=store)
