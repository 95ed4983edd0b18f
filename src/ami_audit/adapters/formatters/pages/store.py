"""What a look at a store's health says: part by part, what is wrong, what to do."""

from collections.abc import Sequence

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Column,
    Cut,
    Facts,
    Limits,
    Line,
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
from ami_audit.adapters.formatters.pages.verification import fault_table
from ami_audit.domain.store_check import Part, StoreCheckAnswer


def store_page(answer: StoreCheckAnswer, *, limits: Limits) -> Page:
    """Return whether the store is whole, and what to do when it is not."""
    is_whole = answer.is_whole
    return Page(
        headline=said(
            "The store is whole" if is_whole else "The store is damaged", Tone.GOOD if is_whole else Tone.BAD
        ),
        aside=f"{wording.counted(answer.size, 'record')} in {wording.duration(answer.seconds)}",
        sections=(
            Section("", (Facts((*_place(answer), *((part.name, _line(part)) for part in answer.parts))),)),
            Section(wording.counted(len(answer.faults), "fault"), tuple(fault_table(answer.faults, limits))),
            _list("Not there", answer.missing[: limits.faults]),
            _list("Left by a crash: nothing needs it, and it may be deleted", answer.leftovers[: limits.faults]),
            parts.next_steps(answer.next_steps),
        ),
    )


def _place(answer: StoreCheckAnswer) -> list[tuple[str, Line]]:
    log = f", {wording.size(answer.log_bytes)} of it its log" if answer.log_bytes else ""
    taken = words(f", {wording.size(answer.size_bytes)}{log}", Tone.FAINT)
    rows: list[tuple[str, Line]] = [("lies in", (data(answer.location), taken))]
    if answer.rebuilt is not None:
        rows.append(("rebuilt", said(f"the index, over {wording.counted(answer.rebuilt, 'record')}", Tone.GOOD)))
    return rows


def _line(part: Part) -> Line:
    if part.is_whole is None:
        return (words("unknown: ", Tone.DOUBTFUL), prose(part.detail))
    mark = words("whole: ", Tone.GOOD) if part.is_whole else words("damaged: ", Tone.BAD)
    return (mark, prose(part.detail))


def _list(heading: str, names: Sequence[str]) -> Section:
    rows = [(quoted(name),) for name in names]
    return Section(heading, (Table((Column("name", Cut.WRAP, 20),), rows, is_bare=True),) if rows else ())
