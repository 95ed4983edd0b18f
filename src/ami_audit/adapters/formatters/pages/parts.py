"""What several answers have in common: findings, levels, keys, runs, next steps."""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Block,
    Column,
    Cut,
    Item,
    Items,
    Limits,
    Line,
    Note,
    Section,
    Span,
    Step,
    Steps,
    Table,
    Tone,
    data,
    prose,
    quoted,
    said,
    words,
)
from ami_audit.domain.approvals import ApprovalRule, ApprovalState, ApprovalSummary, Lowering
from ami_audit.domain.kinds import AuditSeverity, Outcome, VerificationLevel
from ami_audit.domain.next_steps import NextStep
from ami_audit.domain.reports import Findings, Gap, ReportedFinding, RunReport

_APPROVALS_LISTED = 10
_TONES = {
    AuditSeverity.CRITICAL: Tone.WORST,
    AuditSeverity.ERROR: Tone.BAD,
    AuditSeverity.WARNING: Tone.DOUBTFUL,
    AuditSeverity.INFO: Tone.NOTICE,
    AuditSeverity.DEBUG: Tone.FAINT,
}


def severity_mark(severity: AuditSeverity) -> Span:
    """Return a severity as it stands before a finding."""
    return words(severity.value, _TONES[severity])


def level(found: VerificationLevel, *, is_sound: bool, label: str = "") -> Span:
    """Return a level, in the tone it deserves; `label` says more than its name does."""
    if not is_sound or found < VerificationLevel.HASHES:
        return words(label or found.label, Tone.BAD)
    return words(label or found.label, Tone.GOOD if found >= VerificationLevel.SIGNATURES else Tone.DOUBTFUL)


def next_steps(steps: Sequence[NextStep]) -> Section:
    """Return what to do next."""
    return Section("Next", (Steps(tuple(Step(step.command, step.why) for step in steps)),) if steps else ())


def reasons(found: VerificationLevel | None, sentences: Iterable[str], *, faults: int) -> Section:
    """Return why a level is not higher; faults are reason enough, whatever else there is."""
    if faults and found is not None:
        sentences = (f"Faults were found, so nothing above `{found.label}` can be said of this trail.",)
    return Section("Why not higher", tuple(Note((prose(sentence),)) for sentence in sentences))


def findings(found: Findings, *, heading: str = "Findings", standing: Mapping[str, int] | None = None) -> Section:
    """Return findings: how many, and the worst of them; `standing` are those that an earlier run has recorded."""
    still = wording.severities(standing or {})
    told = wording.severities(found.by_severity) or ("none new" if still else "none")
    told = f"{told}; recorded before and still so: {still}" if still else told
    blocks: list[Block] = [Note(said(told if found.is_complete else f"at least {told}"))]
    if found.worst:
        blocks.append(Items(tuple(_finding(finding) for finding in found.worst)))
    more = found.total - len(found.worst)
    if found.worst and more > 0:
        blocks.append(Note(said(f"and {wording.number(more)} more", Tone.FAINT)))
    return Section(heading, blocks)


def _finding(finding: ReportedFinding) -> Item:
    named = f"record {finding.sequence}" if finding.sequence is not None else "record"
    known_as = wording.short(finding.record_hash or finding.record_id)
    rest: list[Line] = [(prose(finding.what),)]
    if finding.recommendation:
        rest.append((words("Do: "), prose(finding.recommendation)))
    rest.append((words(f"{named}, ", Tone.FAINT), data(known_as, Tone.FAINT)))
    first = (data(finding.kind, Tone.STRONG), words(" at "), data(finding.where))
    return Item(severity_mark(finding.severity), first, tuple(rest))


def gaps(found: Sequence[Gap], *, heading: str, limits: Limits) -> Section:
    """Return what is missing, how often, and a few places."""
    columns = (
        Column("count", is_number=True),
        Column("what", Cut.WRAP, 16),
        Column("such as", Cut.END if limits.is_short else Cut.WRAP, 20),
    )
    rows = [(said(wording.number(gap.count)), quoted(gap.kind), examples(gap.examples, limits)) for gap in found]
    return Section(heading, (Table(columns, rows, is_bare=limits.is_short),) if rows else ())


def examples(names: Sequence[str], limits: Limits) -> Line:
    """Return the first few names, set apart by commas."""
    line: list[Span] = []
    for name in names[: limits.examples]:
        line += [words(", ", Tone.FAINT), data(name, Tone.FAINT)]
    return tuple(line[1:])


def run_outcome(run: RunReport) -> Span:
    """Return how a run ended."""
    if run.finished_at is None:
        return words("no end of it is recorded", Tone.DOUBTFUL)
    if run.interrupted:
        return words("stopped early", Tone.DOUBTFUL)
    match run.outcome:
        case Outcome.SUCCESS:
            return words("done", Tone.GOOD)
        case Outcome.FAILURE:
            return words("failed", Tone.BAD)
        case Outcome.PARTIAL:
            return words("done in part", Tone.DOUBTFUL)
        case Outcome.UNKNOWN:
            return words("unknown", Tone.DOUBTFUL)
        case _:
            assert_never(run.outcome)


def approvals(found: ApprovalSummary | None, *, required: bool = False) -> Section:
    """Return how far records are approved, of those that ask for it, and which lack approvals."""
    if found is None:
        return Section("", ())
    tone = Tone.GOOD if found.met == found.asked else Tone.BAD if required else Tone.DOUBTFUL
    told = f"{wording.number(found.met)} of {wording.counted(found.asked, 'record')} have what their actions ask for"
    items = [_lacking(state) for state in found.lacking[:_APPROVALS_LISTED]]
    more = len(found.lacking) - len(items)
    blocks: list[Block] = [Note(said(told, tone)), *([Items(items)] if items else [])]
    if more > 0:
        blocks.append(Note(said(f"and {wording.number(more)} more; --format=json shows them", Tone.FAINT)))
    blocks += [Note(_lowered(item)) for item in found.lowered[:_APPROVALS_LISTED]]
    return Section("Approvals", tuple(blocks))


def _lowered(item: Lowering) -> Line:
    now = said("no rule of its own") if item.now is None else _rule(item.now)
    return (words(f"Record {item.sequence} lowered the rules: ", Tone.DOUBTFUL), *_rule(item.was), words(" → "), *now)


def _rule(rule: ApprovalRule) -> Line:
    of = (words(" of "), data(", ".join(rule.of))) if rule.of else ()
    return (data(rule.action), words(f": {rule.needed}"), *of)


def _lacking(state: ApprovalState) -> Item:
    mark = words(f"{state}", Tone.DOUBTFUL)
    by = (words(", approved by "), data(", ".join(state.approved_by))) if state.approved_by else ()
    first = (data(state.action, Tone.STRONG), words(f", record {state.sequence}"), *by)
    return Item(mark, first, (quoted(state.record_id, Tone.FAINT),))
