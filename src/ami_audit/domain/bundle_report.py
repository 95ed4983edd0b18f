"""How far a bundle is proven, and what that means."""

from typing import Any, Self

from pydantic import BaseModel, Field, computed_field

from ami_audit.domain.bundle import Asked
from ami_audit.domain.finding import VALUE
from ami_audit.domain.keyring import Validity
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.verification import Level


class BundleFault(BaseModel):
    """One thing that is wrong: which check failed, where, and what it means."""

    model_config = VALUE

    check: str
    where: str
    detail: str


class BundledKey(BaseModel):
    """A key that the bundle's records name, and the places at which it may sign; no end while it is in use."""

    model_config = VALUE

    key_id: str
    public_key: str
    signer: str
    valid_from: int
    valid_to: int | None

    @classmethod
    def of(cls, entry: Validity) -> Self:
        """Return what is said about a key of a ring."""
        return cls(
            key_id=entry.key_id.hex(),
            public_key=entry.public_key.hex(),
            signer=entry.signer,
            valid_from=entry.valid_from,
            valid_to=None if entry.is_open else entry.valid_to,
        )


class Cosigned(BaseModel):
    """How many of the witnesses that a policy asks have cosigned."""

    model_config = VALUE

    cosigned: int = Field(ge=0)
    of: int = Field(ge=0)


class BundleReport(BaseModel):
    """The verdict on a bundle; the single-file verifier says the same.

    Attributes:
        complete: Whether it is proven that no record that answers the filter was left out.
        faults: Everything that is wrong.
        filter: What the bundle answers; null when its records were picked by name.
        level: How far it is proven.
        matching: How many of its records answer the filter.
        not_proven: What is not proven, one sentence each.
        proven: What is proven, one sentence each; nothing when there are faults.
        records: How many records it holds.
        required: What was asked for.
        root: The root that the checkpoint signs, hex.
        size: How many records the trail had at the checkpoint.
        unsigned: How many of its records carry no signature.
    """

    model_config = VALUE

    complete: bool
    faults: tuple[BundleFault, ...]
    filter: dict[str, Any] | None
    keys: tuple[BundledKey, ...]
    level: Level
    matching: int | None
    not_proven: tuple[str, ...]
    origin: str
    proven: tuple[str, ...]
    records: int
    required: Level
    root: str
    size: int
    unsigned: int
    witnesses: Cosigned | None

    @computed_field(description="Nothing is wrong and the required level is reached.")  # type: ignore[prop-decorator]
    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong and the required level is reached."""
        return not self.faults and self.level >= self.required


_BREAKS = {
    **dict.fromkeys(("form", "content", "hash", "bits", "time", "disclosure"), VerificationLevel.HASHES),
    **dict.fromkeys(("signature", "unknown-key", "key-not-valid", "signature-block"), VerificationLevel.SIGNATURES),
    "checkpoint": VerificationLevel.CHECKPOINT,
}


def level_with(reached: VerificationLevel, faults: tuple[BundleFault, ...]) -> VerificationLevel:
    """Return the level that remains when faults are known; what is not where it should be proves nothing."""
    lowest = min((_BREAKS.get(fault.check, VerificationLevel.LINKS) for fault in faults), default=None)
    return reached if lowest is None else VerificationLevel(min(reached, lowest - 1))


def asked_by(asked: Asked | None) -> dict[str, Any] | None:
    """Return what a bundle answers, as it is told."""
    return None if asked is None else asked.asked()
