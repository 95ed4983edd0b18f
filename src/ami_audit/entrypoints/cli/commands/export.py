"""`ami-audit export`: the trail in the forms of other people's tools."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common

exports = typer.Typer(help="Write the trail in forms that other tools read.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of static files.")]


@exports.command("tiles")
def tiles(
    folder: Folder,
    *,
    may_sign: Annotated[
        bool, typer.Option("--sign/--no-sign", help="Sign a checkpoint when records are newer than the latest.")
    ] = True,
    key: common.Key = None,
    store: common.Store = None,
    format_name: common.PlainFormat = "text",
    output: common.Output = None,
) -> None:
    """Write the trail's tree as static files (C2SP tlog-tiles), or bring an earlier export up to date.

    The files hold hashes only. Serve them with any web server; C2SP clients and `ami-audit export check` read them.
    """
    from ami_audit.entrypoints.cli.tiles import deliver_export

    deliver_export(
        folder, may_sign=may_sign, settings={"store": store, "key": key}, format_name=format_name, output=output
    )


@exports.command("check")
def check(
    folder: Folder,
    *,
    vkey: Annotated[
        list[str] | None,
        typer.Option(
            "--vkey", metavar="NAME+HASH+KEY", help="Trust this key.", show_default="the keys of this machine"
        ),
    ] = None,
    policy: common.TrustPolicy = None,
    origin: Annotated[str | None, typer.Option("--origin", metavar="NAME", help="The log that it must be.")] = None,
    format_name: common.PlainFormat = "text",
    output: common.Output = None,
) -> None:
    """Check a log of static files (C2SP tlog-tiles), ours or anybody's: each entry, each tile, the root, the signature.

    Ends with exit code 1 when a file is not what the checkpoint commits to, or nobody trusted here has signed it.
    """
    from ami_audit.entrypoints.cli.tiles import deliver_check
    from ami_audit.entrypoints.cli.vouching import trusted

    deliver_check(
        folder, given=trusted(vkey or (), policy), origin=origin or "", format_name=format_name, output=output
    )
