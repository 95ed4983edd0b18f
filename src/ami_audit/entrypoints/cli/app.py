"""The application: every command, by name."""

from typing import Annotated

import typer

from ami_audit.entrypoints.bootstrap.release import version
from ami_audit.entrypoints.cli.commands.approve import approve
from ami_audit.entrypoints.cli.commands.bundle import bundle
from ami_audit.entrypoints.cli.commands.checkpoint import checkpoints
from ami_audit.entrypoints.cli.commands.export import exports
from ami_audit.entrypoints.cli.commands.file import file
from ami_audit.entrypoints.cli.commands.git import git
from ami_audit.entrypoints.cli.commands.init import init
from ami_audit.entrypoints.cli.commands.key import keys
from ami_audit.entrypoints.cli.commands.policy import policies
from ami_audit.entrypoints.cli.commands.prove import prove
from ami_audit.entrypoints.cli.commands.query import query
from ami_audit.entrypoints.cli.commands.repo import repo
from ami_audit.entrypoints.cli.commands.report import report
from ami_audit.entrypoints.cli.commands.status import show_status, status
from ami_audit.entrypoints.cli.commands.verify import verify
from ami_audit.entrypoints.cli.commands.witness import witness
from ami_audit.entrypoints.settings import settings_at

application = typer.Typer(
    name="ami-audit",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COLLECTING = "Audit"
_READING = "Read and verify"
_KEEPING = "Set up"

application.command(rich_help_panel=_COLLECTING)(repo)
application.command(rich_help_panel=_COLLECTING)(git)
application.command(rich_help_panel=_COLLECTING)(file)
application.command(rich_help_panel=_READING)(verify)
application.command(rich_help_panel=_READING)(prove)
application.command(rich_help_panel=_READING)(query)
application.command(rich_help_panel=_READING)(report)
application.command(rich_help_panel=_READING)(bundle)
application.command(rich_help_panel=_READING)(status)
application.command(rich_help_panel=_KEEPING)(init)
application.command(rich_help_panel=_KEEPING)(approve)
application.add_typer(checkpoints, name="checkpoint", rich_help_panel=_KEEPING)
application.add_typer(exports, name="export", rich_help_panel=_READING)
application.add_typer(keys, name="key", rich_help_panel=_KEEPING)
application.add_typer(policies, name="policy", rich_help_panel=_KEEPING)
application.add_typer(witness, name="witness", rich_help_panel=_KEEPING)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 (typer calls it so)
    if wanted:
        print(f"ami-audit {version()}")
        raise typer.Exit


@application.callback(invoke_without_command=True)
def _welcome(
    context: typer.Context,
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    _debug: Annotated[bool, typer.Option("--debug", help="With any command: show where an error came from.")] = False,
) -> None:
    """Turn a repository into signed, hash-chained evidence that an outsider can verify offline.

    Without a command: says what can be done next in this place.

    Exit codes: 0 done; 1 findings at or above --fail-on, or proven to less than was required; 2 wrong usage;
    3 the store or a key could not be used; 130 stopped by Ctrl-C.
    """
    if context.invoked_subcommand is None:
        show_status(settings_at(), format_name="terminal", output=None)
