"""Verifying on one core, from memory, beside the limits: raw SHA-256, one signature after the other, and the peers.

The process is pinned to one core before the native threads are made, so that a rate is a rate of one core. `frames` are
records as `ChainCore.frames` writes them, in buffers of 8,192 records: what bulk verification reads. `records` are
`SealedRecord` values, read where they stand, verified and put into the tree, as the walk of `ami-audit verify` does it.

`raw SHA-256` hashes in one piece as many blocks as the records' texts, headers and leaves have: a verifier that did
nothing but hash would need that long with the SHA instructions, message after message.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

from bench_verify import Peer
from duel import Duel, Line, Side
from nacl.signing import VerifyKey
from outcome import begin, tell
from place import scratch
from workload import contents

from ami_audit.domain.linkage import ZERO_HASH, SealedRecord
from ami_audit.entrypoints.bootstrap.machine import core
from ami_audit.services.verification.walk import Walk

_COUNT = int(os.environ.get("AMI_BENCH_RECORDS", "20000"))
_BUFFER = 8192
_CHUNK = 4096
_ORIGIN = "bench.example/core"
_SIGNER = "Ana Lima <ana@example.org>"
_MOMENT_US = 1_767_323_045_000_678
_LEFT_AWAY = ("files", "message", "ratio", "parents")
_SINGLE = "`verify_signature`, one after the other (no hashes, no links)"


class _Signature(NamedTuple):
    public: bytes
    message: bytes
    signature: bytes


class _Trail:
    """Records in memory, each with as many signatures as there are seeds."""

    def __init__(self, *, signers: int, without: Sequence[str] = ()) -> None:
        """Args: `without` names the parts of a record's context that are left away."""
        self._without = without
        self._seeds = [bytes(31) + bytes([number + 1]) for number in range(signers)]
        self.records = self._sealed()
        chunks = [self.records[start : start + _BUFFER] for start in range(0, _COUNT, _BUFFER)]
        self._frames = [core().frames(chunk) for chunk in chunks]
        publics = map(core().public_key, self._seeds)
        self._keys = b"".join(core().key_id(key) + key + bytes(8) + b"\xff" * 8 for key in publics)

    def size_bytes(self) -> int:
        """Return how long a record's text is, on average."""
        return sum(len(record.canonical) for record in self.records) // _COUNT

    def verify_frames(self) -> int:
        """Verify all buffers."""
        size, previous, moment = 0, ZERO_HASH, ""
        for buffer in self._frames:
            verdict = core().verify_slice(
                buffer,
                origin=_ORIGIN,
                first_sequence=size,
                previous_hash=previous,
                previous_recorded_at=moment,
                minimum_bits=0,
                keys=self._keys,
            )
            assert not verdict.faults
            size += len(verdict.leaf_hashes) // 32
            previous, moment = verdict.record_hash, verdict.recorded_at
        return size

    def walk(self) -> int:
        """Walk along the records; their signers are nobody's the trail knows, so only unsigned ones are walked."""
        walk = Walk(core(), origin=_ORIGIN, difficulty_bits=0)
        for start in range(0, _COUNT, _CHUNK):
            assert not walk.check(self.records[start : start + _CHUNK])
        return walk.head.size

    def hash_blocks(self) -> int:
        """Hash as many blocks as verification of all records must."""
        blocks = sum((len(record.canonical) + 9 + 63) // 64 + 4 for record in self.records)
        hashlib.sha256(bytes(64 * blocks - 9)).digest()
        return len(self.records)

    def signatures(self) -> list[_Signature]:
        """Return every signature, record after record."""
        publics = {core().key_id(key): key for key in map(core().public_key, self._seeds)}
        size = len(self.records[0].signatures) // len(self._seeds)
        return [
            _Signature(publics[entry[1:33]], _message(record.record_hash), entry[33:97])
            for record in self.records
            for entry in (record.signatures[start : start + size] for start in range(0, size * len(publics), size))
        ]

    def _sealed(self) -> list[SealedRecord]:
        made = contents(_COUNT)
        for content, part in product(made, self._without):
            del content["context"][part]
        texts = [json.dumps(content).encode() for content in made]
        ends = _ends(texts)
        linked = core().link(b"".join(texts), ends, tag=core().record_tag(_ORIGIN), previous_hash=ZERO_HASH)
        hashes = [linked.record_hashes[start : start + 32] for start in range(0, 32 * _COUNT, 32)]
        starts = [0, *linked.ends]
        blocks = self._blocks(linked.record_hashes)
        return [
            SealedRecord(
                sequence=index,
                record_id=f"0193a5b0-7e1c-7c3a-9d2f-{index:012x}",
                previous_hash=hashes[index - 1] if index else ZERO_HASH,
                nonce=0,
                record_hash=digest,
                canonical=linked.canonical[starts[index] : linked.ends[index]],
                signatures=blocks[index],
            )
            for index, digest in enumerate(hashes)
        ]

    def _blocks(self, hashes: bytes) -> list[bytes]:
        """Return the signature block of each record, its entries sorted."""
        if not self._seeds:
            return [b""] * _COUNT
        columns = []
        for seed in self._seeds:
            signed = core().sign_records(
                seed, origin=_ORIGIN, signer=_SIGNER, timestamp_us=_MOMENT_US, record_hashes=hashes
            )
            key = core().key_id(core().public_key(seed))
            joined, ends = core().signature_blocks(key, signer=_SIGNER, timestamp_us=_MOMENT_US, signatures=signed)
            columns.append([joined[start:end] for start, end in zip([0, *ends], ends, strict=False)])
        return [b"".join(sorted(entries)) for entries in zip(*columns, strict=True)]


def _ends(texts: Sequence[bytes]) -> list[int]:
    ends, end = [], 0
    for text in texts:
        end += len(text)
        ends.append(end)
    return ends


def _message(record_hash: bytes) -> bytes:
    facts = {
        "algorithm": "Ed25519",
        "origin": _ORIGIN,
        "record_hash": record_hash.hex(),
        "signer": _SIGNER,
        "timestamp": "2026-01-02T03:04:05.000678Z",
    }
    return b"ami-audit/signature/v1\n" + json.dumps(facts, separators=(",", ":")).encode()


def _one_by_one(signatures: Sequence[_Signature], *, each: int = 1) -> Callable[[], int]:
    def work() -> int:
        assert all(core().verify_signature(*signature) for signature in signatures)
        return len(signatures) // each

    return work


def _with_pynacl(signatures: Sequence[_Signature]) -> int:
    keys = {signature.public: VerifyKey(signature.public) for signature in signatures}
    for public, message, signature in signatures:
        keys[public].verify(message, signature)
    return len(signatures)


def _unsigned(peer: Peer) -> list[Line]:
    trail = _Trail(signers=0)
    sides = {
        "frames": Side("ours, from frames", trail.verify_frames),
        "records": Side("ours, from records", trail.walk),
        "raw": Side("raw SHA-256 of as many blocks (hashlib)", trail.hash_blocks),
        "peer": Side("auditchain `verify_chain`", peer.from_memory),
    }
    duel = Duel(sides).run()
    work = f"verify on one core, unsigned, {_COUNT:,} records"
    return [
        duel.line(work, "frames", "peer", unit="records", goal=">= 20"),
        duel.line(work, "records", "peer", unit="records", goal=">= 20"),
        duel.line(work, "frames", "raw", unit="records"),
        duel.line(work, "records", "raw", unit="records"),
    ]


def _small() -> list[Line]:
    trail = _Trail(signers=0, without=_LEFT_AWAY)
    sides = {
        "records": Side("ours, from records", trail.walk),
        "raw": Side("raw SHA-256 of as many blocks (hashlib)", trail.hash_blocks),
    }
    work = f"verify on one core, unsigned, {_COUNT:,} records of {trail.size_bytes()} B"
    return [Duel(sides).run().line(work, "records", "raw", unit="records")]


def _signed(peer: Peer) -> list[Line]:
    trail = _Trail(signers=1)
    signatures = trail.signatures()
    sides = {
        "frames": Side("ours, from frames", trail.verify_frames),
        "single": Side(_SINGLE, _one_by_one(signatures)),
        "nacl": Side("PyNaCl, one after the other (no hashes, no links)", lambda: _with_pynacl(signatures)),
        "peer": Side("auditchain `verify_chain`", peer.from_memory),
    }
    duel = Duel(sides).run()
    work = f"verify on one core, one signature each, {_COUNT:,} records"
    return [
        duel.line(work, "frames", "single", unit="records", goal=">= 3.7"),
        duel.line(work, "frames", "peer", unit="records", goal=">= 12"),
        duel.line(work, "frames", "nacl", unit="records", goal=">= 2"),
    ]


def _five() -> list[Line]:
    trail = _Trail(signers=5)
    single = Side(_SINGLE, _one_by_one(trail.signatures(), each=5))
    duel = Duel({"frames": Side("ours, from frames", trail.verify_frames), "single": single}).run()
    # 20,000 records of five signatures where single verification does 24,000 signatures.
    work = f"verify on one core, five signatures each, {_COUNT:,} records"
    return [duel.line(work, "frames", "single", unit="records", goal=">= 4.17")]


if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    begin("verify_core")
    with scratch() as place:
        tell("verify_core", _unsigned(Peer(place, is_signed=False)))
        tell("verify_core", _signed(Peer(place, is_signed=True)))
    tell("verify_core", _small())
    tell("verify_core", _five())
