"""What a bundle holds: records with all that proves them and the whole of an answer, for somebody who has nothing else.

It is written as JSON in one spelling (no spaces, keys in order, no floats), so that the same bundle is the same bytes.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ami_audit.domain.completeness import Leaf, Run
from ami_audit.domain.errors import FormatError
from ami_audit.domain.linkage import SealedRecord

SCHEMA: Final = "ami-audit/bundle/1"
LARGEST_BYTES: Final = 1 << 28
"""Bytes of a bundle's JSON, at most."""

_LARGEST_NUMBER = 2**53 - 1
_STRICT = ConfigDict(frozen=True, strict=True, extra="forbid")


def _is_canonical_base64(text: str) -> str:
    if _unbased(text) is None:
        raise ValueError("not canonical base64")
    return text


def _is_u64(text: str) -> str:
    if int(text) >= 1 << 64:
        raise ValueError("beyond 2^64")
    return text


Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Place = Annotated[int, Field(ge=0, le=_LARGEST_NUMBER)]
Word = Annotated[str, Field(min_length=1)]
Base64 = Annotated[str, AfterValidator(_is_canonical_base64)]
Nonce = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,19})$"), AfterValidator(_is_u64)]
Written = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$")]
Severity = Literal["debug", "info", "warning", "error", "critical"]


class BundledRecord(BaseModel):
    """One record: what is hashed, how it is linked and signed, and its inclusion proof (RFC 6962 2.1.1).

    Attributes:
        canonical: The RFC 8785 text of its content.
        nonce: Decimal.
        previous_hash: Hex; zeros for the first record.
        proof: Hashes from the leaf's sibling up, hex.
        record_hash: Hex.
        signatures: The record's signature block, base64.
    """

    model_config = _STRICT

    canonical: str
    nonce: Nonce
    previous_hash: Hash
    proof: tuple[Hash, ...]
    record_hash: Hash
    sequence: Place
    signatures: Base64

    @classmethod
    def of(cls, record: SealedRecord, *, proof: bytes) -> Self:
        """Return a stored record with its proof (hashes of 32 bytes, concatenated).

        Raises:
            FormatError: Its canonical bytes are no text.
        """
        try:
            canonical = record.canonical.decode()
        except UnicodeDecodeError as error:
            raise FormatError(f"record {record.sequence}", "it is damaged; run `ami-audit verify`") from error
        return cls(
            canonical=canonical,
            nonce=str(record.nonce),
            previous_hash=record.previous_hash.hex(),
            proof=tuple(proof[start : start + 32].hex() for start in range(0, len(proof), 32)),
            record_hash=record.record_hash.hex(),
            sequence=record.sequence,
            signatures=base64.b64encode(record.signatures).decode(),
        )

    def sealed(self) -> SealedRecord:
        """Return the record as a store would keep it; its id is left out."""
        return SealedRecord(
            self.sequence,
            "",
            bytes.fromhex(self.previous_hash),
            int(self.nonce),
            bytes.fromhex(self.record_hash),
            self.canonical.encode(),
            base64.b64decode(self.signatures),
        )


class ShownLeaf(BaseModel):
    """One key of an index, and the records that have it."""

    model_config = _STRICT

    key: str
    sequences: tuple[Place, ...]


class ShownRun(BaseModel):
    """Neighbouring leaves of an index, from the leaf `start` on, and the hashes beside them, from left to right."""

    model_config = _STRICT

    hashes: tuple[Hash, ...]
    leaves: tuple[ShownLeaf, ...]
    start: Place

    @classmethod
    def of(cls, run: Run) -> Self:
        """Return a run as it is written."""
        return cls(
            hashes=tuple(hash_.hex() for hash_ in run.hashes),
            leaves=tuple(ShownLeaf(key=leaf.key.decode(), sequences=leaf.sequences) for leaf in run.leaves),
            start=run.start,
        )

    def run(self) -> Run:
        """Return the run that is written."""
        leaves = tuple(Leaf(leaf.key.encode(), leaf.sequences) for leaf in self.leaves)
        return Run(self.start, leaves, tuple(bytes.fromhex(hash_) for hash_ in self.hashes))


class ShownSegment(BaseModel):
    """What the index of one segment says.

    Attributes:
        keys: The run of actions that begin with `key.`: no record about a key is left out.
        record: The record that seals the index.
        terms: For each term of the filter the runs that answer it; those after a term that nothing answers may be
            left out.
    """

    model_config = _STRICT

    keys: tuple[ShownRun, ...]
    record: Place
    terms: tuple[tuple[ShownRun, ...], ...]


class Completeness(BaseModel):
    """That nothing was left out: segments from the first record on; every record after them is in the bundle."""

    model_config = _STRICT

    segments: tuple[ShownSegment, ...]


class Asked(BaseModel):
    """What a bundle answers; every member that is there must match, with the meaning of `ami-audit query`."""

    model_config = _STRICT

    action: str | None = None
    actor: str | None = None
    after: Place | None = None
    before: Place | None = None
    min_severity: Severity | None = None
    module: str | None = None
    run_id: str | None = None
    severity: Severity | None = None
    since: Written | None = None
    source: str | None = None
    target: str | None = None
    target_type: str | None = None
    until: Written | None = None

    def asked(self) -> dict[str, str | int]:
        """Return what is asked, by name."""
        return self.model_dump(exclude_unset=True)


class Bundle(BaseModel):
    """A bundle.

    Attributes:
        checkpoint: The signed note with its cosignatures, under which everything is proven.
        completeness: Null when nothing is claimed about what was left out.
        disclosures: Values that the records are committed to (RFC 9901), each as it was committed.
        filter: What the records answer; null when they were picked by name.
        records: In the order of their sequences.
    """

    model_config = _STRICT

    checkpoint: Word
    completeness: Completeness | None
    disclosures: tuple[Word, ...]
    filter: Asked | None
    records: tuple[BundledRecord, ...]
    schema_: Literal["ami-audit/bundle/1"] = Field(alias="schema")

    def text(self) -> bytes:
        """Return the bundle as JSON in its one spelling."""
        return _spelt(self.model_dump(mode="json", by_alias=True, exclude_unset=True))

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Return the bundle that a JSON text is.

        Raises:
            FormatError: It is none; names what is not as it should be.
        """
        found = _parsed(text)
        if isinstance(found, dict) and isinstance(found.get("filter"), dict) and None in found["filter"].values():
            raise FormatError("bundle", "`filter` asks for null")
        try:
            bundle = cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise FormatError("bundle", f"`{place}` is not what it should be: {first['msg']}") from error
        if any(one.sequence >= other.sequence for one, other in pairwise(bundle.records)):
            raise FormatError("bundle", "`records` are not in the order of their sequences")
        return bundle


def _parsed(text: bytes) -> Any:
    try:
        found = json.loads(
            text.decode(),
            object_pairs_hook=_members,
            parse_int=_number,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        is_spelt = _spelt(found) == text
    except (UnicodeError, RecursionError, ValueError) as error:
        raise FormatError("bundle", "it is not the JSON that bundles are written in") from error
    if not is_spelt:
        raise FormatError("bundle", "it is not in the one spelling that bundles have")
    return found


def _spelt(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a duplicate key")
    return members


def _number(token: str) -> int:
    if len(token) > 17 or abs(int(token)) > _LARGEST_NUMBER:
        raise ValueError("an integer beyond 2^53-1")
    return int(token)


def _refuse(token: str) -> None:
    raise ValueError(f"{token} has no place in a bundle")


def _unbased(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None
