"""`ami-audit file`: audit files."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common


def file(
    target: Annotated[str, typer.Argument(help="A file or folder, or with --pattern a glob such as 'base/**/*.py'.")],
    *,
    pattern: Annotated[bool, typer.Option("--pattern", help="TARGET is a glob; quote it.")] = False,
    include_git: Annotated[bool, typer.Option("--include-git", help="Also audit the target's Git history.")] = False,
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
    """Audit files: content hash, rights, owner, times, type, attributes, hard links, archive members."""
    from ami_audit.entrypoints.cli.collecting import Collection, collect, trail_settings

    place = Path() if pattern else Path(target)
    collect(
        Collection(
            place=place,
            target=target,
            sources="file,git" if include_git else "file",
            settings=trail_settings(store, key=key, every_records=every_records, every_s=every_s),
            options={
                "pattern": pattern,
                "include_git": include_git,
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
