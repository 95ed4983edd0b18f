"""`ami-audit report`: what the trail says, for a reader."""

from ami_audit.domain.query import AuditFilter
from ami_audit.entrypoints.bootstrap.keys import pinned_keys
from ami_audit.entrypoints.bootstrap.rules import quorum_policy
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import deliver, formatter
from ami_audit.entrypoints.cli.progress import shown_progress
from ami_audit.entrypoints.cli.reading import reading
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.portal import portal
from ami_audit.services.usecases.report import build_report


def report(
    *,
    since: common.Since = None,
    until: common.Until = None,
    clearance: common.Clearance = None,
    store: common.Store = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
    quiet: common.Quiet = False,
) -> None:
    """Say what the trail holds, what was found, and how far it is proven; the trail is verified for it."""
    wanted = AuditFilter.model_validate({"since": since, "until": until})
    chosen = settings_at(overrides={"store": store})
    with reading(store, clearance=clearance) as trail, shown_progress(quiet=quiet) as progress:
        terms = {"pinned": pinned_keys(chosen, ()), "policy": quorum_policy(chosen), "progress": progress}
        verification = portal.run(trail.verify(**terms))
        answer = portal.run(build_report(trail, wanted, verification=verification))
    deliver(formatter(format_name, output).report(answer), output)
