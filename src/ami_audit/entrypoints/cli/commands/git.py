"""`ami-audit git`: audit the history."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common


def git(
    path: common.Place = Path(),
    *,
    since: common.Since = None,
    until: common.Until = None,
    author: common.Author = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="PATH", help="Only the history of this file or folder.")
    ] = None,
    blame: Annotated[bool, typer.Option("--blame", help="With --file: who wrote each line, and when.")] = False,
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
    """Audit the Git history: commits, authors, changed files, branches and tags."""
    from ami_audit.entrypoints.cli.collecting import Collection, collect

    if blame and file is None:
        raise typer.BadParameter("--blame needs --file, to know whose lines are meant.")
    target = path / file if file else path
    collect(
        Collection(
            place=path,
            target=str(target),
            sources="git",
            settings={
                "store": store,
                "key": key,
                "checkpoint_every_records": every_records,
                "checkpoint_every_s": every_s,
            },
            options={
                "since": since,
                "until": until,
                "authors": tuple(author or ()),
                "include_blame": blame,
                "full": full,
                "reason": reason,
            },
            fail_on=fail_on,
            format_name=format_name,
            output=output,
            quiet=quiet,
        )
    )
