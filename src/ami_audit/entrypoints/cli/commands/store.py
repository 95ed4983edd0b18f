"""`ami-audit store`: is the store whole, and can its index be made anew?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from ami_audit.domain.errors import UsageError
from ami_audit.domain.store_check import acknowledged_in
from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import deliver, formatter
from ami_audit.entrypoints.cli.failures import Finished
from ami_audit.entrypoints.cli.progress import shown_progress
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.store_check import check_store

stores = typer.Typer(help="Look after the store that holds the trail.", no_args_is_help=True)


@stores.command("check")
def check(
    *,
    acknowledged: Annotated[
        Path | None,
        typer.Option(
            "--acknowledged", metavar="FILE", help="Ids of records that must be there, a line each; a hash may follow."
        ),
    ] = None,
    store: common.Store = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
    quiet: common.Quiet = False,
) -> None:
    """Say whether the store is whole after a crash, part by part; nothing is written.

    Ends with exit code 1 when a part is not whole or an acknowledged record is not there.
    """
    asked = None if acknowledged is None else _listed(acknowledged)
    _answer(store, acknowledged=asked, rebuild=False, format_name=format_name, output=output, quiet=quiet)


@stores.command("rebuild")
def rebuild(
    *,
    store: common.Store = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
    quiet: common.Quiet = False,
) -> None:
    """Make the index for queries anew from the records, and check the store; no record is touched."""
    _answer(store, acknowledged=None, rebuild=True, format_name=format_name, output=output, quiet=quiet)


def _answer(
    store: str | None,
    *,
    acknowledged: Mapping[str, str] | None,
    rebuild: bool,
    format_name: str,
    output: Path | None,
    quiet: bool,
) -> None:
    chosen = settings_at(overrides={"store": store})
    require_trail(chosen)
    with AuditStore(opener(chosen, read_only=not rebuild)) as trail, shown_progress(quiet=quiet) as progress:
        found = portal.run(check_store(trail, acknowledged=acknowledged, rebuild=rebuild, progress=progress))
    deliver(formatter(format_name, output).store_check(found), output)
    if not found.is_whole:
        raise Finished(1)


def _listed(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"The list of acknowledged records `{file}` cannot be read: {reason}.") from error
    return acknowledged_in(text, where=str(file))
