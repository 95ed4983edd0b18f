"""`ami-audit service`: audit one service, or a profile of services."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli import service_options as own


def service(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...", help="A service or profile of a manifest; else a container, unit or program."
        ),
    ],
    *,
    folder: own.Folder = Path(),
    health: own.Health = False,
    logs: own.Logs = False,
    since: common.Since = None,
    until: common.Until = None,
    level: own.Level = None,
    run_commands: own.RunCommands = False,
    remote: own.Remote = False,
    manifest: own.Manifest = None,
    timeout_s: own.Timeout = 5.0,
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
    """Audit a service, or a profile of them: state, resources, ports, health, logs."""
    from ami_audit.entrypoints.cli.collecting import Collection, collect, trail_settings
    from ami_audit.entrypoints.cli.words import level_named

    collect(
        Collection(
            place=folder,
            target=str(folder),
            named=", ".join(dict.fromkeys(names)),
            sources="service",
            settings=trail_settings(store, key=key, every_records=every_records, every_s=every_s),
            options={
                "services": tuple(dict.fromkeys(names)),
                "manifests": tuple(manifest or ()),
                "include_health": health,
                "include_logs": logs,
                "since": since,
                "until": until,
                "level": level_named(level),
                "run_commands": run_commands,
                "remote": remote,
                "timeout_s": timeout_s,
                "reason": reason,
            },
            fail_on=fail_on,
            format_name=format_name,
            output=output,
            quiet=quiet,
        )
    )
