"""Signs what a trail has come to, and refuses when the store is behind what was signed before."""

from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.errors import RolledBackError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.linkage import Head, StoredCheckpoint
from ami_audit.domain.note import NoteSignature, key_hash
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.signer import Signer
from ami_audit.ports.stores import RecordStore


async def checkpoint(
    store: RecordStore,
    head: Head,
    *,
    origin: str,
    signers: tuple[Signer, ...],
    guard: CheckpointGuard,
) -> StoredCheckpoint | None:
    """Sign `head`, keep the note in the guard and in the store, and return it; None for an empty trail.

    Raises:
        RolledBackError: The guard knows a longer trail than the store holds.
    """
    if head.size == 0 or not signers:
        return None
    last = guard.last()
    known = SignedCheckpoint.parse(last).checkpoint if last else None
    refuse_rollback(head, known, guard)
    if known is not None and known.size == head.size:
        await store.add_checkpoint(StoredCheckpoint(head.size, last or ""))
        return StoredCheckpoint(head.size, last or "")
    note = _signed(Checkpoint(origin, head.size, head.root), signers)
    if guard.keep(note, after=last):
        await store.add_checkpoint(StoredCheckpoint(head.size, note))
        return StoredCheckpoint(head.size, note)
    return None  # another process has just signed a later head


def refuse_rollback(head: Head, known: Checkpoint | None, guard: CheckpointGuard) -> None:
    """Raise when the trail at `head` is not what was signed before.

    Raises:
        RolledBackError: The trail is shorter than, or differs at the size of, the checkpoint `known`.
    """
    if known is None or head.size > known.size or (head.size == known.size and head.root == known.root):
        return
    raise RolledBackError(
        "comparing the trail with its last signed checkpoint",
        f"it holds {head.size} records, but this machine has signed {known.size} "
        f"({guard.location}). It was restored from a backup, cut or replaced: put the newer store back, or start a new "
        "trail with `ami-audit init --new-origin`.",
    )


def signed_by(note: SignedCheckpoint, ring: KeyRing, *, core: ChainCore) -> str | None:
    """Return the signer of the first signature that verifies with a key of the trail, or None."""
    origin = note.checkpoint.origin
    body = note.checkpoint.body().encode()
    for entry in ring.entries():
        for signature in note.signatures:
            named = signature.name == origin and signature.key_hash == key_hash(origin, entry.public_key)
            may_sign = entry.valid_from < note.checkpoint.size <= entry.valid_to
            if named and may_sign and core.verify_signature(entry.public_key, body, signature.signature):
                return entry.signer
    return None


def _signed(value: Checkpoint, signers: tuple[Signer, ...]) -> str:
    body = value.body().encode()
    signatures = tuple(
        NoteSignature(value.origin, key_hash(value.origin, signer.public_key), signer.sign(body)) for signer in signers
    )
    return SignedCheckpoint(value, signatures).note()
