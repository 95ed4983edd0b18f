"""How what was seen of services becomes drafts."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ami_audit.adapters.sources.service.declared import Fault, Manifest, Profile
from ami_audit.adapters.sources.service.findings import finding_of
from ami_audit.adapters.sources.service.health import Answer
from ami_audit.adapters.sources.service.health.answer import Verdict
from ami_audit.adapters.sources.service.masking import masked_command
from ami_audit.adapters.sources.service.matching import UP, Seen, State
from ami_audit.adapters.sources.service.processes import Process
from ami_audit.adapters.sources.service.sealable import sealable
from ami_audit.adapters.sources.service.usage import process_facts, processes_of, restarts_of, started_at
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import ActorType, AuditTargetType, Outcome
from ami_audit.domain.moment import written
from ami_audit.domain.text import one_line, readable_path

SOURCE = "service_source/1"
_MOST_FINDINGS = 100
_ILL = frozenset({Verdict.FAILED, Verdict.TIMED_OUT})


def _draft(action: str, target: str, *, context: Mapping[str, Any], **rest: Any) -> AuditDraft:
    name = one_line(readable_path(target))[:500] or "?"
    rest = {"actor": name, "actor_type": ActorType.SERVICE, "context": sealable(context), **rest}
    return AuditDraft(action=action, target=name, target_type=AuditTargetType.SERVICE, source=SOURCE, **rest)


def _findings(faults: Sequence[Fault]) -> tuple[AuditFinding, ...]:
    """Return the findings for faults; where there are very many, the last one says how many more."""
    told = [finding_of(fault) for fault in faults[:_MOST_FINDINGS]]
    more = len(faults) - len(told)
    if more > 0:
        told.append(finding_of(Fault("more", f"There are {more:,} more findings like these", faults[-1].where)))
    return tuple(told)


def manifest_draft(manifest: Manifest) -> AuditDraft:
    """Return what one manifest declares. It is recorded again only when it changes."""
    context: dict[str, Any] = {
        "path": readable_path(manifest.path),
        "form": manifest.form or "unknown",
        "sha256": manifest.sha256 or None,
        "services": [service.name for service in manifest.services],
        "profiles": {profile.name: list(profile.members) for profile in manifest.profiles},
        "other_keys": dict(manifest.unknown),
    }
    facts = {name: value for name, value in context.items() if value is not None}
    told = [fault._asdict() for fault in manifest.faults]
    identity = json.dumps([facts, told], sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    return _draft(
        "service.manifest",
        readable_path(manifest.path),
        actor="unknown",
        actor_type=ActorType.UNKNOWN,
        context=facts,
        findings=_findings(manifest.faults),
        outcome=Outcome.SUCCESS if manifest.form else Outcome.FAILURE,
        observed=hashlib.sha256(identity).hexdigest(),
    )


def service_draft(
    seen: Seen,
    answers: Sequence[Answer],
    faults: Sequence[Fault],
    *,
    usage: Mapping[str, Any],
    shares: Mapping[int, float],
    logs: Mapping[str, Any] | None = None,
) -> AuditDraft:
    """Return how one service is now. It is a fact of this moment, so it is recorded each time.

    Args:
        seen: The service.
        answers: What came of asking it; empty when it was not asked.
        faults: What is not as it should be.
        usage: What it uses.
        shares: Percent of one processor, by process.
        logs: What its log holds; None when it was not read.
    """
    since = started_at(seen)
    context: dict[str, Any] = {
        "state": seen.state.value,
        "runs_as": _runs_as(seen),
        "declared": _declared(seen),
        "container": dict(seen.container.facts) if seen.container else None,
        "unit": seen.unit.facts if seen.unit else None,
        "processes": processes_of(seen, shares) or None,
        "ports": _ports(seen) or None,
        "health": [answer.recorded for answer in answers] or None,
        "usage": dict(usage) or None,
        "started_at": written(since) if since else None,
        "uptime_s": round((datetime.now(UTC) - since).total_seconds()) if since else None,
        "restarts": restarts_of(seen),
        "logs": dict(logs) if logs is not None else None,
    }
    return _draft(
        "service.observed",
        seen.name,
        context={name: value for name, value in context.items() if value is not None},
        findings=_findings(faults),
        outcome=_outcome(seen, answers),
    )


def _runs_as(seen: Seen) -> str:
    if seen.container is not None:
        return "container"
    if seen.unit is not None:
        return "systemd unit"
    if seen.processes:
        return "process"
    return seen.declared.runs.value if seen.declared else "unknown"


def _declared(seen: Seen) -> dict[str, Any] | None:
    service = seen.declared
    if service is None:
        return None
    found: dict[str, Any] = {
        "manifests": list(service.manifests),
        "as": service.runs.value,
        "command": masked_command(service.command) or None,
        "depends_on": list(service.depends_on) or None,
        "says": dict(service.facts),
    }
    return {name: value for name, value in found.items() if value is not None}


def _ports(seen: Seen) -> list[dict[str, Any]]:
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for port in seen.declared.ports if seen.declared else ():
        found[port.number, port.protocol] = {"port": port.number, "protocol": port.protocol, "declared": True}
    for published in seen.container.facts.get("ports", ()) if seen.container else ():
        entry = found.setdefault(
            (published["port"], published["protocol"]),
            {"port": published["port"], "protocol": published["protocol"], "declared": False},
        )
        entry |= {"published": True, "inner": published["inner"]}
    for item in seen.listening:
        entry = found.setdefault(
            (item.port, item.protocol), {"port": item.port, "protocol": item.protocol, "declared": False}
        )
        entry["listening"] = sorted({*entry.get("listening", ()), item.address})
    return [found[key] for key in sorted(found)][:200]


def _outcome(seen: Seen, answers: Sequence[Answer]) -> Outcome:
    if seen.state is State.UNKNOWN:
        verdicts = {answer.verdict for answer in answers}
        if verdicts & _ILL:
            return Outcome.FAILURE
        return Outcome.SUCCESS if verdicts == {Verdict.OK} else Outcome.UNKNOWN
    if seen.state not in UP or seen.state is State.UNHEALTHY:
        return Outcome.FAILURE
    ill = [answer.verdict in _ILL for answer in answers]
    if not any(ill):
        return Outcome.SUCCESS
    return Outcome.FAILURE if all(ill) else Outcome.PARTIAL


def profile_draft(profile: Profile, members: Sequence[AuditDraft], unknown: Sequence[str]) -> AuditDraft:
    """Return how the whole of a profile is.

    Args:
        profile: The profile.
        members: The drafts of its services.
        unknown: Members that no manifest declares.
    """
    states = {draft.target: str(draft.context["state"]) for draft in members} | dict.fromkeys(unknown, "not declared")
    ill = sorted(draft.target for draft in members if draft.outcome in {Outcome.FAILURE, Outcome.PARTIAL})
    worst = Counter(finding.severity.value for draft in members for finding in draft.findings)
    doubtful = [draft.target for draft in members if draft.outcome is Outcome.UNKNOWN]
    faults = [_incomplete(profile, [*ill, *unknown], total=len(states))] if ill or unknown else []
    context: dict[str, Any] = {
        "manifest": profile.manifest,
        "description": profile.description or None,
        "autostart": profile.autostart,
        "members": states,
        "well": sum(draft.outcome is Outcome.SUCCESS for draft in members),
        "not_well": [*ill, *unknown],
        "not_known": doubtful,
        "findings": dict(worst),
        "usage": _together(members),
    }
    return _draft(
        "service.profile",
        profile.name,
        context={name: value for name, value in context.items() if value is not None},
        findings=_findings(faults),
        outcome=_whole(ill, unknown, doubtful, total=len(states)),
    )


def _incomplete(profile: Profile, names: Sequence[str], *, total: int) -> Fault:
    told = ", ".join(f"`{name}`" for name in names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    return Fault("profile-incomplete", f"{len(names)} of {total} services are not well: {told}", profile.name)


def _whole(ill: Sequence[str], unknown: Sequence[str], doubtful: Sequence[str], *, total: int) -> Outcome:
    if not total or ((ill or unknown) and len(ill) + len(unknown) + len(doubtful) >= total):
        return Outcome.FAILURE
    if ill or unknown:
        return Outcome.PARTIAL
    return Outcome.UNKNOWN if doubtful else Outcome.SUCCESS


def _together(members: Sequence[AuditDraft]) -> dict[str, Any] | None:
    used = [draft.context.get("usage") or {} for draft in members]
    found = {
        name: round(sum(item[name] for item in used if name in item), 1)
        for name in ("cpu_percent", "memory_bytes", "open_files", "processes", "threads")
        if any(name in item for item in used)
    }
    return found or None


def host_draft(name: str, facts: Mapping[str, Any], faults: Sequence[Fault]) -> AuditDraft:
    """Return how the machine is."""
    return _draft(
        "service.host",
        name,
        actor_type=ActorType.SYSTEM,
        context=dict(facts),
        findings=_findings(faults),
    )


def process_draft(process: Process, share: float | None) -> AuditDraft:
    """Return how one process is."""
    since = datetime.fromtimestamp(process.started_at, UTC)
    facts = {**process_facts(process, share), "started_at": written(since)}
    target = f"process:{process.name}:{process.pid}"
    return _draft(
        "service.process", target, actor=readable_path(process.user), actor_type=ActorType.SYSTEM, context=facts
    )
