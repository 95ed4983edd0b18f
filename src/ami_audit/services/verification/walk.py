"""Walks along the records: hashes, links, signatures, the tree, and what the records say about keys."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ami_audit.domain.keyring import GENESIS_ACTION, KEY_ACTIONS, NOT_ADMITTED, KeyRing, events_of, signers_of
from ami_audit.domain.linkage import (
    ZERO_HASH,
    Head,
    KeyEvent,
    SealedRecord,
    Tile,
)
from ami_audit.domain.retention import FORBIDDEN, HELD, RELEASED, breaks_hold
from ami_audit.domain.rules import RULES_ACTION, Rules, rules_in
from ami_audit.domain.segment import CANONICAL_START, seals_index
from ami_audit.domain.verification import Fault, broken_by
from ami_audit.ports.chain_core import ChainCore

# What each check of the native core says, in words.
_DETAILS = {
    "frame": "the stored row cannot be read as a record",
    "sequence": "its number is not the one that follows",
    "content": "its canonical text is not an object with this sequence",
    "link": "its previous_hash is not the hash of the record before",
    "hash": "its record_hash is not what its canonical bytes, previous_hash and nonce hash to",
    "bits": "its record_hash has fewer leading zero bits than genesis asks for",
    "time": "its recorded_at is missing, malformed or earlier than the record before",
    "signature": "a signature does not verify",
    "unknown-key": "it is signed with a key that the trail does not name",
    "key-not-valid": "it is signed with a key that was not valid at this position",
    "signature-block": "its signatures are malformed or out of order",
    "form": "its canonical bytes are not RFC 8785 JSON",
    "hold": "it prunes or erases while a legal hold is in force",
}
# What each check is about, where that is one field.
_FIELDS = {
    "link": "previous_hash",
    "bits": "record_hash",
    "time": "recorded_at",
    "signature": "signatures",
    "signature-block": "signatures",
    "unknown-key": "signatures",
    "key-not-valid": "signatures",
}
# `action` is the first key of canonical content; what begins otherwise is damaged, and read whatever it says.
_USUAL_START = b'{"action":"'
# What a record begins with that is not only checked but also understood: keys, rules, holds, a segment.
_UNDERSTOOD = (GENESIS_ACTION, RULES_ACTION, *KEY_ACTIONS, HELD, RELEASED, *sorted(FORBIDDEN))
_STARTS = (*(f'{{"action":"{action}"'.encode() for action in _UNDERSTOOD), CANONICAL_START)


class Walk:
    """What is known of a trail after the records checked so far."""

    def __init__(self, core: ChainCore, *, origin: str, difficulty_bits: int) -> None:
        self.origin = origin
        self.head = Head()
        self.ring = KeyRing()
        self.key_events: list[KeyEvent] = []
        self.stated: list[Rules] | None = []
        self.unsigned = 0
        self.roots: dict[int, bytes] = {}
        self.new_tiles: list[Tile] = []
        self.indexes: list[SealedRecord] = []
        self.held_from = 0
        self.holds: set[str] = set()
        self._core = core
        self._difficulty_bits = difficulty_bits
        self._edges: list[bytes] = []
        self._expected = 0
        self._previous_hash = ZERO_HASH

    def begin_after(self, record: SealedRecord | None, *, ring: KeyRing) -> None:
        """Begin in the middle of a trail, after `record`, with the keys that are named before it.

        Roots and tiles mean nothing afterwards.
        """
        self.ring = ring
        if record is not None:
            self._expected = record.sequence + 1
            self._previous_hash = record.record_hash

    def branched(self) -> "Walk":
        """Return another walk of the same trail, which knows the same keys and stands nowhere yet."""
        walk = Walk(self._core, origin=self.origin, difficulty_bits=self._difficulty_bits)
        walk.ring = self.ring.copied()
        return walk

    def resume(
        self,
        end: Head,
        *,
        edges: list[bytes],
        events: Sequence[KeyEvent],
        unsigned: int,
        holds: Iterable[str] = (),
    ) -> None:
        """Go on where an earlier walk ended, with everything that it had come to know.

        Args:
            end: Where it ended.
            edges: The partial tile of each level there (see ChainCore.grow).
            events: What the records until there say about keys.
            unsigned: How many of them carry no signature.
            holds: The legal holds in force there.
        """
        self.holds = set(holds)
        self.head, self._edges, self.unsigned = end, edges, unsigned
        self.key_events, self.ring = list(events), KeyRing(events)
        self.stated = None  # what those records state about witnesses is not known
        self.roots[end.size] = end.root
        self._expected, self._previous_hash = end.size, end.record_hash

    def check_alone(self, record: SealedRecord) -> tuple[bytes, list[Fault]]:
        """Return the leaf of a record whose neighbours are gone, and every fault of its own; learn its keys."""
        refused = self._learn([record])
        verdict = self._core.verify_records(
            [record],
            origin=self.origin,
            first_sequence=record.sequence,
            previous_hash=record.previous_hash,
            previous_recorded_at="",
            minimum_bits=self._difficulty_bits,
            keys=self.ring.packed(),
        )
        self.unsigned += verdict.unsigned
        found = [_fault(record, kind, _DETAILS.get(kind, kind)) for _, kind in verdict.faults]
        return verdict.leaf_hashes, refused + found

    def grow_over(self, leaves: bytes) -> None:
        """Go over the leaves of records that are gone."""
        if leaves:
            self._grow(len(leaves) // 32, leaves, last_hash=self.head.record_hash, last_time=self.head.recorded_at)

    def stand_at(self, record_hash: bytes, recorded_at: str) -> None:
        """Stand after a record that is gone, of which these are known; the next one is measured against them."""
        self._expected, self._previous_hash = self.head.size, record_hash
        self.held_from = self.head.size
        self.head = replace(self.head, record_hash=record_hash, recorded_at=recorded_at)

    @property
    def difficulty_bits(self) -> int:
        """What genesis asks of every record hash."""
        return self._difficulty_bits

    @property
    def next_sequence(self) -> int:
        """The number that follows the last record walked."""
        return self._expected

    def check(self, records: Sequence[SealedRecord]) -> list[Fault]:
        """Check the records that come next, and return every fault."""
        faults = self._learn(records)
        for run in _runs(records):
            faults += self._gap(run[0])
            if run[0].sequence >= 0:
                faults += self._check_run(run)
                self._expected = run[-1].sequence + 1
        return faults

    def _gap(self, first: SealedRecord) -> list[Fault]:
        if first.sequence == self._expected:
            return []
        missing = first.sequence - self._expected
        what = _missing(self._expected, missing) if missing > 0 else "it has no place here"
        return [_fault(first, "sequence", what)]

    def _check_run(self, run: Sequence[SealedRecord]) -> list[Fault]:
        first = run[0].sequence
        found, last_hash, last_time, leaves, unsigned = self._core.verify_records(
            run,
            origin=self.origin,
            first_sequence=first,
            previous_hash=self._previous_hash,
            previous_recorded_at=self.head.recorded_at,
            minimum_bits=self._difficulty_bits,
            keys=self.ring.packed(),
        )
        self._grow(len(run), leaves, last_hash=last_hash, last_time=last_time)
        self.unsigned += unsigned
        return [_fault(run[position - first], kind, _DETAILS.get(kind, kind)) for position, kind in found]

    def _grow(self, count: int, leaves: bytes, *, last_hash: bytes, last_time: str) -> None:
        root, frontier, self._edges, tiles = self._core.grow(
            self.head.size,
            frontier=self.head.frontier,
            edges=self._edges,
            leaves=leaves,
        )
        self.head = Head(self.head.size + count, last_hash, root, frontier, last_time)
        self._previous_hash = last_hash
        self.new_tiles += [Tile(*tile) for tile in tiles]
        self.roots[self.head.size] = root

    def _learn(self, records: Sequence[SealedRecord]) -> list[Fault]:
        """Take in what the records say about keys and rules; return a fault for each that had no right to say so."""
        faults: list[Fault] = []
        for index in self._core.starting(records, _STARTS, usual=_USUAL_START):
            record = records[index]
            if record.sequence < 0:
                continue  # it has no place in the trail, and says nothing of it
            if seals_index(record.canonical):
                self.indexes.append(record)
                continue
            content = _content(record)
            events = events_of(content)
            if not self.ring.admits(events, signers_of(record.signatures)):
                faults.append(not_admitted(record))
            if breaks_hold(content, self.holds):
                faults.append(_fault(record, "hold", _DETAILS["hold"]))
            for event in events:
                self.key_events.append(event)
                self.ring.learn(event)
            rules = rules_in(content, record.sequence)
            if rules is not None and self.stated is not None:
                self.stated.append(rules)
        return faults


def not_admitted(record: SealedRecord) -> Fault:
    """Return the fault of a record about keys that those who may say so have not signed."""
    return _fault(record, "key-not-valid", NOT_ADMITTED)


def _runs(records: Sequence[SealedRecord]) -> Iterator[Sequence[SealedRecord]]:
    """Yield the longest stretches whose numbers follow one another; what stands before the first record apart."""
    if records[-1].sequence - records[0].sequence == len(records) - 1 and records[0].sequence >= 0:
        yield records
        return
    start = 0
    for index in range(1, len(records) + 1):
        sequence = records[index].sequence if index < len(records) else 0
        if sequence == 0 or sequence != records[index - 1].sequence + 1:
            yield records[start:index]
            start = index


def _missing(first: int, count: int) -> str:
    return f"record {first} is missing" if count == 1 else f"{count} records from {first} on are missing"


def events_in(record: SealedRecord) -> tuple[KeyEvent, ...]:
    """Return what a record says about keys; nothing when it cannot be read."""
    return events_of(_content(record))


def _content(record: SealedRecord) -> dict[str, Any]:
    """Return what a record says, nothing when it cannot be read; its row's own number counts.

    Content that claims another number is a fault of its own.
    """
    try:
        content = json.loads(record.canonical)
    except (ValueError, RecursionError):
        return {}
    return {**content, "sequence": record.sequence} if isinstance(content, dict) else {}


def _fault(record: SealedRecord, check: str, detail: str) -> Fault:
    return Fault(
        check=check,
        where=f"record {record.sequence}",
        detail=detail,
        sequence=record.sequence,
        record_id=record.record_id,
        field=_FIELDS.get(check),
        breaks=broken_by(check),
    )
