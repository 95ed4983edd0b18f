"""`ami-audit bundle`: evidence for somebody who has nothing else."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ami_audit.domain.completeness import asked_of
from ami_audit.domain.errors import UsageError
from ami_audit.domain.query import AuditFilter
from ami_audit.entrypoints.bootstrap.bundles import archived
from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
from ami_audit.entrypoints.cli import filters
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import announce
from ami_audit.entrypoints.cli.progress import shown_progress
from ami_audit.entrypoints.cli.words import severity_named
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.bundle import Question, bundle_of

_DEFAULT = Path("ami-audit-bundle.zip")


def bundle(
    records: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RECORD]...", help="Only these records: ids, hashes, or beginnings of them."),
    ] = None,
    *,
    action: filters.Action = None,
    user: filters.User = None,
    target: filters.Target = None,
    module: filters.Module = None,
    target_type: filters.Type = None,
    severity: filters.Severity = None,
    min_severity: filters.MinSeverity = None,
    source: filters.Source = None,
    run: filters.Run = None,
    since: common.Since = None,
    until: common.Until = None,
    after: Annotated[
        int | None, typer.Option("--after", metavar="SEQUENCE", min=-1, help="Only records above this sequence.")
    ] = None,
    before: Annotated[
        int | None, typer.Option("--before", metavar="SEQUENCE", min=0, help="Only records below this sequence.")
    ] = None,
    clearance: common.Clearance = None,
    key: common.Key = None,
    store: common.Store = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the bundle is put.")] = _DEFAULT,
    quiet: common.Quiet = False,
) -> None:
    """Pack records with everything that proves them into one file, for somebody who has nothing else.

    With a filter it also proves that no record that answers it was left out; without one it holds the whole trail.
    Check it with `ami-audit verify --bundle FILE`, or with the verifier in it, which needs nothing but Python.
    """
    wanted = AuditFilter.model_validate(
        {
            "action": action,
            "actor": user,
            "target": target,
            "module": module,
            "target_type": target_type,
            "severity": severity_named(severity),
            "min_severity": severity_named(min_severity),
            "source": source,
            "run_id": run,
            "since": since,
            "until": until,
            "after": after,
            "before": before,
        }
    )
    asked = asked_of(wanted)
    if records and asked:
        raise UsageError("Records are picked by name or by a filter; leave one of them out.")
    question = Question(None if records else asked, tuple(records or ()))
    chosen = settings_at(overrides={"store": store, "key": key, "clearance": clearance})
    require_trail(chosen)
    with AuditStore(opener(chosen, announce=announce)) as trail, shown_progress(quiet=quiet) as progress:
        made = portal.run(bundle_of(trail, question, progress=progress))
    _write(archived(made), output)
    print(f"{output}: {len(made.records)} records of {chosen.store_location}")
    print(f"`ami-audit verify --bundle={output}` checks it; so does the verify.py in it, with nothing but Python.")


def _write(archive: bytes, output: Path) -> None:
    fresh = output.with_name(f".{output.name}.{os.getpid()}.new")
    try:
        fresh.write_bytes(archive)
        fresh.replace(output)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UsageError(f"The bundle cannot be written to `{output}`: {error.strerror}.") from error
