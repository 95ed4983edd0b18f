"""What is known of a key: by a trail, by this machine, or by both."""

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel

from ami_audit.domain.finding import VALUE
from ami_audit.domain.keyring import Validity
from ami_audit.domain.moment import Moment
from ami_audit.domain.stored_key import StoredKey


class KeyFacts(BaseModel):
    """One key: what a trail says about it, what this machine holds of it, or both.

    Attributes:
        key_id: SHA-256 of the public key, hex; empty when it cannot be read.
        public_key: 32 bytes, hex; empty like `key_id`.
        name: How commands name the private key; None when it is not on this machine.
        where: Where the private key lies; None when it is not on this machine.
        is_chosen: Whether it signs what is recorded here next.
        fault: Why the private key cannot be used; empty when nothing is wrong.
        valid_from: The first position in the trail at which it may sign; None when the trail does not name it.
        valid_to: The position from which on it may not sign any more; None while it may.
    """

    model_config = VALUE

    key_id: str
    signer: str
    public_key: str = ""
    name: str | None = None
    where: str | None = None
    created: Moment | None = None
    is_encrypted: bool | None = None
    is_chosen: bool = False
    fault: str = ""
    valid_from: int | None = None
    valid_to: int | None = None

    @classmethod
    def of_trail(cls, entry: Validity) -> Self:
        """Return what a trail says about a key."""
        return cls(
            key_id=entry.key_id.hex(),
            signer=entry.signer,
            public_key=entry.public_key.hex(),
            valid_from=entry.valid_from,
            valid_to=None if entry.is_open else entry.valid_to,
        )

    @classmethod
    def of_machine(cls, stored: StoredKey, *, is_chosen: bool = False) -> Self:
        """Return what this machine holds."""
        return cls(
            key_id=stored.key_id.hex(),
            signer=stored.signer,
            public_key=stored.public_key.hex(),
            name=stored.name,
            where=stored.where,
            created=stored.created,
            is_encrypted=stored.is_encrypted,
            is_chosen=is_chosen,
            fault=stored.fault,
        )

    def valid_as(self, entry: Validity) -> Self:
        """Return this key with what a trail says about it."""
        said = KeyFacts.of_trail(entry)
        return self.model_copy(update=said.model_dump(include={"signer", "valid_from", "valid_to"}))


def key_facts(
    stored: Iterable[StoredKey], entries: Iterable[Validity] = (), *, chosen: str | None = None
) -> tuple[KeyFacts, ...]:
    """Return the keys that a trail names, in its order, then those that only this machine holds.

    Args:
        stored: The private keys on this machine.
        entries: The keys the trail names; one that was taken in again stands there twice.
        chosen: The name of the private key that signs next.
    """
    here = [KeyFacts.of_machine(key, is_chosen=key.name == chosen) for key in stored]
    held = {facts.key_id: facts for facts in here if facts.key_id}
    named = [_named(entry, held) for entry in entries]
    in_trail = {facts.key_id for facts in named}
    return (*named, *(facts for facts in here if facts.key_id not in in_trail))


def _named(entry: Validity, held: dict[str, KeyFacts]) -> KeyFacts:
    facts = held.get(entry.key_id.hex())
    return facts.valid_as(entry) if facts else KeyFacts.of_trail(entry)
