"""`ami-audit verify`: is the trail as it was sealed?"""

from typing import Annotated

import typer

from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.verification import VerificationReport
from ami_audit.entrypoints.bootstrap.keys import pinned_keys
from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import deliver, formatter
from ami_audit.entrypoints.cli.failures import Finished
from ami_audit.entrypoints.cli.progress import shown_progress
from ami_audit.entrypoints.settings import Settings, settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore


def verify(
    *,
    chain: Annotated[bool, typer.Option("--chain", help="Hashes and links must hold (the default).")] = False,
    signatures: Annotated[
        bool, typer.Option("--signatures", help="Every record must be signed with a valid key.")
    ] = False,
    record: Annotated[
        str | None,
        typer.Option("--record", metavar="ID", help="Only this record: its id, its hash, or the beginning of one."),
    ] = None,
    require: Annotated[
        str | None,
        typer.Option(
            "--require",
            metavar="LEVEL",
            help="Fail below this level: links, hashes, signatures, pinned-keys, checkpoint.",
        ),
    ] = None,
    pin: Annotated[
        list[str] | None, typer.Option("--pin", metavar="KEY_ID", help="Trust this key, beside those on this machine.")
    ] = None,
    store: common.Store = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
    quiet: common.Quiet = False,
) -> None:
    """Check every byte of the trail and say how far it is proven.

    Ends with exit code 1 when anything is wrong, or when less is proven than was required.
    """
    chosen = settings_at(overrides={"store": store, "require": require})
    require_trail(chosen)
    required = _required(chosen, chain=chain, signatures=signatures, explicit=require is not None)
    with AuditStore(opener(chosen, read_only=True)) as trail, shown_progress(quiet=quiet) as progress:
        if record is not None:
            report = portal.run(trail.verify_record(record, required=required))
        else:
            pinned = pinned_keys(chosen, pin or ())
            report = portal.run(trail.verify(required=required, pinned=pinned, progress=progress))
    deliver(formatter(format_name, output).verification(report), output)
    _end(report)


def _end(report: VerificationReport) -> None:
    if not report.is_sound:
        raise Finished(1)


def _required(chosen: Settings, *, chain: bool, signatures: bool, explicit: bool) -> VerificationLevel:
    asked = [VerificationLevel.HASHES] if chain else []
    asked += [VerificationLevel.SIGNATURES] if signatures else []
    if asked and not explicit:
        return max(asked)
    try:
        return max([VerificationLevel.named(chosen.values.require), *asked])
    except ValueError as error:
        labels = ", ".join(level.label for level in VerificationLevel if level)
        raise UsageError(f"`{chosen.values.require}` is no level; choose {labels}.") from error
