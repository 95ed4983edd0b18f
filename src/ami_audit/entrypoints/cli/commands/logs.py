"""`ami-audit logs`: audit logs."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common


def logs(
    place: Annotated[
        str | None, typer.Argument(metavar="[PLACE]", help="A folder, a file, or with --pattern a glob.")
    ] = None,
    *,
    folder: Annotated[
        str | None,
        typer.Option("--dir", metavar="DIR", help="The same as PLACE.", show_default="what is called a log below here"),
    ] = None,
    pattern: Annotated[bool, typer.Option("--pattern", help="PLACE is a glob; quote it.")] = False,
    level: Annotated[
        str | None,
        typer.Option(
            "--level",
            metavar="LEVEL",
            help="Only events at least as grave (trace, debug, info, warning, error, critical), and a record of each.",
        ),
    ] = None,
    service: Annotated[
        list[str] | None,
        typer.Option(
            "--service",
            metavar="NAME",
            help="Only events of this service, logger or profile of services; may be repeated.",
        ),
    ] = None,
    since: common.Since = None,
    until: common.Until = None,
    zone: Annotated[
        str | None,
        typer.Option(
            "--zone",
            metavar="ZONE",
            help="Where times without a zone were written: `Europe/Berlin`, `+02:00`, `UTC`.",
            show_default="this machine's",
        ),
    ] = None,
    journal: Annotated[
        bool,
        typer.Option("--journal", help="Read journals, with journalctl: *.journal files there, or else the system's."),
    ] = False,
    include_vendored: common.IncludeVendored = False,
    full: common.Full = False,
    reason: common.Reason = None,
    fail_on: common.FailOn = None,
    key: common.Key = None,
    store: common.Store = None,
    every_records: common.EveryRecords = None,
    every_s: common.EverySeconds = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
    quiet: common.Quiet = False,
) -> None:
    """Audit logs: errors by template, bursts, what is new, what several logs share, hash chains of their own.

    Formats are found by themselves, line by line; gz, zst, xz and bz2 are read as they are. Secrets are masked.
    """
    from ami_audit.entrypoints.bootstrap.profiles import with_members
    from ami_audit.entrypoints.cli.collecting import Collection, collect, trail_settings
    from ami_audit.entrypoints.cli.words import level_named
    from ami_audit.entrypoints.settings import settings_at

    if place is not None and folder is not None:
        raise typer.BadParameter("PLACE and --dir say the same; give one of them.")
    target = place or folder or "."
    collect(
        Collection(
            place=Path() if pattern or _is_below_here(target) else Path(target),
            target=target,
            sources="log",
            settings=trail_settings(store, key=key, every_records=every_records, every_s=every_s),
            options={
                "pattern": pattern,
                "level": level_named(level),
                "services": with_members(settings_at().root, service or ()),
                "since": since,
                "until": until,
                "zone": zone,
                "journal": journal,
                "any_name": target != ".",
                "include_vendored": include_vendored,
                "full": full,
                "reason": reason,
            },
            fail_on=fail_on,
            format_name=format_name,
            output=output,
            quiet=quiet,
        )
    )


def _is_below_here(target: str) -> bool:
    """Return whether the trail of the working folder is meant: a folder of logs below it has none of its own."""
    full = Path(os.path.normpath(Path.cwd() / target))
    return full.exists() and full.is_relative_to(Path.cwd())
