"""What a look at a store's health finds: which parts are whole, and what to do about those that are not."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, get_args

from pydantic import BaseModel, Field, computed_field

from ami_audit.domain.errors import UsageError
from ami_audit.domain.finding import VALUE
from ami_audit.domain.next_steps import NextStep
from ami_audit.domain.verification import Fault

PartName = Literal["container", "records", "tree", "keys", "index", "checkpoints", "guard", "acknowledged"]
PARTS: tuple[PartName, ...] = get_args(PartName)

_PARTS_OF_CHECKS: dict[str, PartName] = {
    "pages": "container",
    "schema": "container",
    "tile": "tree",
    "head": "tree",
    "key": "keys",
    "column": "index",
    "checkpoint": "checkpoints",
    "cosignature": "checkpoints",
}
_MADE_ANEW = ("record_index", "indexed")


class Standing(NamedTuple):
    """How a store stands, beside its records.

    Attributes:
        indexed: Records that the index for queries holds a row for; the others get theirs at the next query.
        size_bytes: What the store takes on disk, its log included.
        log_bytes: What of it is a log that is not yet folded into the main file.
        leftovers: Files that a crash left beside the store, and that nothing needs.
    """

    indexed: int
    size_bytes: int
    log_bytes: int = 0
    leftovers: tuple[str, ...] = ()


class Part(BaseModel):
    """One part of a store, and whether it is whole.

    Attributes:
        name: `container` (file, pages, schema, guards), `records` (hashes, links, signatures), `tree` (head, tiles),
            `keys`, `index`, `checkpoints` (in the store), `guard` (the checkpoint outside it), `acknowledged`.
        is_whole: Whether nothing is wrong with it; null when there is nothing to compare it with.
        detail: What was looked at, or what is wrong, in a few words.
    """

    model_config = VALUE

    name: PartName
    is_whole: bool | None
    detail: str


class StoreCheckAnswer(BaseModel):
    """Whether a store holds, whole, everything it has acknowledged.

    Attributes:
        location: Where the store lies.
        origin: The trail's name; empty for a store without records.
        size: Records that were sealed, the pruned ones included.
        size_bytes: What the store takes on disk, its log included.
        log_bytes: What of it is a log that is not yet folded into the main file.
        rebuilt: Records whose index rows were made anew before the look; null when that was not asked for.
        parts: Every part, and whether it is whole.
        faults: Everything wrong, in the order of the trail.
        missing: Acknowledged records that the trail does not hold, the first hundred.
        pruned: Acknowledged records that are gone because they were pruned.
        pruned_by: The record that says what was pruned; null where nothing was.
        leftovers: Files that a crash left beside the store, and that nothing needs.
        next_steps: What to do.
    """

    model_config = VALUE

    location: str
    origin: str
    size: int = Field(ge=0)
    head: str
    root: str
    size_bytes: int
    log_bytes: int
    rebuilt: int | None = None
    parts: tuple[Part, ...]
    faults: tuple[Fault, ...] = ()
    missing: tuple[str, ...] = ()
    pruned: int = 0
    pruned_by: int | None = None
    leftovers: tuple[str, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
    seconds: float = Field(ge=0)

    @computed_field(description="Every part that could be looked at is whole.")  # type: ignore[prop-decorator]
    @property
    def is_whole(self) -> bool:
        """Whether every part that could be looked at is whole."""
        return all(part.is_whole is not False for part in self.parts)


def part_of(fault: Fault, *, guard: str | None) -> PartName:
    """Return which part of the store a fault is in; `guard` is where the checkpoint outside it lies."""
    if fault.check == "checkpoint" and fault.where == guard:
        return "guard"
    if fault.field == "records.record_id":
        return "records"
    return _PARTS_OF_CHECKS.get(fault.check, "records")


def after_store_check(faults: Sequence[Fault], *, missing: bool, guard: str | None) -> tuple[NextStep, ...]:
    """Return what to do about a store in which these faults were found."""
    if not faults and not missing:
        return (NextStep(command="ami-audit verify", why="see how far the trail is proven"),)
    if faults and not missing and all(_is_made_anew(fault) for fault in faults):
        return (
            NextStep(command="ami-audit store rebuild", why="make the index anew from the records, which are whole"),
        )
    keep = NextStep(why="Copy the trail's folder away before anything else; it is the evidence.")
    restore = NextStep(why="Compare with a backup or another copy of the trail, and restore the one that is whole.")
    new = NextStep(
        command="ami-audit init --new-origin", why="when the newer store is lost: put this one aside, begin a new trail"
    )
    is_behind = missing or any(part_of(fault, guard=guard) == "guard" for fault in faults)
    return (keep, restore, new) if is_behind else (keep, restore)


def _is_made_anew(fault: Fault) -> bool:
    """Return whether the fault stands in what `store rebuild` makes from the records."""
    if fault.check == "column":
        return (fault.field or fault.where).startswith(_MADE_ANEW) or fault.where == "indexed"
    named = (fault.where.partition(" ")[2], fault.detail.partition("no such table: main.")[2])
    return fault.check == "schema" and any(name.startswith(_MADE_ANEW) for name in named)


def acknowledged_in(text: str, *, where: str) -> dict[str, str]:
    """Return the record ids in a list, with their hashes where they are given.

    Args:
        text: A record id a line, and after a blank its hash when that is to be compared, too. Empty lines and what
            follows a `#` do not count.
        where: What the list is called, for the complaint.

    Raises:
        UsageError: A line is something else.
    """
    return dict(_acknowledged(text, where))


def _acknowledged(text: str, where: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if len(words) > 2:
            raise UsageError(f"`{where}`, line {number}: expected a record id and perhaps its hash, found: {line:.60}")
        if words:
            yield words[0], words[1].lower() if len(words) == 2 else ""
