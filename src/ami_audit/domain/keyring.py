"""Which keys may sign at which position, as the trail itself says."""

import base64
import binascii
import hashlib
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ami_audit.domain.linkage import KeyEvent

GENESIS_ACTION = "trail.created"
KEY_ACTIONS = {
    "key.added": ("added",),
    "key.rotated": ("retired", "added"),
    "key.revoked": ("revoked",),
}
_OPEN = (1 << 64) - 1
_ENTRY = struct.Struct(">32s32sQQ")
_SIGNATURE = struct.Struct(">B32s72xH")
NOT_ADMITTED = "it changes who may sign, and is not signed by those who may say so"


@dataclass(frozen=True, slots=True)
class Validity:
    """A key and the positions [valid_from, valid_to) at which it may sign."""

    key_id: bytes
    public_key: bytes
    signer: str
    valid_from: int
    valid_to: int = _OPEN

    @property
    def is_open(self) -> bool:
        """Whether the key may sign the next record."""
        return self.valid_to == _OPEN


def events_of(content: Mapping[str, Any]) -> tuple[KeyEvent, ...]:
    """Return what a record's content says about keys; empty for nearly every record.

    A genesis record adds the trail's first key. Key records carry `key_id`, `public_key` and `signer` in their
    context, and `new_…` of the same for the key that takes over.
    """
    action = content.get("action")
    if action == GENESIS_ACTION and content.get("sequence") == 0:
        return _events(content, ("added",))
    return _events(content, KEY_ACTIONS[action]) if isinstance(action, str) and action in KEY_ACTIONS else ()


def signers_of(block: bytes) -> frozenset[bytes]:
    """Return the ids of the keys that a record's signature block names; of a malformed one, those that can be read."""
    found, start = set[bytes](), 0
    while len(block) - start >= _SIGNATURE.size:
        _, key_id, length = _SIGNATURE.unpack_from(block, start)
        found.add(key_id)
        start += _SIGNATURE.size + length
    return frozenset(found)


def _events(content: Mapping[str, Any], events: Sequence[str]) -> tuple[KeyEvent, ...]:
    facts = content.get("context")
    sequence = content.get("sequence")
    if not isinstance(facts, dict) or not isinstance(sequence, int):
        return ()
    # The key that takes over stands under `new_…` only where another is retired in the same record.
    found = (_event(facts, sequence, event=event, prefix="new_" if index else "") for index, event in enumerate(events))
    return tuple(event for event in found if event is not None)


def _event(facts: Mapping[str, Any], sequence: int, *, event: str, prefix: str) -> KeyEvent | None:
    try:
        key_id = bytes.fromhex(facts[prefix + "key_id"])
        public_key = base64.b64decode(facts[prefix + "public_key"], validate=True)
        signer = str(facts[prefix + "signer"])
        signer.encode()  # half a surrogate pair is no name
    except (KeyError, TypeError, ValueError, binascii.Error):
        return None
    found = KeyEvent(sequence, event, key_id, public_key, signer)
    return found if names_itself(found) else None


def names_itself(event: KeyEvent) -> bool:
    """Return whether the id is the key's own; under another one it would pass for a key that is trusted by its id."""
    return len(event.public_key) == 32 and hashlib.sha256(event.public_key).digest() == event.key_id


class KeyRing:
    """The keys a trail names, and where each may sign."""

    def __init__(self, events: Iterable[KeyEvent] = ()) -> None:
        self._entries: list[Validity] = []
        for event in events:
            self.learn(event)

    def learn(self, event: KeyEvent) -> None:
        """Take in what one more record says.

        An added key may sign its own record already, and a retired or revoked one still signs the record that says so.
        Nothing stands before the first record, so what claims to is no key of the trail.
        """
        if event.sequence < 0:
            return
        if event.event == "added":
            self._entries.append(Validity(event.key_id, event.public_key, event.signer, event.sequence))
            return
        self._entries = [
            Validity(
                entry.key_id,
                entry.public_key,
                entry.signer,
                entry.valid_from,
                event.sequence + 1,
            )
            if entry.key_id == event.key_id and entry.is_open
            else entry
            for entry in self._entries
        ]

    def copied(self) -> "KeyRing":
        """Return another ring that knows the same and learns on its own."""
        ring = KeyRing()
        ring._entries = list(self._entries)
        return ring

    def admits(self, events: Sequence[KeyEvent], signers: Collection[bytes]) -> bool:
        """Whether a record that says `events` about keys is signed by those who may say so; ask before learning them.

        The first record is its own authority. Any other is signed by a key that could sign before it already, else
        whoever can append could admit a key of their own; a rotation by the very key that it retires. A key that is
        added signs as well, which shows that its owner holds it.

        Args:
            events: What one record says about keys.
            signers: The ids of the keys that have signed it.
        """
        if not events or events[0].sequence == 0:
            return True
        at = events[0].sequence
        may = {entry.key_id for entry in self._entries if entry.valid_from < at < entry.valid_to} & set(signers)
        retired = {event.key_id for event in events if event.event == "retired"}
        added = {event.key_id for event in events if event.event == "added"}
        return bool(may) and retired <= may and added <= set(signers)

    def entries(self) -> tuple[Validity, ...]:
        """Return every key with its validity, in the order in which they were added."""
        return tuple(self._entries)

    def named(self, key_id: bytes) -> Validity | None:
        """Return the latest entry of a key, or None."""
        return next((entry for entry in reversed(self._entries) if entry.key_id == key_id), None)

    def packed(self) -> bytes:
        """Return entries for bulk verification: key_id 32, public key 32, valid_from u64 BE, valid_to u64 BE."""
        return b"".join(
            _ENTRY.pack(entry.key_id, entry.public_key, entry.valid_from, entry.valid_to) for entry in self._entries
        )
