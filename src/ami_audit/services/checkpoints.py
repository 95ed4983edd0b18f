"""Signs what a trail has come to, and refuses when the store is not what was signed before."""

from collections.abc import Awaitable, Callable, Iterator

from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.errors import FormatError, KeyStoreError, RolledBackError, StoreError
from ami_audit.domain.keyring import KeyRing, Validity
from ami_audit.domain.linkage import Head, StoredCheckpoint
from ami_audit.domain.note import NoteSignature, key_hash
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.signer import Signer
from ami_audit.ports.stores import RecordStore
from ami_audit.services.proving import Prover

Look = Callable[[Head, Checkpoint | None], Awaitable[None]]
"""Looks at a head before it is signed for; also given what was signed before, when anything was."""

_TRIES = 8
_COMPARING = "comparing the trail with its last signed checkpoint"
_MEND = "store back, or start a new trail with `ami-audit init --new-origin`."


async def checkpoint(
    store: RecordStore,
    core: ChainCore,
    *,
    origin: str,
    signers: tuple[Signer, ...],
    guard: CheckpointGuard,
    look: Look | None = None,
) -> StoredCheckpoint | None:
    """Sign where the trail stands, keep the note in the guard and then in the store, and return it.

    None for an empty trail, without a signer, and when other processes sign later heads as fast as we look. What is
    to be signed is first shown to `look`, which raises what speaks against it.

    Raises:
        RolledBackError: The store is not a continuation of what this machine signed before.
        KeyStoreError: The signer's key is not, or no longer, one of the trail's.
        StoreError: The guard or the store cannot be read or written.
    """
    for _ in range(_TRIES if signers else 0):
        last = guard.last()  # before the head, so that what another process signs meanwhile is no roll-back
        known = _read(last, origin, guard)
        head = await store.head()
        await refuse_rollback(store, core, head=head, known=known, guard=guard)
        if head.size == 0:
            return None
        if known is not None and last is not None and known.size == head.size:
            return await _kept(store, StoredCheckpoint(head.size, last))
        _check_signers(KeyRing(await store.key_events()), signers, head.size)
        if look is not None:
            await look(head, known)
        note = _signed(Checkpoint(origin, head.size, head.root), signers)
        if guard.keep(note, after=last):
            return await _kept(store, StoredCheckpoint(head.size, note))
    return None


def known_checkpoint(origin: str, guard: CheckpointGuard) -> Checkpoint | None:
    """Return what this machine signed last for a trail; None when it has signed nothing.

    Raises:
        StoreError: What the guard keeps cannot be read.
    """
    return _read(guard.last(), origin, guard)


async def refuse_rollback(
    store: RecordStore, core: ChainCore, *, head: Head, known: Checkpoint | None, guard: CheckpointGuard
) -> None:
    """Return when the trail at `head` continues what was signed before; costs a consistency proof at most.

    Raises:
        RolledBackError: The trail is shorter than the checkpoint `known`, or another one: it differs at that size.
        IntegrityError: The store lacks what would show it.
    """
    if known is None or (head.size == known.size and head.root == known.root):
        return
    if head.size < known.size:
        raise _refusal(
            f"it holds {head.size} records, but this machine has signed {known.size} ({guard.location}). It was "
            f"restored from a backup, cut or replaced: put the newer {_MEND}"
        )
    if head.size > known.size and await _continues(store, core, head=head, known=known):
        return
    raise _refusal(
        f"its first {known.size} records are not the ones that this machine has signed ({guard.location}). It is a "
        f"fork, written after an older copy was put back, or another trail of that name: put the right {_MEND}"
    )


def signed_by(note: SignedCheckpoint, ring: KeyRing, *, core: ChainCore) -> str | None:
    """Return the signer of the first signature that verifies with a key of the trail, or None."""
    return next((entry.signer for entry in signing(note, ring, core=core)), None)


def signing(note: SignedCheckpoint, ring: KeyRing, *, core: ChainCore) -> Iterator[Validity]:
    """Yield each key of the trail, as valid where it stands there, whose signature under a checkpoint verifies."""
    origin, body = note.checkpoint.origin, note.checkpoint.body().encode()
    for entry in ring.entries():
        named = (origin, key_hash(origin, entry.public_key))
        for signature in note.signatures:
            is_named = (signature.name, signature.key_hash) == named and len(signature.signature) == 64
            may_sign = is_named and _may_sign(entry, note.checkpoint.size)
            if may_sign and core.verify_signature(entry.public_key, body, signature.signature):
                yield entry


async def _continues(store: RecordStore, core: ChainCore, *, head: Head, known: Checkpoint) -> bool:
    proof = await Prover(store, core, head=head).consistency(old_size=known.size, new_size=head.size)
    return core.verify_consistency(known.root, head.root, old_size=known.size, new_size=head.size, proof=proof)


def _read(last: str | None, origin: str, guard: CheckpointGuard) -> Checkpoint | None:
    if last is None:
        return None
    try:
        known = SignedCheckpoint.parse(last).checkpoint
    except FormatError as error:
        raise _unreadable(guard, str(error)) from error
    if known.origin != origin:
        raise _unreadable(guard, f"it is of the trail `{known.origin}`")
    return known


async def _kept(store: RecordStore, value: StoredCheckpoint) -> StoredCheckpoint:
    await store.add_checkpoint(value)
    return value


def _check_signers(ring: KeyRing, signers: tuple[Signer, ...], size: int) -> None:
    for signer in signers:
        entry = ring.named(signer.key_id)
        if entry is None or not _may_sign(entry, size):
            raise KeyStoreError(
                f"The key {signer.key_id.hex()[:16]} of {signer.signer} may not sign a checkpoint of {size} records: "
                "it is not, or no longer, one of the trail's; see `ami-audit key list`."
            )


def _may_sign(entry: Validity, size: int) -> bool:
    return entry.valid_from < size <= entry.valid_to


def _signed(value: Checkpoint, signers: tuple[Signer, ...]) -> str:
    body = value.body().encode()
    signatures = tuple(
        NoteSignature(value.origin, key_hash(value.origin, signer.public_key), signer.sign(body)) for signer in signers
    )
    return SignedCheckpoint(value, signatures).note()


def _refusal(reason: str) -> RolledBackError:
    return RolledBackError(_COMPARING, reason)


def _unreadable(guard: CheckpointGuard, reason: str) -> StoreError:
    return StoreError(
        _COMPARING,
        f"{guard.location} is not what was kept there: {reason}; put the file back, or move it away if you know why",
    )
