"""`ami-audit prove`: proofs for people who do not hold the trail."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.domain.errors import UsageError
from ami_audit.entrypoints.cli import options as common

Consistency = Annotated[
    tuple[int, int] | None,
    typer.Option("--consistency", metavar="OLD NEW", help="Prove that the trail only grew between these two sizes."),
]
Check = Annotated[
    Path | None,
    typer.Option("--check", metavar="FILE", help="Check a proof, offline; a consistency proof needs --kept."),
]
Kept = Annotated[
    Path | None,
    typer.Option("--kept", metavar="FILE", help="With --check: the earlier checkpoint, as you kept it."),
]
Vkeys = Annotated[
    list[str] | None,
    typer.Option(
        "--vkey",
        metavar="NAME+HASH+KEY",
        help="With --check: trust this key; `ami-audit checkpoint -f json` lists the trail's.",
        show_default="the keys of this machine",
    ),
]


def prove(
    record: Annotated[
        str | None, typer.Argument(metavar="RECORD", help="The record's id, its hash, or the beginning of one.")
    ] = None,
    *,
    consistency: Consistency = None,
    check: Check = None,
    kept: Kept = None,
    vkey: Vkeys = None,
    policy: common.TrustPolicy = None,
    origin: Annotated[
        str | None, typer.Option("--origin", metavar="NAME", help="With --check: the trail that it must be of.")
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", metavar="N", help="Prove it to the checkpoint of that size, not the latest.")
    ] = None,
    may_sign: Annotated[
        bool, typer.Option("--sign/--no-sign", help="Sign a checkpoint when the record is newer than the latest.")
    ] = True,
    key: common.Key = None,
    store: common.Store = None,
    format_name: common.PlainFormat = "text",
    output: common.Output = None,
) -> None:
    """Prove that a record is in the trail, or that the trail only grew, or check such a proof.

    A record's proof is a C2SP tlog-proof: write it to a file that ends in `.tlog-proof`. With --check, ends with exit
    code 1 when the proof does not hold, or when nobody whose key is trusted here vouches for it.
    """
    from ami_audit.entrypoints.cli import proofs
    from ami_audit.entrypoints.cli.vouching import deliver_verdict, trusted

    if [record is not None, consistency is not None, check is not None].count(True) != 1:
        raise UsageError("Name one thing: a RECORD to prove, `--consistency OLD NEW`, or `--check FILE`.")
    if check is not None:
        answer, text = proofs.checked(check, kept=kept, given=trusted(vkey or (), policy), origin=origin or "")
        deliver_verdict(answer, text, format_name=format_name, output=output)
    elif consistency is not None:
        proofs.deliver_consistency(*consistency, store=store, format_name=format_name, output=output)
    else:
        proof = proofs.proven(record or "", size=size, may_sign=may_sign, key=key, store=store)
        proofs.deliver_proof(proof, format_name=format_name, output=output)
