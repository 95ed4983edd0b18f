"""`ami-audit watch`: audit the same thing over and over."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ami_audit.entrypoints.cli import options as common


def watch(
    path: common.Place = Path(),
    *,
    service: Annotated[
        str | None, typer.Option("--service", metavar="NAME", help="A service or profile of a manifest here.")
    ] = None,
    module: Annotated[str | None, typer.Option("--module", metavar="NAME", help="A module of this repository.")] = None,
    logs: Annotated[str | None, typer.Option("--logs", metavar="DIR", help="A folder of logs, or one log.")] = None,
    sources: Annotated[
        str | None,
        typer.Option("--sources", metavar="NAMES", help="Without those: which sources.", show_default="git,file"),
    ] = None,
    every: Annotated[str, typer.Option("--every", metavar="SPAN", help="How long between two rounds.")] = "10s",
    rounds: Annotated[
        int | None,
        typer.Option("--rounds", metavar="N", min=1, help="End after so many.", show_default="until Ctrl-C"),
    ] = None,
    level: common.Level = None,
    full: Annotated[
        bool, typer.Option("--full", help="Record every measurement, also one that says what the last one said.")
    ] = False,
    reason: common.Reason = None,
    key: common.Key = None,
    store: common.Store = None,
    format_name: common.PlainFormat = "text",
) -> None:
    """Watch a service, a module, logs or a repository: each new fact is sealed, then told on a line of its own.

    What is as it was is not recorded again. All rounds are one run; Ctrl-C ends it in order.
    """
    from ami_audit.entrypoints.cli.watching import Watch, watch_until_stopped

    named = [(name, target) for name, target in (("service", service), ("module", module), ("log", logs)) if target]
    if len(named) > 1 or (named and sources):
        raise typer.BadParameter("One thing is watched at a time: give one of --service, --module, --logs, --sources.")
    source, target = named[0] if named else (sources, str(path))
    options: dict[str, Any] = {"level": level, "reason": reason, "changes_only": not full}
    if service:
        target, options = str(path), {**options, "services": (service,), "include_health": True}
    watch_until_stopped(
        Watch(
            place=path,
            target=target,
            sources=source,
            settings={"store": store, "key": key},
            options=options,
            named=service or "",
            every=every,
            rounds=rounds,
            is_json=format_name == "json",
        )
    )
