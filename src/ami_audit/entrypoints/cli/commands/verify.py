"""`ami-audit verify`: is the trail as it was sealed?"""

from pathlib import Path
from typing import Annotated, Any

import typer

from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.verification import VerificationReport
from ami_audit.entrypoints.bootstrap.keys import pinned_keys
from ami_audit.entrypoints.bootstrap.machine import chance
from ami_audit.entrypoints.bootstrap.rules import quorum_policy
from ami_audit.entrypoints.bootstrap.trails import memory_of, opener, require_trail
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import deliver, verdict_formatter
from ami_audit.entrypoints.cli.bundles import Trusted, verify_bundle_at
from ami_audit.entrypoints.cli.failures import Finished
from ami_audit.entrypoints.cli.levels import asked_level
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
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="RECORD", help="Only from this record on: its number, its id or its hash."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="RECORD", help="Only up to this record, and including it.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", metavar="N", min=1, help="Only so many records, drawn at random.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="TEXT", help="With --sample: draw as an earlier answer did.")
    ] = None,
    incremental: Annotated[
        bool, typer.Option("--incremental", help="Read only what was added since the last --incremental.")
    ] = False,
    bundle: Annotated[
        Path | None, typer.Option("--bundle", metavar="FILE", help="Check this bundle instead of the trail.")
    ] = None,
    require: Annotated[
        str | None,
        typer.Option(
            "--require",
            metavar="LEVEL",
            help="Fail below this level: links, hashes, signatures, pinned-keys, checkpoint, witnessed.",
        ),
    ] = None,
    pin: Annotated[
        list[str] | None, typer.Option("--pin", metavar="KEY_ID", help="Trust this key, beside those on this machine.")
    ] = None,
    policy: common.Policy = None,
    require_approvals: Annotated[
        bool, typer.Option("--require-approvals", help="Fail when a record lacks approvals that its action asks for.")
    ] = False,
    store: common.Store = None,
    format_name: common.VerdictFormat = "terminal",
    output: common.Output = None,
    quiet: common.Quiet = False,
) -> None:
    """Check every byte of the trail and say how far it is proven.

    Ends with exit code 1 when anything is wrong, or when less is proven than was required.
    """
    parts = {
        "--record": record is not None,
        "--from or --to": first is not None or last is not None,
        "--sample": sample is not None,
        "--incremental": incremental,
        "--bundle": bundle is not None,
    }
    of_trail = {"--chain": chain, "--signatures": signatures, "--store": store is not None}
    _refuse_contradictions(parts, seed=seed, of_trail=of_trail)
    if require_approvals and any(parts.values()):
        raise UsageError("--require-approvals needs the whole trail; it cannot be told of a part of it.")
    if bundle is not None:
        trusted = Trusted(tuple(pin or ()), policy, require)
        verify_bundle_at(bundle, trusted, format_name=format_name, output=output)
        return
    chosen = settings_at(overrides={"store": store, "require": require})
    require_trail(chosen)
    required = _required(chosen, chain=chain, signatures=signatures, explicit=require is not None)
    terms: dict[str, Any] = {"required": required, "pinned": pinned_keys(chosen, pin or ())}
    terms |= {"policy": quorum_policy(chosen, policy), "require_approvals": require_approvals}
    with AuditStore(opener(chosen, read_only=True)) as trail, shown_progress(quiet=quiet) as progress:
        terms["progress"] = progress
        if record is not None:
            asked = trail.verify_record(record, **terms)
        elif first is not None or last is not None:
            asked = trail.verify_range(first, last, **terms)
        elif sample is not None:
            asked = trail.verify_sample(sample, seed=seed or chance, **terms)
        elif incremental:
            asked = trail.verify_new(memory_of(chosen), **terms)
        else:
            asked = trail.verify(**terms)
        report = portal.run(asked)
    deliver(verdict_formatter(format_name, output).verification(report), output)
    _end(report)


def _refuse_contradictions(parts: dict[str, bool], *, seed: str | None, of_trail: dict[str, bool]) -> None:
    asked = [name for name, is_asked in parts.items() if is_asked]
    if len(asked) > 1:
        raise UsageError(f"{asked[0]} and {asked[1]} each say which records to check; choose one of them.")
    if seed is not None and not parts["--sample"]:
        raise UsageError("--seed says how a sample is drawn; it needs --sample N.")
    for name in (name for name, is_asked in of_trail.items() if is_asked and parts["--bundle"]):
        raise UsageError(f"{name} is about a trail, and --bundle reads none; say with --require what is asked of it.")
    if seed == "":
        raise UsageError("--seed is empty; leave it out for a fresh one.")


def _end(report: VerificationReport) -> None:
    if not report.is_sound:
        raise Finished(1)


def _required(chosen: Settings, *, chain: bool, signatures: bool, explicit: bool) -> VerificationLevel:
    asked = [VerificationLevel.HASHES] if chain else []
    asked += [VerificationLevel.SIGNATURES] if signatures else []
    if asked and not explicit:
        return max(asked)
    return max([asked_level(chosen.values.require), *asked])
