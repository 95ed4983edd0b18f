"""`ami-audit erase`: forget a person."""

import sys
from typing import Annotated

import typer

from ami_audit.domain.errors import UsageError
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.settings import settings_at


def erase(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="Whom it is about, as the value that the policy names says it.")
    ],
    *,
    authority: Annotated[
        str,
        typer.Option(
            "--authority", metavar="TEXT", help="On whose authority: a ticket, an article of law; kept in the record."
        ),
    ] = "",
    reason: common.Reason = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    key: common.Key = None,
    store: common.Store = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
) -> None:
    """Make every committed value about a person unreadable, for ever, and record that it was done."""
    from ami_audit.entrypoints.cli.erasures import erasure_text
    from ami_audit.entrypoints.cli.plain import deliver_plain
    from ami_audit.services.portal import portal
    from ami_audit.services.store import AuditStore
    from ami_audit.services.usecases import erase as verbs

    chosen = settings_at(overrides={"store": store, "key": key})
    require_trail(chosen)
    if not authority.strip():
        raise UsageError("An erasure needs an authority; say on whose word it is done with `--authority`.")
    if not yes:
        _confirm()
    with AuditStore(opener(chosen)) as trail:
        answer = portal.run(
            verbs.erase(trail, subject, authority=authority, reason=reason, by=caller(), root=str(chosen.root))
        )
    deliver_plain("erasure", answer, text=erasure_text(answer), format_name=format_name, output=output)


def _confirm() -> None:
    """Ask on the terminal whether it is meant.

    Raises:
        UsageError: It is not, or nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise UsageError("An erasure cannot be undone, and nobody can be asked here; add `--yes`.")
    if not typer.confirm("This cannot be undone. Erase?", err=True):
        raise UsageError("Nothing was erased.")
