"""`ami-audit retention`: how long records are kept, and what becomes of them then."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from ami_audit.entrypoints.cli import options as common

retention = typer.Typer(help="Say how long records are kept, hold them, and let go of old ones.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the hold is called: a case, a ticket.")]


@retention.command("status")
def show_retention(
    *, store: common.Store = None, format_name: common.Format = "terminal", output: common.Output = None
) -> None:
    """Say what is held, what could be pruned now, and what stands in the way."""
    from ami_audit.entrypoints.cli.plain import deliver_plain
    from ami_audit.entrypoints.cli.reading import reading
    from ami_audit.entrypoints.cli.retentions import status_text
    from ami_audit.services.portal import portal
    from ami_audit.services.usecases.retention import retention_status

    with reading(store) as trail:
        answer = portal.run(retention_status(trail))
    deliver_plain("retention", answer, text=status_text(answer), format_name=format_name, output=output)


@retention.command("hold")
def hold(name: Name, *, reason: common.Reason = None, key: common.Key = None, store: common.Store = None) -> None:
    """Put a legal hold on the trail: nothing is pruned or erased until it is released."""
    from ami_audit.services.usecases import retention as verbs

    sequence = _recorded(verbs.hold, name, reason=reason, key=key, store=store)
    print(f"The hold `{name}` is in force; record {sequence} says so.")


@retention.command("release")
def release(name: Name, *, reason: common.Reason = None, key: common.Key = None, store: common.Store = None) -> None:
    """End a legal hold."""
    from ami_audit.services.usecases import retention as verbs

    sequence = _recorded(verbs.release, name, reason=reason, key=key, store=store)
    print(f"The hold `{name}` is released; record {sequence} says so.")


@retention.command("prune")
def prune(
    *,
    archive: Annotated[
        Path | None,
        typer.Option(
            "--archive",
            metavar="FILE",
            help="Where the records go first.",
            show_default="beside the trail, in `archive`",
        ),
    ] = None,
    reason: common.Reason = None,
    key: common.Key = None,
    store: common.Store = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
    quiet: common.Quiet = False,
) -> None:
    """Verify the trail, archive what is older than the policy asks for, delete it, and tell what was freed."""
    from ami_audit.entrypoints.bootstrap.archives import archive_of
    from ami_audit.entrypoints.bootstrap.machine import caller
    from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
    from ami_audit.entrypoints.cli.plain import deliver_plain
    from ami_audit.entrypoints.cli.progress import shown_progress
    from ami_audit.entrypoints.cli.retentions import prune_text
    from ami_audit.entrypoints.settings import settings_at
    from ami_audit.services.portal import portal
    from ami_audit.services.store import AuditStore
    from ami_audit.services.usecases import retention as verbs

    chosen = settings_at(overrides={"store": store, "key": key})
    require_trail(chosen)
    with AuditStore(opener(chosen)) as trail, shown_progress(quiet=quiet) as progress:
        answer = portal.run(
            verbs.prune(
                trail,
                by=caller(),
                root=str(chosen.root),
                reason=reason,
                archive_of=archive_of(chosen, archive),
                progress=progress,
            )
        )
    deliver_plain("pruning", answer, text=prune_text(answer), format_name=format_name, output=output)


@retention.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive that a pruning wrote.")],
    *,
    pin: Annotated[
        list[str] | None, typer.Option("--pin", metavar="KEY_ID", help="Trust this key, beside those on this machine.")
    ] = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
) -> None:
    """Check an archive by itself; ends with exit code 1 when anything in it is wrong, or it is of no key pinned."""
    from ami_audit.domain.kinds import VerificationLevel
    from ami_audit.entrypoints.bootstrap.archives import archive_at
    from ami_audit.entrypoints.bootstrap.keys import pinned_keys
    from ami_audit.entrypoints.bootstrap.machine import core
    from ami_audit.entrypoints.cli.failures import Finished
    from ami_audit.entrypoints.cli.plain import deliver_plain
    from ami_audit.entrypoints.cli.retentions import verdict_text
    from ami_audit.entrypoints.settings import settings_at
    from ami_audit.services.usecases.archive import check_archive

    kept, pinned = archive_at(file), pinned_keys(settings_at(), pin or ())
    with kept.lines() as lines:
        verdict = check_archive(lines, core(), location=kept.location, pinned=pinned)
    deliver_plain("archive", verdict, text=verdict_text(verdict), format_name=format_name, output=output)
    if not verdict.is_sound or (pin and verdict.level < VerificationLevel.PINNED_KEYS):
        raise Finished(1)


def _recorded(
    verb: Callable[..., Coroutine[Any, Any, int]], name: str, *, reason: str | None, key: str | None, store: str | None
) -> int:
    from ami_audit.entrypoints.bootstrap.machine import caller
    from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
    from ami_audit.entrypoints.settings import settings_at
    from ami_audit.services.portal import portal
    from ami_audit.services.store import AuditStore

    chosen = settings_at(overrides={"store": store, "key": key})
    require_trail(chosen)
    with AuditStore(opener(chosen)) as trail:
        return portal.run(verb(trail, name, by=caller(), root=str(chosen.root), reason=reason))
