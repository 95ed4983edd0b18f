"""What `ami-audit policy` and `ami-audit approve` do."""

from collections.abc import Sequence
from pathlib import Path

from ami_audit.domain.approvals import ApprovalRule
from ami_audit.domain.errors import FormatError, UsageError
from ami_audit.domain.note import NoteKey
from ami_audit.domain.quorum import profile
from ami_audit.domain.rules import Rules, RulesAnswer
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.entrypoints.bootstrap.rules import approval_rules, quorum_policy
from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
from ami_audit.entrypoints.bootstrap.witnesses import log_keys
from ami_audit.entrypoints.cli.answers import announce, deliver
from ami_audit.entrypoints.cli.plain import deliver_plain
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.approve import approve
from ami_audit.services.usecases.rules import change_rules, rules_of_trail


def write_quorum(witnesses: Sequence[str], *, logs: Sequence[str], faulty: int, output: Path | None) -> None:
    """Write a policy of these witnesses."""
    try:
        words = (text.strip().partition(" ") for text in witnesses)
        keys = [(NoteKey.parse(key), url.strip()) for key, _, url in words]
        text = profile(keys, logs=log_keys(logs), faulty=faulty)
    except FormatError as error:
        raise UsageError(f"{error}; `ami-audit witness key` prints a witness's.") from error
    deliver(text, output)


def show_rules(*, store: str | None, format_name: str, output: Path | None) -> None:
    """Write the rules that the trail states."""
    chosen = settings_at(overrides={"store": store})
    require_trail(chosen)
    with AuditStore(opener(chosen, read_only=True)) as trail:
        rules = portal.run(rules_of_trail(trail))
    answer = RulesAnswer.of(rules)
    deliver_plain("rules", answer, text=_told(rules), format_name=format_name, output=output)


def state_rules(
    *, quorum_file: Path | None, approvals_file: Path | None, reason: str | None, key: str | None, store: str | None
) -> None:
    """State new rules in the trail."""
    if quorum_file is None and approvals_file is None:
        raise UsageError("Nothing to state: name a file with --quorum, --approvals or both.")
    chosen = settings_at(overrides={"store": store, "key": key})
    require_trail(chosen)
    quorum = quorum_policy(chosen, quorum_file) if quorum_file else None
    approvals = approval_rules(chosen, approvals_file) if approvals_file else ()
    with AuditStore(opener(chosen, announce=announce)) as trail:
        stated = portal.run(rules_of_trail(trail))
        sequence = portal.run(
            change_rules(
                trail,
                quorum=quorum if quorum_file else stated.quorum,
                approvals=approvals if approvals_file else stated.approvals,
                by=caller(),
                root=str(chosen.root),
                reason=reason,
            )
        )
    print(f"Record {sequence} states the rules for what comes after it.")
    if quorum_file and stated.quorum is not None and stated.quorum.fewest:
        announce("The new witnesses count once the old ones have cosigned: run `ami-audit checkpoint cosign`.")


def approve_record(
    name: str, *, key: str | None, reason: str | None, store: str | None, format_name: str, output: Path | None
) -> None:
    """Sign a record, and say how far it is approved."""
    chosen = settings_at(overrides={"store": store, "key": key})
    require_trail(chosen)
    with AuditStore(opener(chosen, announce=announce)) as trail:
        answer = portal.run(approve(trail, name, by=caller(), root=str(chosen.root), reason=reason))
    count = f"approved {answer.state}" if answer.state else "no rule of the trail asks for approvals of it"
    text = f"{answer.signer} signed record {answer.sequence} ({answer.action}): {count}.\n"
    deliver_plain("approval", answer, text=_harmless(text), format_name=format_name, output=output)


def _told(rules: Rules) -> str:
    lines = [f"# stated by record {rules.sequence}" if rules.sequence >= 0 else "# the trail states no rules"]
    lines += ["", "# witnesses", rules.quorum.text.rstrip("\n") if rules.quorum else "quorum none"]
    lines += ["", "# approvals", *(_rule(rule) for rule in rules.approvals)]
    return _harmless("\n".join(lines)) + "\n"


def _harmless(text: str) -> str:
    """Return text from a trail so that no terminal obeys it."""
    return text.encode("ascii", "backslashreplace").decode()


def _rule(rule: ApprovalRule) -> str:
    of = f" of {', '.join(rule.of)}" if rule.of else ""
    return f"{rule.action}: {rule.needed}{of}"
