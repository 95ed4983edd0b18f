"""`ami-audit git`: audit the history."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.sizes import Size


def git(
    path: common.Place = Path(),
    *,
    since: common.Since = None,
    until: common.Until = None,
    author: common.Author = None,
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="PATH", help="Only the history of this file or folder; may be repeated."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow/--no-follow", help="With --file: go on under the names that a file had before.")
    ] = True,
    blame: Annotated[bool, typer.Option("--blame", help="With --file: who wrote each line, and when.")] = False,
    line_counts: Annotated[
        bool,
        typer.Option("--line-counts/--no-line-counts", help="Count lines and find renames; without, much faster."),
    ] = True,
    contributions: Annotated[
        bool | None,
        typer.Option(
            "--contributions/--no-contributions",
            help="Also what each author did in all, as the mailmap names them.",
            show_default="in a page of Markdown",
        ),
    ] = None,
    lockfiles: common.Lockfiles = False,
    reflog: Annotated[
        bool, typer.Option("--reflog", help="Also where branches pointed before, and what was dropped.")
    ] = False,
    large: Size = None,
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
    """Audit the Git history: commits, authors, changed files, branches, tags and submodules.

    On request also who contributed what, what lock files pinned, large files, reflogs and who wrote each line.
    """
    from ami_audit.entrypoints.cli.collecting import Collection, collect, trail_settings

    files = file or []
    if blame and not files:
        raise typer.BadParameter("--blame needs --file, to know whose lines are meant.")
    collect(
        Collection(
            place=path,
            target=str(path / files[0] if len(files) == 1 else path),
            sources="git",
            settings=trail_settings(store, key=key, every_records=every_records, every_s=every_s),
            options={
                "since": since,
                "until": until,
                "authors": tuple(author or ()),
                "paths": tuple(map(str, files)) if len(files) > 1 else (),
                "follow_renames": follow,
                "line_counts": line_counts,
                "include_blame": blame,
                "include_contributions": _is_page(format_name, output) if contributions is None else contributions,
                "include_lockfiles": lockfiles,
                "include_reflog": reflog,
                "large_blob_bytes": large,
                "full": full,
                "reason": reason,
            },
            fail_on=fail_on,
            format_name=format_name,
            output=output,
            quiet=quiet,
        )
    )


def _is_page(format_name: str, output: Path | None) -> bool:
    """Return whether the answer is a page that somebody keeps, in which who did what is looked for."""
    return format_name == "markdown" or (output is not None and output.suffix.lower() in {".md", ".markdown"})
