"""Verifying a chain, unsigned and signed, from memory and from SQLite, beside auditchain and PyNaCl.

`from memory` is what verification does with records that are loaded: payload and header hashes, links, sequence, times,
canonical form, leaf hashes and the tree, signatures. `from SQLite` is `AuditStore.verify`: all that, the database's own
consistency, and every column, tile, key and head compared with the records. `hashes and links only` reads the same
database and leaves those comparisons away: about what auditchain checks.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from auditchain import AuditLog, SqliteBackend, generate_keypair, verify_chain
from auditchain import AuditRecord as PeerRecord
from duel import Duel, Line, Side
from nacl.signing import VerifyKey
from outcome import begin, tell
from place import scratch
from trails import fill, records_of, store_in
from workload import drafts, entries

from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.linkage import ZERO_HASH, SealedRecord
from ami_audit.entrypoints.bootstrap.machine import core
from ami_audit.entrypoints.library import AuditStore
from ami_audit.services.portal import portal
from ami_audit.services.reading import records_of as models_of
from ami_audit.services.verification.walk import Walk

_COUNT = int(os.environ.get("AMI_BENCH_RECORDS", "20000"))
_CHUNK = 4096


class _Ours:
    """A trail in SQLite, and its records in memory."""

    def __init__(self, folder: Path, *, is_signed: bool) -> None:
        self.store = store_in(folder, "signed.db" if is_signed else "unsigned.db")
        fill(self.store, drafts(_COUNT - 1), is_signed=is_signed)
        self.records = portal.run(records_of(self.store))
        self._origin = portal.run(_origin(self.store))
        self._level = VerificationLevel.SIGNATURES if is_signed else VerificationLevel.HASHES

    def from_memory(self) -> int:
        """Walk along the records."""
        walk = Walk(core(), origin=self._origin, difficulty_bits=0)
        for chunk in _chunks(self.records):
            assert not walk.check(chunk)
        return walk.head.size

    def from_sqlite(self) -> int:
        """Verify the store as a caller does."""
        report = portal.run(self.store.verify())
        assert report.is_sound
        assert report.level >= self._level
        return report.size

    def hashes_and_links(self) -> int:
        """Read the store and check hashes, links, sequence, times and leaves."""
        return portal.run(self._hashes_and_links())

    async def _hashes_and_links(self) -> int:
        store, size, previous, moment = (await self.store.session()).store, 0, ZERO_HASH, ""
        keys = (await (await self.store.session()).ring()).packed()
        while records := await store.read(size, count=_CHUNK):
            verdict = core().verify_records(
                records,
                origin=self._origin,
                first_sequence=size,
                previous_hash=previous,
                previous_recorded_at=moment,
                minimum_bits=0,
                keys=keys,
            )
            assert not verdict.faults
            size, previous, moment = size + len(records), verdict.record_hash, verdict.recorded_at
        return size

    def signatures(self) -> list[tuple[VerifyKey, bytes, bytes]]:
        """Return key, message and signature of every record, as PyNaCl takes them."""
        ring = portal.run(_ring(self.store))
        keys = {entry.key_id.hex(): VerifyKey(entry.public_key) for entry in ring.entries()}
        return [
            (
                keys[signature.key_id],
                signature.message(origin=record.origin, record_hash=record.record_hash),
                signature.signature_bytes(),
            )
            for record in models_of(self.records, origin=self._origin, ring=ring)
            for signature in record.signatures
        ]


class Peer:
    """The same facts in auditchain's log, over SQLite, and in memory."""

    def __init__(self, folder: Path, *, is_signed: bool) -> None:
        seed, public = generate_keypair()
        self._signers = {"s0": public} if is_signed else None
        self._log = AuditLog(SqliteBackend(folder / f"peer-{is_signed}.db"), signing_key=seed if is_signed else None)
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._log.append_many(entries(drafts(_COUNT))))
        self.records: Sequence[PeerRecord] = self._loop.run_until_complete(self._log.read())

    def from_memory(self) -> int:
        """Verify the records that are loaded."""
        report = verify_chain(self.records, None, signers=self._signers)
        assert report.ok
        return int(report.records_checked)

    def from_sqlite(self) -> int:
        """Verify the log as a caller does."""
        report = self._loop.run_until_complete(self._log.verify())
        assert report.ok
        return int(report.records_checked)


async def _origin(store: AuditStore) -> str:
    return await (await store.session()).origin()


async def _ring(store: AuditStore) -> KeyRing:
    return await (await store.session()).ring()


def _chunks(records: Sequence[SealedRecord]) -> Iterator[Sequence[SealedRecord]]:
    return (records[start : start + _CHUNK] for start in range(0, len(records), _CHUNK))


def _with_pynacl(signatures: Sequence[tuple[VerifyKey, bytes, bytes]]) -> int:
    for key, message, signature in signatures:
        key.verify(message, signature)
    return len(signatures)


def _sides(ours: _Ours, peer: Peer) -> dict[str, Side]:
    return {
        "memory": Side("ours, from memory", ours.from_memory),
        "peer memory": Side("auditchain `verify_chain`, from memory", peer.from_memory),
        "sqlite": Side("ours, from SQLite (`AuditStore.verify`)", ours.from_sqlite),
        "links": Side("ours, from SQLite, hashes and links only", ours.hashes_and_links),
        "peer sqlite": Side("auditchain `AuditLog.verify`, from SQLite", peer.from_sqlite),
    }


def _unsigned(folder: Path) -> list[Line]:
    duel = Duel(_sides(_Ours(folder, is_signed=False), Peer(folder, is_signed=False))).run()
    work = f"verify, unsigned, {_COUNT:,} records"
    return [
        duel.line(work, "memory", "peer memory", unit="records", goal=">= 20"),
        duel.line(work, "sqlite", "peer sqlite", unit="records", goal=">= 8"),
        duel.line(work, "links", "peer sqlite", unit="records"),
    ]


def _signed(folder: Path) -> list[Line]:
    ours = _Ours(folder, is_signed=True)
    signatures = ours.signatures()
    nacl = Side("PyNaCl, one signature after the other (no hashes, no links)", lambda: _with_pynacl(signatures))
    duel = Duel({**_sides(ours, Peer(folder, is_signed=True)), "nacl": nacl}).run()
    work = f"verify, signed, {_COUNT:,} records"
    return [
        duel.line(work, "memory", "peer memory", unit="records", goal=">= 8"),
        duel.line(work, "sqlite", "peer sqlite", unit="records", goal=">= 8"),
        duel.line(work, "memory", "nacl", unit="records", goal=">= 2"),
        duel.line(work, "sqlite", "nacl", unit="records"),
    ]


if __name__ == "__main__":
    begin("verify")
    for measure in (_unsigned, _signed):
        with scratch() as place:
            tell("verify", measure(place))
