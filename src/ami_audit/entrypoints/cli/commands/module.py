"""`ami-audit module`: audit a module."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common


def module(
    target: Annotated[
        str, typer.Argument(help="A module: its folder, or a name that config/modules.yaml lists.", metavar="MODULE")
    ] = ".",
    *,
    include_tests: Annotated[bool, typer.Option("--include-tests", help="Also list its tests.")] = False,
    include_dependencies: Annotated[
        bool, typer.Option("--include-dependencies", help="Also record each dependency, direct and transitive.")
    ] = False,
    sbom: Annotated[
        Path | None,
        typer.Option("--sbom", metavar="FILE", help="Also write a CycloneDX 1.6 bill of materials to this file."),
    ] = None,
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
    """Audit a module: structure, dependencies, code metrics, imports, coverage, tests.

    Nothing of the module is run.
    """
    from ami_audit.entrypoints.bootstrap.bills import trail_place
    from ami_audit.entrypoints.cli.bill import write_bill
    from ami_audit.entrypoints.cli.collecting import Collection, collect, trail_settings

    options = {
        "include_tests": include_tests,
        "include_dependencies": include_dependencies,
        "ignore": tuple(ignore or ()),
        "include_vendored": include_vendored,
        "follow_ignore_files": ignore_files,
        "full": full,
        "reason": reason,
    }
    if sbom is not None:
        write_bill(target, options, into=sbom)
    collect(
        Collection(
            place=trail_place(target),
            target=target,
            sources="module",
            settings=trail_settings(store, key=key, every_records=every_records, every_s=every_s),
            options=options,
            fail_on=fail_on,
            format_name=format_name,
            output=output,
            quiet=quiet,
        )
    )
