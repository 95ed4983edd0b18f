"""What verification finds, and how far a trail is proven."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from ami_audit.domain.approvals import ApprovalSummary
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
            `key-not-valid`, `signature-block`, `frame`, `column`, `tile`, `head`, `key`, `checkpoint`, `cosignature`,
            `schema`, `segment`, `pages`, `disclosure`, `hold`.
        where: The thing that is wrong, as a person would look for it: `record 17`, `tile 0/3`, `head.root`.
        sequence: The record, when one is to blame.
        field: The column or field, when it is known.
        expected: What should stand there, when that is known.
        found: What stands there instead.
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
    expected: str | None = None
    found: str | None = None
    breaks: Level = VerificationLevel.LINKS

    def __str__(self) -> str:
        return f"{self.where}: {self.check}: {self.detail}"


class VerificationMode(StrEnum):
    """How much of a trail a verification reads."""

    FULL = "full"
    INCREMENTAL = "incremental"
    SAMPLE = "sample"
    RANGE = "range"
    RECORD = "record"


class Checked(BaseModel):
    """How much was really read and checked for an answer.

    Attributes:
        records: Records whose hashes, links, signatures and columns were checked.
        checkpoints: Signed checkpoints that were compared with the tree.
        proofs: Inclusion and consistency proofs that were made from the stored tree and checked.
    """

    model_config = VALUE

    records: int = Field(default=0, ge=0)
    checkpoints: int = Field(default=0, ge=0)
    proofs: int = Field(default=0, ge=0)


class Missing(BaseModel):
    """How likely a sample misses every one of so many altered records, from 0 to 1."""

    model_config = VALUE

    altered: int = Field(ge=1)
    chance: float = Field(ge=0, le=1)


class Sample(BaseModel):
    """What was drawn, and what it can miss.

    Attributes:
        seed: What the draw was made with; the same seed draws the same records again.
        drawn: How many records were drawn.
        share: The drawn records' share of all, from 0 to 1.
        missing: How likely every altered record was missed, by how many were altered.
    """

    model_config = VALUE

    seed: str
    drawn: int = Field(ge=0)
    share: float = Field(ge=0, le=1)
    missing: tuple[Missing, ...] = ()


class Witnessing(BaseModel):
    """How many witnesses vouch for a trail.

    Attributes:
        cosigned: How many of the policy's witnesses have cosigned the checkpoint.
        witnesses: How many witnesses the policy asks.
        required: How few of them reach its quorum.
        is_reached: Whether they do.
        size: How many records the checkpoint covers.
        cosigned_at: When the quorum was reached by: the latest of the cosignatures' times; null without any.
        policy: Whose policy it is: `given`, or the trail's own by the record that states it.
    """

    model_config = VALUE

    cosigned: int = Field(ge=0)
    witnesses: int = Field(ge=0)
    required: int = Field(ge=0)
    is_reached: bool
    size: int = Field(ge=0)
    cosigned_at: Moment | None = None
    policy: str

    def __str__(self) -> str:
        """The count as it is printed: `4/5`."""
        return f"{self.cosigned}/{self.witnesses}"


class VerificationReport(BaseModel):
    """The answer to "is this trail as it was sealed?".

    Attributes:
        mode: How much of the trail was read: `full`, `incremental`, `sample`, `range` or `record`.
        level: How far it is proven; NONE when links or hashes do not hold. In modes other than `full` it speaks of the
            records that were checked only; `scope` says which.
        required: What was asked for.
        scope: What was not checked, one sentence each; empty for `full`.
        first: The first record the answer is about.
        size: How many records the answer is about, from `first`.
        checked: How much was really read.
        sample: What was drawn; null in other modes than `sample`.
        covered_size: How many records, from the trail's first, are proven to a level above `pinned-keys`: those that
            somebody outside the store vouches for; null at lower levels, and for parts.
        remaining: How far the records that are there are proven among themselves, when only what is kept outside the
            store says that some are gone or others; else null.
        unsigned: How many of the records carry no signature.
        witnesses: How many witnesses vouch for it, by the policy in force; null without one.
        approvals: How far records are approved, of those whose action asks for it; null where no rule does, and in
            modes other than `full`.
        approvals_required: Whether a record that lacks approvals makes the trail unsound.
        location: Where the trail lies.
        faults: Every fault, in the order of the trail.
        reasons: Why the level is not higher, one sentence each.
    """

    model_config = VALUE

    origin: str
    mode: VerificationMode = VerificationMode.FULL
    level: Level
    required: Level = VerificationLevel.HASHES
    scope: tuple[str, ...] = ()
    first: int = 0
    size: int = Field(ge=0)
    checked: Checked = Checked()
    sample: Sample | None = None
    covered_size: int | None = None
    remaining: Level | None = None
    unsigned: int = 0
    witnesses: Witnessing | None = None
    approvals: ApprovalSummary | None = None
    approvals_required: bool = False
    location: str = ""
    root: str = ""
    head: str = ""
    checkpoint_size: int | None = None
    faults: tuple[Fault, ...] = ()
    reasons: tuple[str, ...] = ()
    started_at: Moment
    seconds: float = Field(ge=0)

    @property
    def reached(self) -> str:
        """The level as it is printed: `checkpoint`, `witnessed 4/5`."""
        is_witnessed = self.level >= VerificationLevel.WITNESSED and self.witnesses is not None
        return f"{self.level.label} {self.witnesses}" if is_witnessed else self.level.label

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong, the required level is reached, and required approvals are there."""
        lacks = self.approvals_required and self.approvals is not None and self.approvals.lacking
        return not self.faults and self.level >= self.required and not lacks


# What each check disproves: a trail with such a fault is proven to the level below at most.
_BREAKS = {
    "signature": VerificationLevel.SIGNATURES,
    "unknown-key": VerificationLevel.SIGNATURES,
    "key-not-valid": VerificationLevel.SIGNATURES,
    "signature-block": VerificationLevel.SIGNATURES,
    "checkpoint": VerificationLevel.CHECKPOINT,
    "cosignature": VerificationLevel.WITNESSED,
    "hash": VerificationLevel.HASHES,
    "content": VerificationLevel.HASHES,
    "form": VerificationLevel.HASHES,
    "bits": VerificationLevel.HASHES,
    "time": VerificationLevel.HASHES,
    "column": VerificationLevel.HASHES,
    "tile": VerificationLevel.HASHES,
    "segment": VerificationLevel.HASHES,
    "key": VerificationLevel.HASHES,
    "schema": VerificationLevel.HASHES,
    "pages": VerificationLevel.HASHES,
    "disclosure": VerificationLevel.HASHES,
    "hold": VerificationLevel.HASHES,
}


def broken_by(check: str) -> VerificationLevel:
    """Return the lowest level that a fault of that check disproves."""
    return _BREAKS.get(check, VerificationLevel.LINKS)


def remaining(reached: VerificationLevel, faults: Sequence[Fault]) -> VerificationLevel | None:
    """Return how far the records that are there are proven among themselves; None when that is what `proven` says.

    It differs where the only faults that break the links are checkpoints kept outside: the trail as a whole is not what
    was signed, for records are gone or others, while those that are there may well hold together.
    """
    outside = [fault for fault in faults if fault.check == "checkpoint" and fault.breaks == VerificationLevel.LINKS]
    others = [fault for fault in faults if fault not in outside]
    apart = proven(min(reached, VerificationLevel.PINNED_KEYS), others)
    return apart if outside and apart > proven(reached, faults) else None


def proven(reached: VerificationLevel, faults: Sequence[Fault]) -> VerificationLevel:
    """Return the level that remains when `faults` are known."""
    lowest = min((fault.breaks for fault in faults), default=None)
    return reached if lowest is None else VerificationLevel(min(reached, lowest - 1))
