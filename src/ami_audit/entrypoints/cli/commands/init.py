"""`ami-audit init`: begin a trail."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.domain.errors import UsageError
from ami_audit.entrypoints.bootstrap.trails import opener, put_aside, sqlite_path
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import announce
from ami_audit.entrypoints.cli.commands.status import show_status
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore


def init(
    path: common.Place = Path(),
    *,
    origin: Annotated[
        str | None, typer.Option("--origin", metavar="NAME", help="The trail's name, such as audit.example.org/shop.")
    ] = None,
    difficulty: Annotated[
        int | None,
        typer.Option(
            "--difficulty", metavar="BITS", min=0, max=64, help="Leading zero bits asked of every record hash."
        ),
    ] = None,
    new_origin: Annotated[
        bool, typer.Option("--new-origin", help="Put a rolled-back or damaged trail aside and begin a new one.")
    ] = False,
    key: common.Key = None,
    store: common.Store = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
) -> None:
    """Begin a trail here: a key if there is none, the store, and its first record."""
    settings = {"store": store, "key": key, "origin": origin, "difficulty_bits": difficulty}
    chosen = settings_at(path, overrides=settings)
    file = sqlite_path(chosen.store_location)
    if file.exists() and not new_origin:
        raise UsageError(f"There is a trail already: `{file}`; `ami-audit status` describes it.")
    if file.exists():
        put_aside(file)
    with AuditStore(opener(chosen, announce=announce)) as trail:
        portal.run(trail.begin())
    show_status(chosen, format_name=format_name, output=output)
