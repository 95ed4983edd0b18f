"""`ami-audit query`: find records."""

from typing import Annotated

import typer

from ami_audit.domain.query import AuditFilter
from ami_audit.entrypoints.cli import filters
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import deliver, formatter
from ami_audit.entrypoints.cli.reading import reading
from ami_audit.entrypoints.cli.words import severity_named
from ami_audit.services.portal import portal


def query(
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
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help="Records that hold this text anywhere.")
    ] = None,
    since: common.Since = None,
    until: common.Until = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="At most this many.")] = 100,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Pass over this many first.")] = 0,
    after: Annotated[
        int | None,
        typer.Option(
            "--after", metavar="SEQUENCE", help="Only records above this sequence: the `next_cursor` of an answer."
        ),
    ] = None,
    before: Annotated[
        int | None,
        typer.Option("--before", metavar="SEQUENCE", help="Only records below this sequence: the same with --newest."),
    ] = None,
    newest: Annotated[bool, typer.Option("--newest/--oldest", help="Which come first.")] = False,
    clearance: common.Clearance = None,
    store: common.Store = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
) -> None:
    """Find records in the trail."""
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
            "text": text,
            "since": since,
            "until": until,
            "limit": limit + 1,
            "offset": offset,
            "after": after,
            "before": before,
            "newest_first": newest,
        }
    )
    with reading(store, clearance=clearance) as trail:
        found = portal.run(trail.query_records(wanted))
        records = found[:limit]
        approvals = portal.run(trail.approvals_of(records))
    cursor = records[-1].sequence if records and len(found) > limit else None
    written = formatter(format_name, output).records(
        records, next_cursor=cursor, newest_first=newest, approvals=approvals
    )
    deliver(written, output)
