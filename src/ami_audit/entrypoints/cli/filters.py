"""The options by which commands choose records."""

from typing import Annotated

import typer

from ami_audit.domain.kinds import AuditTargetType

Action = Annotated[str | None, typer.Option("--action", metavar="NAME", help="Such as git.commit or file.observed.")]
User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Who acted.")]
Target = Annotated[
    str | None, typer.Option("--target", metavar="NAME", help="What was acted on, or a folder above it.")
]
Module = Annotated[str | None, typer.Option("--module", metavar="NAME", help="Records of this module.")]
Type = Annotated[AuditTargetType | None, typer.Option("--type", help="What kind of target.")]
Severity = Annotated[
    str | None, typer.Option("--severity", metavar="NAME", help="Exactly this severity; HIGH means error.")
]
MinSeverity = Annotated[str | None, typer.Option("--min-severity", metavar="NAME", help="This severity or worse.")]
Source = Annotated[str | None, typer.Option("--source", metavar="NAME", help="Such as git_source.")]
Run = Annotated[str | None, typer.Option("--run", metavar="ID", help="Records of this run.")]
