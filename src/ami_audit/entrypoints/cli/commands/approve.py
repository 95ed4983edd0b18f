"""`ami-audit approve`: sign a record that is sealed already."""

from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common


def approve(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Its id, its hash, or the beginning of one.")],
    *,
    key: common.Key = None,
    reason: common.Reason = None,
    store: common.Store = None,
    format_name: common.PlainFormat = "text",
    output: common.Output = None,
) -> None:
    """Sign a record with a key that the trail names; the signature is a record of its own.

    Ends with exit code 2 when the key's owner has signed the record already: each person counts once.
    """
    from ami_audit.entrypoints.cli.rules import approve_record

    approve_record(record, key=key, reason=reason, store=store, format_name=format_name, output=output)
