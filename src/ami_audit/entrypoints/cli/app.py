"""The application: every command, by name."""

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from ami_audit.entrypoints.bootstrap.release import version

_COLLECTING = "Audit"
_READING = "Read and verify"
_KEEPING = "Set up"

# Each command's panel of the help, in the order of the help. A command is `commands/<name>.py`, and in it the function
# of that name, or an application of its own that is called so, or by the plural.
_COMMANDS = {
    "repo": _COLLECTING,
    "git": _COLLECTING,
    "file": _COLLECTING,
    "service": _COLLECTING,
    "services": _COLLECTING,
    "watch": _COLLECTING,
    "logs": _COLLECTING,
    "quality": _COLLECTING,
    "module": _COLLECTING,
    "verify": _READING,
    "prove": _READING,
    "query": _READING,
    "report": _READING,
    "bundle": _READING,
    "status": _READING,
    "export": _READING,
    "init": _KEEPING,
    "approve": _KEEPING,
    "checkpoint": _KEEPING,
    "erase": _KEEPING,
    "key": _KEEPING,
    "policy": _KEEPING,
    "retention": _KEEPING,
    "store": _KEEPING,
    "witness": _KEEPING,
}


def application(words: Sequence[str] = ()) -> typer.Typer:
    """Return the application for a command line: with the one command that it names, or else with all of them.

    The others are not loaded: reading every command's options takes longer than most commands.
    """
    made = typer.Typer(
        name="ami-audit",
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback(invoke_without_command=True)(_welcome)
    named = words[0] if words and words[0] in _COMMANDS else None
    for name in _COMMANDS if named is None else (named,):
        _add(made, name)
    return made


def _add(made: typer.Typer, name: str) -> None:
    module = import_module(f"ami_audit.entrypoints.cli.commands.{name}")
    found = getattr(module, f"{name}s", None) or getattr(module, name)
    if isinstance(found, typer.Typer):
        made.add_typer(found, name=name, rich_help_panel=_COMMANDS[name])
    else:
        made.command(rich_help_panel=_COMMANDS[name])(found)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 (typer calls it so)
    if wanted:
        print(f"ami-audit {version()}")
        raise typer.Exit


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
        from ami_audit.entrypoints.cli.commands.status import show_status
        from ami_audit.entrypoints.settings import settings_at

        show_status(settings_at(), format_name="terminal", output=None)
