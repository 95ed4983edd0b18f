"""The options that `service` and `services` share."""

from pathlib import Path
from typing import Annotated

import typer

Health = Annotated[
    bool, typer.Option("--health", help="Ask each service whether it is well: TCP, HTTP, Postgres, Redis, Dgraph.")
]
Logs = Annotated[bool, typer.Option("--logs", help="Read their logs: of containers, units, files a manifest names.")]
Level = Annotated[
    str | None, typer.Option("--level", metavar="NAME", help="With --logs: only this level or worse, such as ERROR.")
]
RunCommands = Annotated[
    bool,
    typer.Option("--run-commands", help="With --health: run the programs that manifests name as health checks."),
]
Remote = Annotated[bool, typer.Option("--remote", help="With --health: also ask services on other machines.")]
Manifest = Annotated[
    list[str] | None,
    typer.Option(
        "--manifest",
        metavar="PATH",
        help="Read this manifest, relative to the folder, instead of the usual ones.",
        show_default="services.yaml, compose files, Procfile",
    ),
]
Timeout = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0.1, max=60, help="How long each service is waited for.")
]
Folder = Annotated[
    Path,
    typer.Option("--in", metavar="FOLDER", help="The folder with the manifests.", show_default="the working folder"),
]
