"""Goes on where an earlier verification ended, if what is remembered of it still fits the trail."""

from collections.abc import Sequence
from dataclasses import dataclass

from ami_audit.domain.errors import IntegrityError, MalformedError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.linkage import Head
from ami_audit.domain.remembered import Remembered, keys_digest
from ami_audit.domain.verification import Fault
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.memory import VerificationMemory
from ami_audit.ports.stores import RecordStore
from ami_audit.services.proving import Prover
from ami_audit.services.tree import partial_tiles
from ami_audit.services.verification.pruned import cut_of
from ami_audit.services.verification.walk import Walk


@dataclass(frozen=True, slots=True)
class Recalled:
    """What an earlier verification gives this one.

    Attributes:
        known: The trail as it was found then; None when everything must be checked.
        scope: What this means for the answer.
        faults: What of the earlier answer the trail contradicts.
    """

    known: Remembered | None
    scope: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


async def recall(memory: VerificationMemory, store: RecordStore, core: ChainCore, *, walk: Walk) -> Recalled:
    """Let `walk` go on where the trail was verified last; leave it at the beginning where that cannot be relied on."""
    text = memory.recall()
    if text is None:
        return Recalled(None, ("Everything was checked: nothing was remembered of an earlier verification.",))
    try:
        known = Remembered.parse(text)
    except MalformedError as error:
        return _from_the_start(memory, error.reason)
    if (known.origin, known.difficulty_bits) != (walk.origin, walk.difficulty_bits):
        return _from_the_start(memory, f"it is about the trail `{known.origin}`")
    head = await store.head()
    if head.size < known.size:
        gone = f"the trail holds only {head.size} of the {_those(known)}: its end is gone"
        return _contradicted(memory, gone)
    try:
        return await _resumed(known, memory, store, core=core, walk=walk, head=head)
    except IntegrityError:
        return _from_the_start(memory, "the stored tree can no longer be read")


async def know_roots(sizes: Sequence[int], store: RecordStore, core: ChainCore, *, walk: Walk) -> int:
    """Let a resumed walk know the roots of these earlier sizes, each proven to begin its tree; return how many were."""
    prover, end = Prover(store, core), walk.head
    count = 0
    for size in sizes:
        if 0 < size < end.size:
            root = await prover.root(size)
            proof = await prover.consistency(old_size=size, new_size=end.size)
            count += 1
            if core.verify_consistency(root, end.root, old_size=size, new_size=end.size, proof=proof):
                walk.roots[size] = root
    return count


async def _resumed(
    known: Remembered, memory: VerificationMemory, store: RecordStore, *, core: ChainCore, walk: Walk, head: Head
) -> Recalled:
    events = [event for event in await store.key_events() if event.sequence < known.size]
    if keys_digest(events) != known.keys:
        return _from_the_start(memory, "the key table no longer says what it said of those records")
    proof = await Prover(store, core).consistency(old_size=known.size, new_size=head.size)
    begins = core.verify_consistency(known.end.root, head.root, old_size=known.size, new_size=head.size, proof=proof)
    if not begins:
        return _contradicted(
            memory,
            f"the tree does not begin with the {_those(known)}: they are others",
        )
    cut = await cut_of(store)
    if cut > known.size:
        return _from_the_start(memory, f"records beyond the {_those(known)} were pruned since, up to record {cut}")
    edges = await partial_tiles(store, store, known.end, core=core)
    if _frontier(edges, core) != known.end.frontier:
        return _from_the_start(memory, "the tree's right edge was another then")
    walk.resume(known.end, edges=edges, events=events, unsigned=known.unsigned, holds=known.holds)
    return Recalled(known, _scope(known))


def _scope(known: Remembered) -> tuple[str, ...]:
    since = f"they were read from {known.read_at:%Y-%m-%d} on, and a proof shows that the tree still begins with them"
    return (
        f"The first {known.size} records were not read again: {since}.",
        "A change made since to what is stored of one of them does not show; without `--incremental` all are read.",
    )


def _frontier(edges: Sequence[bytes], core: ChainCore) -> bytes:
    """Return the roots of the perfect subtrees that partial tiles stand for, largest first."""
    return b"".join(core.subtree_root(part) for edge in reversed(edges) for part in _perfect(edge))


def _perfect(edge: bytes) -> list[bytes]:
    parts, start, count = [], 0, len(edge) // 32
    for bit in range(8, -1, -1):
        width = count & 1 << bit
        if width:
            parts.append(edge[32 * start : 32 * (start + width)])
            start += width
    return parts


def _from_the_start(memory: VerificationMemory, why: str) -> Recalled:
    return Recalled(None, (f"Everything was checked: what was remembered in {memory.location} cannot be used: {why}.",))


def _contradicted(memory: VerificationMemory, detail: str) -> Recalled:
    # As with a checkpoint kept outside: what this machine has seen and the store no longer holds disproves the records.
    fault = Fault(check="checkpoint", where=memory.location, detail=detail, breaks=VerificationLevel.LINKS)
    return Recalled(None, ("Everything was checked, for the trail is not what was verified before.",), (fault,))


def _those(known: Remembered) -> str:
    return f"{known.size} records verified on {known.verified_at:%Y-%m-%d}"
