"""Makes the three golden trails: the record format, written out byte for byte.

`python -m tests.support.golden FOLDER` writes them. The committed ones are never written again: a difference means that
the format has changed, which needs a new format name.
"""

import base64
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding, AuditViolation
from ami_audit.domain.keyring import GENESIS_ACTION
from ami_audit.domain.kinds import ActorType, AuditSeverity, AuditTargetType, DataClassification, Outcome
from ami_audit.domain.linkage import Head, SealedRecord, Tile
from ami_audit.domain.note import NoteSignature, key_hash
from ami_audit.services.sealing import Entry, Sealer, leaf_hashes

CORE = NativeCore()
_BEGAN = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
_RUN = "01900000-0000-7000-8000-00000000beef"
NAMES = ("signed", "mined", "long")


class SeedSigner:
    """A signer whose private key everybody may know."""

    def __init__(self, seed: bytes, signer: str) -> None:
        self.signer = signer
        self._seed = seed
        self.public_key = CORE.public_key(seed)
        self.key_id = CORE.key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return CORE.sign(self._seed, message)

    def sign_records(self, *, origin: str, timestamp_us: int, record_hashes: bytes) -> bytes:
        """Return one signature for each record hash."""
        return CORE.sign_records(
            self._seed, origin=origin, signer=self.signer, timestamp_us=timestamp_us, record_hashes=record_hashes
        )


ALICE = SeedSigner(bytes(range(32)), "alice@example.org")
BOB = SeedSigner(bytes(range(32, 64)), "Bób@example.org")


class GoldenTrail:
    """A trail that is the same whenever it is made."""

    def __init__(self, name: str, *, difficulty_bits: int = 0) -> None:
        self.origin = f"example.org/golden/{name}"
        self.records: list[SealedRecord] = []
        self.tiles: list[Tile] = []
        self.head = Head()
        self.difficulty_bits = difficulty_bits
        self._edges: list[bytes] = []
        self._sealer = Sealer(CORE, origin=self.origin, difficulty_bits=difficulty_bits)

    def seal(self, drafts: Sequence[AuditDraft], *signers: SeedSigner) -> None:
        """Seal the drafts, a second after the ones before."""
        first = self.head.size
        named = [draft._replace(record_id=_record_id(first + index)) for index, draft in enumerate(drafts)]
        batch, self._edges = self._sealer.seal(
            [Entry(draft, _RUN) for draft in named],
            head=self.head,
            edges=self._edges,
            moment=_BEGAN + timedelta(seconds=first),
            signers=signers,
        )
        self.head = batch.head
        self.records += batch.records
        self.tiles += batch.tiles

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield each file's name and text."""
        yield "records.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self._rows())
        yield "head.json", json.dumps(_head(self.head), indent=2) + "\n"
        yield "checkpoint.txt", self._checkpoint()
        yield "public-keys.pem", "".join(CORE.public_key_pem(signer.public_key) for signer in (ALICE, BOB))
        if self.head.size < 10:
            for record in self.records:
                yield f"record-{record.sequence}.json", record.canonical.decode()
        if self.tiles:
            yield "tile-0-000.hex", "\n".join(_lines(self.tiles[0].hashes)) + "\n"

    def _rows(self) -> Iterator[dict[str, Any]]:
        leaves = leaf_hashes(CORE, self.records)
        for index, record in enumerate(self.records):
            yield {
                "sequence": record.sequence,
                "previous_hash": record.previous_hash.hex(),
                "nonce": record.nonce,
                "payload_hash": CORE.payload_hash(record.canonical).hex(),
                "record_hash": record.record_hash.hex(),
                "sigset_hash": CORE.sigset_hash(record.signatures).hex(),
                "leaf_hash": leaves[32 * index : 32 * index + 32].hex(),
                "signatures": record.signatures.hex(),
                "canonical": record.canonical.decode(),
            }

    def _checkpoint(self) -> str:
        value = Checkpoint(self.origin, self.head.size, self.head.root)
        line = NoteSignature(self.origin, key_hash(self.origin, ALICE.public_key), ALICE.sign(value.body().encode()))
        return SignedCheckpoint(value, (line,)).note()


def made(name: str) -> GoldenTrail:
    """Return the golden trail of that name."""
    match name:
        case "signed":
            return _signed()
        case "mined":
            return _mined()
        case "long":
            return _long()
    raise ValueError(f"no golden trail is called {name}")


def _signed() -> GoldenTrail:
    """Every field filled: text beyond ASCII, numbers at their edges, findings, one signature each."""
    trail = GoldenTrail("signed")
    trail.seal([_genesis(trail)], ALICE)
    trail.seal([_plain(1), _full()], ALICE)
    trail.seal([_numbers(), _plain(4)], ALICE)
    return trail


def _mined() -> GoldenTrail:
    """Twelve leading zero bits asked of every record hash; unsigned."""
    trail = GoldenTrail("mined", difficulty_bits=12)
    trail.seal([_genesis(trail), _plain(1), _full(), _plain(3)])
    return trail


def _long() -> GoldenTrail:
    """More than a tile of records; the key changes hands in the middle, signed by both."""
    trail = GoldenTrail("long")
    trail.seal([_genesis(trail), *(_plain(index) for index in range(1, 130))], ALICE)
    trail.seal([_rotation()], ALICE, BOB)
    trail.seal([_plain(index) for index in range(131, 260)], BOB)
    return trail


def _record_id(sequence: int) -> str:
    return f"01900000-0000-7000-8000-{sequence:012x}"


def _genesis(trail: GoldenTrail) -> AuditDraft:
    return AuditDraft(
        action=GENESIS_ACTION,
        target=trail.origin,
        target_type=AuditTargetType.TRAIL,
        source="ami-audit",
        actor=ALICE.signer,
        actor_type=ActorType.PERSON,
        context={
            "origin": trail.origin,
            "format": "ami-audit/record/v1",
            "hash": "SHA-256",
            "difficulty_bits": trail.difficulty_bits,
            **_key(ALICE),
            "quorum": {"witnesses": 0, "required": 0},
        },
    )


def _rotation() -> AuditDraft:
    taking_over = {f"new_{name}": value for name, value in _key(BOB).items()}
    return AuditDraft(
        action="key.rotated",
        target=BOB.key_id.hex(),
        target_type=AuditTargetType.KEY,
        source="ami-audit",
        actor=ALICE.signer,
        actor_type=ActorType.PERSON,
        reason="Alice leaves",
        context={**_key(ALICE), **taking_over},
    )


def _key(signer: SeedSigner) -> dict[str, str]:
    return {
        "key_id": signer.key_id.hex(),
        "public_key": base64.b64encode(signer.public_key).decode(),
        "signer": signer.signer,
    }


def _plain(index: int) -> AuditDraft:
    return AuditDraft(
        action="file.observed",
        target=f"src/file_{index}.py",
        target_type=AuditTargetType.FILE,
        source="file_source/1",
        actor="root",
        actor_type=ActorType.SYSTEM,
        timestamp=datetime(2025, 12, 31, 23, 59, 59, index, tzinfo=UTC),
        context={"size": index * 100, "mode": "0644"},
        observed=CORE.payload_hash(str(index).encode()).hex(),
    )


def _full() -> AuditDraft:
    return AuditDraft(
        action="git.commit",
        target="1f0c" * 10,
        target_type=AuditTargetType.GIT,
        source="git_source/1",
        actor="Zoë Ünïcode <zoe@example.org>",
        actor_type=ActorType.PERSON,
        timestamp=datetime(1999, 12, 31, 23, 0, tzinfo=UTC),
        outcome=Outcome.PARTIAL,
        reason='quarterly "review"\n\ttab, slash / backslash \\ and \u2028',
        context={"subject": "naïve 日本語 \U0001f512", "peach": 1, "pêche": 2, "\ufb33": "sorts after", "😂": "this"},
        metadata={"host": "build-1", "empty": {}, "none": None, "list": [[], {}, "", False]},
        findings=(
            AuditFinding(
                finding_id="",
                finding_type="git.object-missing",
                severity=AuditSeverity.WARNING,
                description="A blob is missing.",
                location="a/b.txt",
                recommendation="Fetch it.",
                metadata={"blob": "00" * 20},
            ),
        ),
        violations=(
            AuditViolation(
                violation_id="",
                rule="no-secrets",
                severity=AuditSeverity.ERROR,
                message="A key.",
                file_path="a/b.txt",
                line_number=3,
                column_number=7,
            ),
        ),
        classification=DataClassification.CONFIDENTIAL,
    )


def _numbers() -> AuditDraft:
    return AuditDraft(
        action="service.measured",
        target="data-stack",
        target_type=AuditTargetType.SERVICE,
        source="service_source/1",
        actor="systemd",
        actor_type=ActorType.SERVICE,
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
        context={
            "largest": 9007199254740991,
            "smallest": -9007199254740991,
            "zero": -0.0,
            "tenth": 0.1,
            "third": 1 / 3,
            "tiny": 5e-324,
            "huge": 1.7976931348623157e308,
            "whole": 1e21,
            "below": 1e-7,
        },
    )


def _head(head: Head) -> dict[str, Any]:
    return {
        "size": head.size,
        "record_hash": head.record_hash.hex(),
        "root": head.root.hex(),
        "frontier": _lines(head.frontier),
        "recorded_at": head.recorded_at,
    }


def _lines(hashes: bytes) -> list[str]:
    return [hashes[start : start + 32].hex() for start in range(0, len(hashes), 32)]


def write(folder: Path) -> None:
    """Write the golden trails below `folder`."""
    for name in NAMES:
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        for file, text in made(name).files():
            (place / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
