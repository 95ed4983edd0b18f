"""What an answer about the state of a place holds."""

from pydantic import BaseModel

from ami_audit.domain.finding import VALUE
from ami_audit.domain.key_facts import KeyFacts
from ami_audit.domain.moment import Moment
from ami_audit.domain.next_steps import NextStep
from ami_audit.domain.reports import RunReport
from ami_audit.domain.verification import Level


class StatusAnswer(BaseModel):
    """Whether there is a trail here, how it stands, and what can be done next.

    Attributes:
        has_trail: Whether a trail was begun here; if not, only `location`, `key`, `guard` and `next_steps` count.
        location: Where the trail lies, or would.
        size_bytes: What its store takes on disk; None when that is not known.
        level: How far it was proven; None when it was not checked for this answer.
        key: The key that signs what is recorded here next; None when there is none yet.
        guard: Where the last checkpoint is kept outside the store; None when it is not.
        checkpoint_size: How many records the last checkpoint covers; None when there is none.
    """

    model_config = VALUE

    has_trail: bool
    location: str
    origin: str = ""
    size: int = 0
    size_bytes: int | None = None
    head: str = ""
    root: str = ""
    last_recorded_at: Moment | None = None
    last_run: RunReport | None = None
    level: Level | None = None
    checkpoint_size: int | None = None
    key: KeyFacts | None = None
    guard: str | None = None
    next_steps: tuple[NextStep, ...] = ()
