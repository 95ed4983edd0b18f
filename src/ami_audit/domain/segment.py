"""The index of a segment of the trail: which keys its records have, field by field, sealed as one root a field.

A record of the action `trail.segment_indexed` claims, for the records from `first` to before `end`, how many keys each
field has and the RFC 6962 root over their leaves in byte order. The data of a leaf is the byte 2, the key's length (u32
big-endian), the key, how many records have it (u32), and their sequences (u64), ascending.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.kinds import ActorType, AuditTargetType

FIELDS: Final = ("action", "actor", "run_id", "severity", "source", "target", "target_type", "timestamp")
ACTION: Final = "trail.segment_indexed"
FORMAT: Final = "ami-audit/segment/v1"
SEGMENT_SIZE: Final = 65_536
"""Records in a closed segment."""
# `action` is the first key of canonical content.
CANONICAL_START: Final = f'{{"action":"{ACTION}",'.encode()

_USUAL_START: Final = b'{"action":"'
_UNSAID = 0xFFFF_FFFF
_LARGEST = 2**53 - 1


class FieldRoot(NamedTuple):
    """How many keys a field has in a segment, and the root over their leaves."""

    keys: int
    root: bytes


@dataclass(frozen=True, slots=True)
class SegmentClaim:
    """What one record says about the records from `first` to before `end`.

    Attributes:
        first: The first record of the segment.
        end: The record after its last one.
        fields: What it says about each field of `FIELDS`.
        sequence: The record that says it; -1 before it is sealed.
    """

    first: int
    end: int
    fields: Mapping[str, FieldRoot]
    sequence: int = -1

    def draft(self, origin: str) -> AuditDraft:
        """Return the record that seals this claim in the trail `origin`."""
        fields = {name: {"keys": field.keys, "root": field.root.hex()} for name, field in self.fields.items()}
        return AuditDraft(
            action=ACTION,
            target=origin,
            target_type=AuditTargetType.TRAIL,
            source="segments/1",
            actor="ami-audit",
            actor_type=ActorType.SERVICE,
            context={"end": self.end, "fields": fields, "first": self.first, "format": FORMAT},
        )

    @classmethod
    def read(cls, canonical: bytes, sequence: int) -> Self | None:
        """Return what a record claims; None when it is no index of a segment.

        Raises:
            MalformedError: It is one, and does not say what an index must say.
        """
        try:
            content = json.loads(canonical)
        except (ValueError, RecursionError):
            return None
        if not isinstance(content, dict) or content.get("action") != ACTION:
            return None
        claim = _claim(content.get("context"))
        if claim is None or not 0 <= claim[0] < claim[1] <= sequence:
            raise MalformedError("", "it is no index of records before it")
        return cls(*claim, sequence)


def seals_index(canonical: bytes) -> bool:
    """Return whether a record seals an index; one that begins with another member than `action` is read as a whole."""
    if canonical.startswith(_USUAL_START):
        return canonical.startswith(CANONICAL_START)
    try:
        content = json.loads(canonical)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("action") == ACTION


def _claim(facts: object) -> tuple[int, int, dict[str, FieldRoot]] | None:
    if (
        not isinstance(facts, dict)
        or facts.get("format") != FORMAT
        or set(facts) != {"end", "fields", "first", "format"}
    ):
        return None
    first, end, fields = facts["first"], facts["end"], facts["fields"]
    if not (_is_count(first) and _is_count(end) and isinstance(fields, dict) and set(fields) == set(FIELDS)):
        return None
    roots = {name: _field_root(fields[name]) for name in FIELDS}
    known = {name: root for name, root in roots.items() if root is not None}
    return (first, end, known) if len(known) == len(FIELDS) else None


def _field_root(value: object) -> FieldRoot | None:
    if not isinstance(value, dict) or set(value) != {"keys", "root"} or not _is_count(value["keys"]):
        return None
    root = value["root"]
    is_hash = isinstance(root, str) and len(root) == 64 and all(digit in "0123456789abcdef" for digit in root)
    return FieldRoot(value["keys"], bytes.fromhex(root)) if is_hash else None


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST


def keys_of(column: bytes) -> list[bytes | None]:
    """Return each record's key in a column of the core's `segment_columns`; None where it has none."""
    keys: list[bytes | None] = []
    at = 0
    while at < len(column):
        length = int.from_bytes(column[at : at + 4])
        at += 4
        if length == _UNSAID:
            keys.append(None)
            continue
        keys.append(column[at : at + length])
        at += length
    return keys


def tiled(claims: Sequence[SegmentClaim]) -> list[SegmentClaim]:
    """Return the claims that lie next to each other from the trail's first record on, the longest at each place."""
    longest: dict[int, SegmentClaim] = {}
    for claim in claims:
        if claim.first not in longest or longest[claim.first].end < claim.end:
            longest[claim.first] = claim
    chosen: list[SegmentClaim] = []
    end = 0
    while end in longest:
        chosen.append(longest[end])
        end = chosen[-1].end
    return chosen
