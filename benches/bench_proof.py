"""One record's proof in a trail of a million: making it, checking it, and how long its file is.

The trail lies in SQLite and holds commits of 1.1 kB; the pages that a proof reads are in the cache, and nothing else is
remembered from one proof to the next but in the line that says so. Making one is: the store's head, tiles, right edge,
the hashes. Checking one is what an outsider does: read the text, hash the leaf up to the root, verify the trail's
signature, and in the line that says so also those of five witnesses.
"""

import os
from pathlib import Path
from random import Random

from duel import Duel, Line, Side
from outcome import begin, tell
from place import scratch
from trails import store_in, trail_of
from workload import drafts

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.cosignature import Cosignature, cosigned_message, cosigner_key
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.note import NoteKey
from ami_audit.domain.proof import Leaf, TlogProof
from ami_audit.entrypoints.bootstrap.machine import core
from ami_audit.ports.stores import RecordStore
from ami_audit.services.portal import portal
from ami_audit.services.proving import Prover, consistency_proof, inclusion_proof
from ami_audit.services.usecases.check_proof import check_record_proof
from ami_audit.services.usecases.prove import leaf_of
from ami_audit.services.vouching import Trusted

_COUNT = int(os.environ.get("AMI_BENCH_LEAVES", "1000000"))
_PROOFS = 300
_CHUNK = 20_000
_WITNESSES = 5
_LIMIT_BYTES = 2000
_MOMENT = 1_767_323_045


class _Trail:
    """A trail of `_COUNT` records, its checkpoint, and proofs of some of them as files."""

    def __init__(self, folder: Path) -> None:
        self._store = store_in(folder)
        portal.run(self._fill())
        self.rows = portal.run(self._open())
        self.note, self.key = portal.run(self._signed())
        self.size = SignedCheckpoint.parse(self.note).checkpoint.size
        chance = Random(1)
        self.indexes = [chance.randrange(self.size) for _ in range(_PROOFS)]
        self.files = portal.run(self._files())
        self.parsed = [TlogProof.parse(text) for text in self.files]

    async def _fill(self) -> None:
        trail, made = await trail_of(self._store, is_signed=True), drafts(_CHUNK)
        while trail.head.size < _COUNT:
            for start in range(0, min(_CHUNK, _COUNT - trail.head.size), 1000):
                await trail.append(made[start : start + min(1000, _COUNT - trail.head.size)])

    async def _open(self) -> RecordStore:
        return (await self._store.session()).store

    async def _signed(self) -> tuple[str, NoteKey]:
        session = await self._store.session()
        kept = await session.checkpoint()
        (entry,) = (await session.ring()).entries()
        assert kept is not None
        return kept.note, NoteKey.of(await session.origin(), entry.public_key)

    async def _files(self) -> list[str]:
        return [await self._file(index, _cosigned(self.note)) for index in self.indexes]

    async def _file(self, index: int, note: str) -> str:
        (row,) = await self.rows.read(index, count=1)
        proof = await inclusion_proof(self.rows, core(), index=index, size=self.size)
        return TlogProof(index, proof, note, leaf_of(row, core()).data()).format()

    def made(self) -> int:
        """Make each proof with nothing remembered."""
        return portal.run(self._made())

    async def _made(self) -> int:
        for index in self.indexes:
            await inclusion_proof(self.rows, core(), index=index, size=self.size)
        return _PROOFS

    def made_together(self) -> int:
        """Make them with what the ones before have read."""
        return portal.run(self._made_together())

    async def _made_together(self) -> int:
        prover = Prover(self.rows, core())
        for index in self.indexes:
            await prover.inclusion(index=index, size=self.size)
        return _PROOFS

    def grown(self) -> int:
        """Prove growth from as many earlier sizes."""
        return portal.run(self._grown())

    async def _grown(self) -> int:
        for index in self.indexes:
            await consistency_proof(self.rows, core(), old_size=index, new_size=self.size)
        return _PROOFS

    def checked(self, *witnesses: NoteKey) -> int:
        """Check each file as an outsider does who trusts the trail's key, and those of some witnesses."""
        for text in self.files:
            verdict = check_record_proof(text, core(), trusted=Trusted([self.key, *witnesses]))
            assert verdict.level is VerificationLevel.CHECKPOINT
            assert len(verdict.signed_by) == 1 + len(witnesses)
        return _PROOFS

    def hashed(self) -> int:
        """Lead each leaf to the root, and no more."""
        root = SignedCheckpoint.parse(self.note).checkpoint.root
        for proof in self.parsed:
            leaf = Leaf.parse(proof.extra or b"").hash()
            assert core().verify_inclusion(leaf, index=proof.index, size=self.size, proof=proof.hashes, root=root)
        return _PROOFS

    def close(self) -> None:
        """Release the store."""
        self._store.close_now()


def _seed(number: int) -> bytes:
    return bytes([number + 1]) * 32


def _keys() -> list[NoteKey]:
    return [cosigner_key(f"witness{n}.example", core().public_key(_seed(n))) for n in range(_WITNESSES)]


def _cosigned(note: str) -> str:
    signed = SignedCheckpoint.parse(note)
    message = cosigned_message(signed.checkpoint, _MOMENT)
    lines = [Cosignature(_MOMENT, core().sign(_seed(n), message)).line(key) for n, key in enumerate(_keys())]
    return signed.with_signatures(*lines).note()


def _length(trail: _Trail) -> Line:
    """Return how long the longest file is, against the limit."""
    longest = max(len(text.encode()) for text in trail.files)
    ratio = longest / _LIMIT_BYTES
    work, ours = f"proof file, {_WITNESSES} cosignatures, {_COUNT:,} records", f"ours, the longest: {longest} bytes"
    peer = f"limit: {_LIMIT_BYTES} bytes"
    return Line(work, ours, peer, "file", "<= 1", ratio, ratio, ratio, ratio, 1.0, 1.0)


def _lines(trail: _Trail) -> list[Line]:
    sides = {
        "made": Side("ours, each from SQLite", trail.made),
        "together": Side("ours, together", trail.made_together),
        "grown": Side("ours, consistency with each of as many sizes", trail.grown),
        "checked": Side("ours, file, root and the trail's signature", trail.checked),
        "witnessed": Side(f"ours, with {_WITNESSES} cosignatures", lambda: trail.checked(*_keys())),
        "hashed": Side("ours, leaf to root", trail.hashed),
    }
    duel = Duel(sides).run()
    making, checking = f"proof made, {_COUNT:,} records", f"proof checked, {_COUNT:,} records"
    return [
        duel.line(making, "made", unit="proofs", goal="<= 1 ms"),
        duel.line(making, "together", unit="proofs"),
        duel.line(making, "grown", unit="proofs", goal="<= 1 ms"),
        duel.line(checking, "checked", unit="proofs", goal="<= 0.3 ms"),
        duel.line(checking, "witnessed", unit="proofs"),
        duel.line(checking, "hashed", unit="proofs"),
        _length(trail),
    ]


if __name__ == "__main__":
    begin("proof")
    with scratch() as place:
        made = _Trail(place)
        tell("proof", _lines(made))
        made.close()
