"""What verification finds, and how far a trail is proven."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from ami_audit.domain.finding import VALUE
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.moment import Moment


def _named(value: object) -> object:
    return VerificationLevel.named(value) if isinstance(value, str) else value


def _label(level: VerificationLevel) -> str:
    return level.label


Level = Annotated[
    VerificationLevel,
    BeforeValidator(_named),
    PlainSerializer(_label, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "enum": [level.label for level in VerificationLevel]}),
]
"""A pydantic field type: a level, written as its label in JSON."""


class Fault(BaseModel):
    """One thing that is not as it was sealed.

    Attributes:
        check: What failed: `hash`, `link`, `sequence`, `content`, `time`, `bits`, `signature`, `unknown-key`,
            `key-not-valid`, `signature-block`, `frame`, `column`, `tile`, `head`, `key`, `checkpoint`, `schema`,
            `pages`.
        where: The thing that is wrong, as a person would look for it: `record 17`, `tile 0/3`, `head.root`.
        sequence: The record, when one is to blame.
        field: The column or field, when it is known.
        detail: What was expected and what was found.
        breaks: The level that this fault disproves; the trail is proven to the level below at most.
    """

    model_config = VALUE

    check: str
    where: str
    detail: str
    sequence: int | None = None
    record_id: str | None = None
    field: str | None = None
    breaks: Level = VerificationLevel.LINKS

    def __str__(self) -> str:
        return f"{self.where}: {self.check}: {self.detail}"


class VerificationReport(BaseModel):
    """The answer to "is this trail as it was sealed?".

    Attributes:
        level: How far it is proven; NONE when links or hashes do not hold.
        required: What was asked for.
        size: How many records were checked, from `first`.
        unsigned: How many records carry no signature.
        faults: Every fault, in the order of the trail.
        reasons: Why the level is not higher, one sentence each.
    """

    model_config = VALUE

    origin: str
    level: Level
    required: Level = VerificationLevel.HASHES
    first: int = 0
    size: int = Field(ge=0)
    unsigned: int = 0
    root: str = ""
    head: str = ""
    checkpoint_size: int | None = None
    faults: tuple[Fault, ...] = ()
    reasons: tuple[str, ...] = ()
    started_at: Moment
    seconds: float = Field(ge=0)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong and the required level is reached."""
        return not self.faults and self.level >= self.required


# What each check disproves: a trail with such a fault is proven to the level below at most.
_BREAKS = {
    "signature": VerificationLevel.SIGNATURES,
    "unknown-key": VerificationLevel.SIGNATURES,
    "key-not-valid": VerificationLevel.SIGNATURES,
    "signature-block": VerificationLevel.SIGNATURES,
    "checkpoint": VerificationLevel.CHECKPOINT,
    "hash": VerificationLevel.HASHES,
    "content": VerificationLevel.HASHES,
    "form": VerificationLevel.HASHES,
    "bits": VerificationLevel.HASHES,
    "time": VerificationLevel.HASHES,
    "column": VerificationLevel.HASHES,
    "tile": VerificationLevel.HASHES,
    "key": VerificationLevel.HASHES,
    "schema": VerificationLevel.HASHES,
    "pages": VerificationLevel.HASHES,
}


def broken_by(check: str) -> VerificationLevel:
    """Return the lowest level that a fault of that check disproves."""
    return _BREAKS.get(check, VerificationLevel.LINKS)


def proven(reached: VerificationLevel, faults: Sequence[Fault]) -> VerificationLevel:
    """Return the level that remains when `faults` are known."""
    lowest = min((fault.breaks for fault in faults), default=None)
    return reached if lowest is None else VerificationLevel(min(reached, lowest - 1))
