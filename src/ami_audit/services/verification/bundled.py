"""Checks the records of a bundle: each by itself, against those beside it, and its place in the tree."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ami_audit.domain.bundle import Bundle, BundledRecord
from ami_audit.domain.bundle_report import BundleFault
from ami_audit.domain.keyring import GENESIS_ACTION, NOT_ADMITTED, KeyRing, events_of, signers_of
from ami_audit.domain.linkage import ZERO_HASH, SealedRecord
from ami_audit.domain.segment import FIELDS, keys_of
from ami_audit.ports.chain_core import ChainCore

# Every check, in the order in which its faults are told.
_DETAILS = {
    "form": "its canonical bytes are not RFC 8785 JSON",
    "content": "its canonical text is not an object with this sequence",
    "link": "its previous_hash is not the hash of the record before",
    "hash": "its record_hash is not what its canonical bytes, previous_hash and nonce hash to",
    "bits": "its record_hash has fewer leading zero bits than genesis asks for",
    "time": "its recorded_at is missing, malformed or earlier than the record before",
    "signature": "a signature does not verify",
    "unknown-key": "it is signed with a key that the trail does not name",
    "key-not-valid": "it is signed with a key that was not valid at this position",
    "signature-block": "its signatures are malformed or out of order",
    "proof": "its proof does not lead to the root of the checkpoint",
}
_DIFFICULT = 256


@dataclass(frozen=True, slots=True)
class Begun:
    """What the first record of a trail says about it."""

    origin: str
    difficulty_bits: int


def begun(bundle: Bundle) -> Begun | None:
    """Return what the bundle's first record says of the trail; None when it is not the trail's first."""
    if not bundle.records or bundle.records[0].sequence != 0:
        return None
    content = content_of(bundle.records[0].canonical.encode())
    facts = content.get("context")
    if content.get("action") != GENESIS_ACTION or not isinstance(facts, dict):
        return None
    origin, bits = facts.get("origin"), facts.get("difficulty_bits")
    if not isinstance(origin, str) or type(bits) is not int or not 0 <= bits <= _DIFFICULT:
        return None
    try:
        return Begun(origin, bits) if origin.encode() else None
    except UnicodeEncodeError:
        return None


def content_of(canonical: bytes) -> dict[str, Any]:
    """Return what a record says, as far as it is an object."""
    try:
        content = json.loads(canonical)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


class BundledRecords:
    """The records of a bundle.

    Attributes:
        held: The records, by sequence, ascending.
        keys: Under which keys each of them is indexed, by field.
        ring: The keys that they name.
        unsigned: How many carry no signature.
    """

    def __init__(self, bundle: Bundle, core: ChainCore, *, origin: str, difficulty_bits: int) -> None:
        self.held: Mapping[int, SealedRecord] = {record.sequence: record.sealed() for record in bundle.records}
        self.origin = origin
        self.ring, self._refused = _learned(self.held.values())
        self.keys = _indexed(self.held, core)
        self.unsigned = sum(not record.signatures for record in self.held.values())
        self._bundled = bundle.records
        self._core = core
        self._tag = core.record_tag(origin)
        self._bits = difficulty_bits
        self._packed = self.ring.packed()
        self._time = ""

    def faults(self, *, size: int, root: bytes) -> Iterator[BundleFault]:
        """Yield what is wrong with the records, under the tree of that size and root."""
        for bundled in self._bundled:
            record = self.held[bundled.sequence]
            found, leaf = self._checked(record)
            if not self._links(record):
                found.add("link")
            if not self._is_included(bundled, leaf, size=size, root=root):
                found.add("proof")
            for check, detail in _DETAILS.items():
                if check in found:
                    yield BundleFault(check=check, where=f"record {record.sequence}", detail=detail)
            if record.sequence in self._refused:
                yield BundleFault(check="key-not-valid", where=f"record {record.sequence}", detail=NOT_ADMITTED)

    def _checked(self, record: SealedRecord) -> tuple[set[str], bytes]:
        verdict = self._core.verify_records(
            [record],
            origin=self.origin,
            first_sequence=record.sequence,
            previous_hash=record.previous_hash,
            previous_recorded_at=self._time,
            minimum_bits=self._bits,
            keys=self._packed,
        )
        found = {kind for _, kind in verdict.faults}
        if "form" in found:  # what such a text says is for nobody to guess
            return found - {"content", "time"}, verdict.leaf_hashes
        self._time = verdict.recorded_at
        return found, verdict.leaf_hashes

    def _links(self, record: SealedRecord) -> bool:
        if record.sequence == 0:
            return record.previous_hash == ZERO_HASH
        before = self.held.get(record.sequence - 1)
        return before is None or record.previous_hash in {before.record_hash, self._hash(before)}

    def _hash(self, record: SealedRecord) -> bytes:
        payload = self._core.payload_hash(record.canonical)
        return self._core.record_hash(self._tag, record.previous_hash, payload, nonce=record.nonce)

    def _is_included(self, bundled: BundledRecord, leaf: bytes, *, size: int, root: bytes) -> bool:
        proof = bytes.fromhex("".join(bundled.proof))
        return self._core.verify_inclusion(leaf, index=bundled.sequence, size=size, proof=proof, root=root)


def _learned(records: Iterable[SealedRecord]) -> tuple[KeyRing, set[int]]:
    """Return the keys that records name, and the sequences of those that had no right to say so."""
    ring, refused = KeyRing(), set[int]()
    for record in records:
        events = events_of({**content_of(record.canonical), "sequence": record.sequence})
        if not ring.admits(events, signers_of(record.signatures)):
            refused.add(record.sequence)
        for event in events:
            ring.learn(event)
    return ring, refused


def _indexed(held: Mapping[int, SealedRecord], core: ChainCore) -> dict[int, dict[str, bytes]]:
    texts = [record.canonical for record in held.values()]
    columns = core.segment_columns(b"".join(texts), list(accumulate(map(len, texts))))
    keys: dict[int, dict[str, bytes]] = {sequence: {} for sequence in held}
    for name, column in zip(FIELDS, columns, strict=True):
        for sequence, key in zip(held, keys_of(column), strict=True):
            if key is not None:
                keys[sequence][name] = key
    return keys
