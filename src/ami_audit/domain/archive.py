"""An archive: consecutive records of one trail in one file, with what proves them to somebody who has nothing else.

Lines of JSON: the first says what it is, each of the others is one record.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ami_audit.domain.errors import FormatError
from ami_audit.domain.finding import VALUE
from ami_audit.domain.keyring import names_itself
from ami_audit.domain.linkage import Head, KeyEvent, SealedDisclosure, SealedRecord
from ami_audit.domain.verification import Fault, Level

SCHEMA: Final = "ami-audit/archive/1"
_STRICT = ConfigDict(frozen=True, extra="forbid")


class ArchivedKey(BaseModel):
    """What the trail says about one key, until the archive's end."""

    model_config = _STRICT

    sequence: int
    event: str
    key_id: str
    public_key: str
    signer: str


class ArchiveHead(BaseModel):
    """What an archive is, and what its records are measured against.

    Attributes:
        first: The sequence of its first record.
        cut: The sequence after its last one.
        previous_hash: The hash of the record before the first, hex; zeros at the trail's beginning.
        recorded_at: When that one was sealed; empty at the trail's beginning.
        frontier: Roots of the perfect subtrees of the first `first` leaves, hex.
        edges: The partial tile of each level there, hex.
        keys: What the trail says about its keys until the end of the archive.
        checkpoint: A signed checkpoint at or above the cut.
        consistency: Proof (RFC 6962 section 2.1.2) that the tree of `cut` leaves begins the checkpoint's, hex.
    """

    model_config = _STRICT

    schema_: str = SCHEMA
    origin: str
    first: int
    cut: int
    difficulty_bits: int = Field(ge=0, le=256)
    previous_hash: str
    recorded_at: str
    frontier: str
    edges: tuple[str, ...]
    keys: tuple[ArchivedKey, ...]
    checkpoint: str
    consistency: str

    def before(self, root: bytes) -> Head:
        """Return the trail's head before the first record; `root` is that of the frontier."""
        return Head(
            self.first,
            bytes.fromhex(self.previous_hash),
            root,
            bytes.fromhex(self.frontier),
            self.recorded_at,
        )

    def events(self) -> list[KeyEvent]:
        """Return the keys as the key table has them."""
        return [
            KeyEvent(key.sequence, key.event, bytes.fromhex(key.key_id), bytes.fromhex(key.public_key), key.signer)
            for key in self.keys
        ]

    @classmethod
    def keys_of(cls, events: Iterable[KeyEvent], *, cut: int) -> tuple[ArchivedKey, ...]:
        """Return the keys that are named below the cut."""
        return tuple(
            ArchivedKey(
                sequence=event.sequence,
                event=event.event,
                key_id=event.key_id.hex(),
                public_key=event.public_key.hex(),
                signer=event.signer,
            )
            for event in events
            if event.sequence < cut
        )

    def line(self) -> str:
        """Return the first line."""
        said = self.model_dump(mode="json")
        return json.dumps({"schema": said.pop("schema_"), **said}, ensure_ascii=False) + "\n"

    @classmethod
    def parse(cls, line: str) -> "ArchiveHead":
        """Return what a first line says.

        Raises:
            FormatError: It is none.
        """
        try:
            said = json.loads(line)
            schema = said.pop("schema")
            head = cls.model_validate(said)
            head.before(b"")
            names_themselves = all(map(names_itself, head.events()))
            list(map(bytes.fromhex, (*head.edges, head.consistency)))
        except (ValueError, ValidationError, KeyError, AttributeError, TypeError, RecursionError) as error:
            raise FormatError("archive", "line 1 does not say what it is") from error
        if schema != SCHEMA or not 0 <= head.first < head.cut:
            raise FormatError("archive", f"line 1 is of another kind: {schema}")
        if not names_themselves:
            raise FormatError("archive", "line 1 names a key by an id that is not its own")
        return head


def record_line(record: SealedRecord, disclosures: Iterable[SealedDisclosure]) -> str:
    """Return a record's line, with its disclosures as they are sealed.

    Raises:
        FormatError: Its canonical bytes are no text.
    """
    try:
        canonical = record.canonical.decode()
    except UnicodeDecodeError as error:
        raise FormatError(f"record {record.sequence}", "it is damaged; run `ami-audit verify`") from error
    opening = [
        {
            "digest": one.digest.hex(),
            "subject": one.subject.hex(),
            "sealed": base64.b64encode(one.sealed).decode(),
        }
        for one in disclosures
    ]
    said = {
        "sequence": record.sequence,
        "record_id": record.record_id,
        "previous_hash": record.previous_hash.hex(),
        "nonce": str(record.nonce),
        "record_hash": record.record_hash.hex(),
        "signatures": base64.b64encode(record.signatures).decode(),
        "canonical": canonical,
        **({"disclosures": opening} if opening else {}),
    }
    return json.dumps(said, ensure_ascii=False) + "\n"


def read_record(line: str, number: int) -> tuple[SealedRecord, tuple[SealedDisclosure, ...]]:
    """Return the record that a line holds, and what opens its values.

    Raises:
        FormatError: It holds none.
    """
    try:
        said = json.loads(line)
        record = SealedRecord(
            int(said["sequence"]),
            str(said["record_id"]),
            bytes.fromhex(said["previous_hash"]),
            int(said["nonce"]) & ((1 << 64) - 1),
            bytes.fromhex(said["record_hash"]),
            str(said["canonical"]).encode(),
            base64.b64decode(said["signatures"], validate=True),
        )
        return record, tuple(_disclosure(record.sequence, one) for one in said.get("disclosures", ()))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise FormatError("archive", f"line {number} is no record") from error


def _disclosure(sequence: int, said: dict[str, str]) -> SealedDisclosure:
    digest, subject = bytes.fromhex(said["digest"]), bytes.fromhex(said["subject"])
    if (len(digest), len(subject)) != (32, 16):
        raise ValueError("a digest of 32 bytes, a subject of 16")
    return SealedDisclosure(sequence, digest, subject, base64.b64decode(said["sealed"], validate=True))


class ArchiveVerdict(BaseModel):
    """What a check of an archive found.

    Attributes:
        level: How far it is proven. The archive names its own keys: `pinned-keys` needs one that the reader trusts.
        reasons: Why not further.
        checkpoint_size: How many records the checkpoint that vouches for it covers.
        signer: Who signed that checkpoint, as the archive says.
        key_id: The id of the key that signed it, hex.
    """

    model_config = VALUE

    location: str
    origin: str
    first: int
    cut: int
    records: int
    unsigned: int
    checkpoint_size: int
    signer: str | None
    key_id: str | None
    level: Level
    reasons: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
