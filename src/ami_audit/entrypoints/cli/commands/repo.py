"""`ami-audit repo`: audit a whole repository."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common


def repo(
    path: common.Place = Path(),
    *,
    sources: Annotated[
        str | None,
        typer.Option(
            "--sources", metavar="NAMES", help="Which sources, separated by commas, or `all`.", show_default="git,file"
        ),
    ] = None,
    since: common.Since = None,
    until: common.Until = None,
    author: common.Author = None,
    contributions: common.Contributions = False,
    lockfiles: common.Lockfiles = False,
    archives: common.Archives = False,
    rehash: common.Rehash = False,
    ignore: common.Ignore = None,
    include_vendored: common.IncludeVendored = False,
    ignore_files: common.IgnoreFiles = True,
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
    """Audit a repository: its history and its files, sealed and signed into its trail.

    A later run records what changed and counts what did not.
    """
    from ami_audit.entrypoints.cli.collecting import Collection, collect, trail_settings

    collect(
        Collection(
            place=path,
            target=str(path),
            sources=sources,
            settings=trail_settings(store, key=key, every_records=every_records, every_s=every_s),
            options={
                "since": since,
                "until": until,
                "authors": tuple(author or ()),
                "include_contributions": contributions,
                "include_lockfiles": lockfiles,
                "archives": archives,
                "rehash": rehash,
                "ignore": tuple(ignore or ()),
                "include_vendored": include_vendored,
                "follow_ignore_files": ignore_files,
                "full": full,
                "reason": reason,
            },
            fail_on=fail_on,
            format_name=format_name,
            output=output,
            quiet=quiet,
        )
    )
