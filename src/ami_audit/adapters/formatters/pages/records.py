"""What a list of records says."""

import re
from collections import Counter
from collections.abc import Sequence

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Block,
    Column,
    Cut,
    Line,
    Note,
    Page,
    Section,
    Table,
    Tone,
    data,
    prose,
    quoted,
    said,
    words,
)
from ami_audit.adapters.formatters.pages import parts
from ami_audit.domain.approvals import ApprovalState
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.redaction import ValueState

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MAIL = re.compile(r"\s*<[^<>]*>\s*$")
_SHORT_ID = 8

_COLUMNS = (
    Column("time (UTC)"),
    Column("sev."),
    Column("action", Cut.END, 11),
    Column("target", Cut.NAME, 16),
    Column("actor", Cut.END, 9),
    Column("id"),
)

_UNSEEN = (
    (ValueState.WITHHELD, "withheld: they need a higher `--clearance`, or keys that are not here.", Tone.FAINT),
    (
        ValueState.ERASED,
        "erased, for ever; `ami-audit query --action subject.erased` says on whose authority.",
        Tone.FAINT,
    ),
    (ValueState.TAMPERED, "tampered with; `ami-audit verify` names them.", Tone.BAD),
)


def records_page(
    records: Sequence[AuditRecord],
    *,
    next_cursor: int | None,
    newest_first: bool,
    approvals: Sequence[ApprovalState] = (),
) -> Page:
    """Return records as a table, one a line."""
    blocks: list[Block] = []
    if records:
        blocks.append(records_table(records))
    blocks += [Note(_approval(state)) for state in approvals]
    if next_cursor is not None:
        option = "--before" if newest_first else "--after"
        blocks.append(Note((prose(f"There are more: add `{option} {next_cursor}`.", Tone.FAINT),)))
    blocks += _unseen(records)
    count = wording.counted(len(records), "record") if records else "No record matches"
    return Page(headline=said(count, Tone.STRONG), aside="", sections=(Section("", blocks),))


def records_table(records: Sequence[AuditRecord]) -> Table:
    """Return records, one a line."""
    return Table(_COLUMNS, [_row(record) for record in records])


def _approval(state: ApprovalState) -> Line:
    by = (words(", by "), data(", ".join(state.approved_by))) if state.approved_by else ()
    tone = Tone.PLAIN if state.is_met else Tone.DOUBTFUL
    return (data(state.action), words(f", record {state.sequence}: approved {state}", tone), *by)


def _unseen(records: Sequence[AuditRecord]) -> list[Block]:
    """Say how many values this reader is not shown, and why."""
    counts = Counter(value.state for record in records for value in record.protected)
    notes = [
        Note((prose(f"{wording.counted(counts[state], 'value')} {said_of}", tone),))
        for state, said_of, tone in _UNSEEN
        if counts[state]
    ]
    return list(notes)


def _row(record: AuditRecord) -> tuple[Line, ...]:
    return (
        said(wording.minute(record.timestamp)),
        (parts.severity_mark(record.severity),),
        quoted(record.action),
        _target(record),
        quoted(_MAIL.sub("", record.actor) or record.actor),
        quoted((record.record_hash or record.record_id)[:_SHORT_ID], Tone.FAINT),
    )


def _target(record: AuditRecord) -> Line:
    if record.target_type is not AuditTargetType.GIT or not _COMMIT.fullmatch(record.target):
        return quoted(record.target)
    subject = record.context.get("subject")
    hashed = data(record.target[:_SHORT_ID], Tone.FAINT)
    return (hashed, words(" "), data(subject)) if isinstance(subject, str) and subject else (hashed,)
