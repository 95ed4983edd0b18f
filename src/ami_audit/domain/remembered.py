"""What one verification leaves behind for the next, so that only what is new must be read."""

import hashlib
import json
from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field, ValidationError

from ami_audit.domain.errors import MalformedError
from ami_audit.domain.finding import VALUE
from ami_audit.domain.linkage import Head, KeyEvent
from ami_audit.domain.moment import Moment

RULES = 2
"""Which rules the records were checked by; raised whenever a check is added or made stricter."""

_HASH = Field(pattern="^[0-9a-f]{64}$")


class Remembered(BaseModel):
    """A trail as it was found without any fault.

    Attributes:
        rules: The rules it was checked by.
        origin: Which trail.
        size: How many records were there.
        root: The root of their tree, hex.
        frontier: The tree's right edge, hex.
        head: The last record's hash, hex.
        recorded_at: When the last record was sealed.
        keys: What the trail had said about its keys, as a digest.
        unsigned: How many records carry no signature.
        difficulty_bits: What genesis asks of every record hash.
        holds: The names of the legal holds in force.
        read_at: When the first of them were read; later runs read only what followed.
        verified_at: When the last of them were read.
    """

    model_config = VALUE

    rules: int
    origin: str
    size: int = Field(ge=1)
    root: str = _HASH
    frontier: str = Field(pattern="^([0-9a-f]{64})+$")
    head: str = _HASH
    recorded_at: str
    keys: str = _HASH
    unsigned: int = Field(ge=0)
    difficulty_bits: int
    holds: tuple[str, ...]
    read_at: Moment
    verified_at: Moment

    @property
    def end(self) -> Head:
        """The head of the trail as it was."""
        return Head(
            self.size,
            bytes.fromhex(self.head),
            bytes.fromhex(self.root),
            bytes.fromhex(self.frontier),
            self.recorded_at,
        )

    def text(self) -> str:
        """Return it as it is kept, with a digest that shows damage (not forgery: who can write it can do that, too)."""
        body = self.model_dump(mode="json")
        return json.dumps({**body, "digest": _digest(body)}, indent=2) + "\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what was kept.

        Raises:
            MalformedError: It is damaged, or was kept by other rules.
        """
        try:
            body = json.loads(text)
            digest = body.pop("digest", "")
            found = cls.model_validate(body)
        except (ValueError, TypeError, AttributeError, RecursionError, ValidationError, MalformedError) as error:
            raise MalformedError("", "it is damaged") from error
        if digest != _digest(body):
            raise MalformedError("", "it is damaged")
        if found.rules != RULES:
            raise MalformedError("", "it was written by another version, whose checks were others")
        return found


def keys_digest(events: Sequence[KeyEvent]) -> str:
    """Return one digest of what a trail says about its keys, hex."""
    rows = [[event.sequence, event.event, event.key_id.hex(), event.public_key.hex(), event.signer] for event in events]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _digest(body: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
