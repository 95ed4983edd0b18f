"""What came of asking witnesses to cosign a checkpoint."""

from enum import StrEnum

from pydantic import BaseModel

from ami_audit.domain.finding import VALUE
from ami_audit.domain.moment import Moment


class Outcome(StrEnum):
    """What came of asking one witness."""

    COSIGNED = "cosigned"
    KEPT = "kept"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNASKED = "unasked"


class WitnessOutcome(BaseModel):
    """What came of asking one witness.

    Attributes:
        name: What the policy calls it.
        witness: What it calls itself, in its signatures.
        url: Where it was asked; empty when the policy does not say.
        outcome: `cosigned` now, `kept` from before, `refused`, `unreachable`, or `unasked` when there is no way to ask.
        cosigned_at: When it cosigned, by its own clock.
        detail: Why it did not; empty when it did.
    """

    model_config = VALUE

    name: str
    witness: str
    url: str = ""
    outcome: Outcome
    cosigned_at: Moment | None = None
    detail: str = ""


class CosigningAnswer(BaseModel):
    """A checkpoint, and who has cosigned it.

    Attributes:
        root: RFC 6962 root over the first `size` records, hex.
        outcomes: What came of each witness.
        cosigned: How many of the policy's witnesses have cosigned.
        witnesses: How many witnesses the policy asks.
        required: How few of them reach its quorum.
        is_reached: Whether they do.
        note: The C2SP signed note, with every cosignature that is kept.
    """

    model_config = VALUE

    origin: str
    size: int
    root: str
    outcomes: tuple[WitnessOutcome, ...] = ()
    cosigned: int
    witnesses: int
    required: int
    is_reached: bool
    note: str
