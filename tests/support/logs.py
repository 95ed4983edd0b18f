"""Logs that grow, and logs that show two faces, as a witness sees them."""

import hashlib

from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.note import NoteSignature
from ami_audit.domain.witnessing import CosignRequest
from tests.support import reference
from tests.support.witnesses import CORE, log_key, seed_of


class GrowingLog:
    """A log of that name whose leaves are made from `face`: the same until they fork, then others."""

    def __init__(self, name: str, *, face: str = "", forks_at: int = 0) -> None:
        self.name = name
        self.key = log_key(name)
        self._face = face
        self._forks_at = forks_at

    def request(self, old: int, new: int) -> str:
        """Return the request to cosign size `new` after `old`."""
        proof = b"".join(reference.consistency_proof(self._leaves(new), old))
        return str(CosignRequest(old, proof, self.checkpoint(new)))

    def checkpoint(self, size: int) -> SignedCheckpoint:
        """Return the log's signed checkpoint of that size."""
        value = Checkpoint(self.name, size, reference.subtree_root(b"".join(self._leaves(size))))
        signature = CORE.sign(seed_of(self.name), value.body().encode())
        return SignedCheckpoint(value, (NoteSignature(self.name, self.key.key_hash, signature),))

    def _leaves(self, size: int) -> list[bytes]:
        faces = ["" if index < self._forks_at else self._face for index in range(size)]
        return [hashlib.sha256(f"\0{index}{face}".encode()).digest() for index, face in enumerate(faces)]
