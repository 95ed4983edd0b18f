"""`ami-audit services`: audit all services of a place and of this machine."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli import service_options as own


def services(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder with the manifests.", show_default="the working folder")
    ] = Path(),
    *,
    health: own.Health = False,
    logs: own.Logs = False,
    since: common.Since = None,
    until: common.Until = None,
    level: own.Level = None,
    host: Annotated[
        bool,
        typer.Option("--host/--no-host", help="Also the machine, and what runs on it that no manifest declares."),
    ] = True,
    processes: Annotated[bool, typer.Option("--processes", help="Also each process of the machine.")] = False,
    run_commands: own.RunCommands = False,
    remote: own.Remote = False,
    manifest: own.Manifest = None,
    timeout_s: own.Timeout = 5.0,
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
    """Audit all services: those of the manifests, and what else runs on this machine."""
    from ami_audit.entrypoints.cli.collecting import Collection, collect, trail_settings
    from ami_audit.entrypoints.cli.words import level_named

    collect(
        Collection(
            place=folder,
            target=str(folder),
            sources="service",
            settings=trail_settings(store, key=key, every_records=every_records, every_s=every_s),
            options={
                "manifests": tuple(manifest or ()),
                "include_health": health,
                "include_logs": logs,
                "include_host": host,
                "include_processes": processes,
                "since": since,
                "until": until,
                "level": level_named(level),
                "run_commands": run_commands,
                "remote": remote,
                "timeout_s": timeout_s,
                "full": full,
                "reason": reason,
            },
            fail_on=fail_on,
            format_name=format_name,
            output=output,
            quiet=quiet,
        )
    )
